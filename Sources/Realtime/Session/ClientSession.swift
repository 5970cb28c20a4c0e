/// One client's connection, whatever carries it: who it is, what it may still send, which rooms it is in, and
/// what it is waiting for.
///
/// It belongs to the loop of its carrier and is touched there alone. Its messages are handled one after the
/// other; while a handler waits, further ones wait in the queue.
final class ClientSession: LoopTimerTarget {
    let connection: ConnectionID
    let services: SessionServices
    unowned(unsafe) let shard: HubShard
    /// The carrier holds the session, and tells it `closed` before it goes. Others may hold the session for longer, as
    /// handlers that still work do: once `life.isOver`, it may be gone.
    unowned(unsafe) let carrier: any MessageCarrier
    /// Where that is.
    let carrierAddress: UnsafeRawPointer

    var life: SessionLife
    /// Who it is; nil until that is known.
    var token: VerifiedToken?
    /// Which device, where the token does not say it.
    let deviceHint: DeviceID?
    /// The connection's place in its user's account, given back with it.
    var accountSeat: AccountSeat?
    private var limiter = RateLimiter()
    var seats = RoomSeats()
    private var queue = InboundQueue()
    /// How many things have to be done before the next message can be handled.
    private var waits = 0
    /// What it has yet to be sent of what it has missed; nil when it is up to date.
    var backlog: Backlog?
    private var timer: LoopTimer?
    /// How far it is with its user's inbox; nil until it is open.
    var inbox: InboxProgress? {
        didSet {
            shard.counters.feeds += (inbox?.isWorking == true ? 1 : 0) - (oldValue?.isWorking == true ? 1 : 0)
        }
    }
    /// Whether the queue is being worked on further up the stack.
    private var isTakingFromQueue = false
    private var isPaused = false

    init(carrier: any MessageCarrier, on shard: HubShard, deviceHint: DeviceID?, services: SessionServices) {
        self.carrier = carrier
        carrierAddress = addressOf(carrier)
        self.shard = shard
        self.services = services
        self.deviceHint = deviceHint
        connection = shard.nextConnectionID()
        life = SessionLife(authenticatingUntil: services.time.now + services.settings.authTimeout)
    }

    var account: UserAccount? { accountSeat?.account }
    var time: TimeSource { services.time }
    var loop: EventLoop { shard.loop }
    var isOpen: Bool { life.isOpen && carrier.isOpen }

    // MARK: What comes

    /// A whole message has come. Text is valid UTF-8; the bytes hold until this returns.
    func received(_ message: UnsafeRawBufferPointer, isText: Bool) {
        guard !life.isOver else { return }
        if waits > 0 || !queue.isEmpty {
            queue.append(message, isText: isText)
            pauseIfFull()
        } else {
            handle(message, isText: isText)
        }
    }

    /// Handles a message, or what of it can be handled at once.
    private func handle(_ message: UnsafeRawBufferPointer, isText: Bool) {
        do throws(EnvelopeFailure) {
            guard isText else { throw EnvelopeFailure(.mustBe("text, not binary")) }
            let envelope = try InboundEnvelope(scanning: message, isUTF8: true)
            if life.isOpen {
                try handle(envelope)
            } else {
                try authenticate(with: envelope)
            }
        } catch {
            guard life.isOpen else {
                endBeforeAuthentication(RealtimeError(error), replyTo: error.messageID, .malformed)
                return
            }
            // Counted like any other: garbage is no way around the limits.
            guard admit(.other, replyTo: error.messageID) else { return }
            refuse(RealtimeError(error), replyTo: error.messageID)
        }
    }

    /// A message has come that its carrier could not take apart: counted and answered like one that is not understood
    /// here.
    func received(_ error: RealtimeError, answering id: ClientMessageID) {
        guard isOpen, admit(.other, replyTo: id) else { return }
        refuse(error, replyTo: id)
    }

    private func handle(_ envelope: InboundEnvelope) throws(EnvelopeFailure) {
        if envelope.isOf(type: "ping") {
            guard admit(.other, replyTo: envelope.messageID) else { return }
            send { $0.appendPong($1, replyTo: envelope.messageID) }
        } else if envelope.isOf(type: "auth") {
            guard admit(.query, replyTo: envelope.messageID) else { return }
            try renew(with: envelope)
        } else {
            try dispatch(envelope)
        }
    }

    // MARK: Waiting

    /// Something has to be done before the next message can be handled.
    func becomeBusy() {
        waits += 1
    }

    /// It was done at once, within the handling of a message: whoever handles it goes on.
    func wasNotBusy() {
        waits -= 1
    }

    /// It is done: handles what has come meanwhile, unless something else is waited for.
    func becomeIdle() {
        waits -= 1
        guard !isTakingFromQueue else { return }
        isTakingFromQueue = true
        while waits == 0, !life.isOver, let message = queue.popFirst() {
            message.bytes.withUnsafeBytes { handle($0, isText: message.isText) }
        }
        isTakingFromQueue = false
        if isPaused, !life.isOver, !queue.isFull {
            isPaused = false
            carrier.resumeReading()
        }
    }

    /// Whether the reader is so far behind that nothing is fetched for it.
    var isBehind: Bool { carrier.unsentBytes > services.settings.ephemeralOutbox / 2 }

    private func pauseIfFull() {
        guard !queue.isOverfull else {
            endForTooMuch(retryAfter: .seconds(1))
            return
        }
        guard queue.isFull, !isPaused else { return }
        isPaused = true
        carrier.pauseReading()
    }

    // MARK: Limits

    /// Whether a message may be acted on. One that may not be has been answered.
    func admit(_ kind: MessageClass, replyTo id: ClientMessageID?) -> Bool {
        let now = time.now
        var verdict = limiter.admit(kind, at: now, services.settings.limits)
        if verdict == .accept, let account {
            verdict = account.admit(kind, at: now, services.settings.userLimits)
        }
        switch verdict {
        case .accept:
            return true
        case .refuse(let wait):
            shard.counters.rateLimited += 1
            refuse(RealtimeError(.rateLimited, "Too many messages at once.", retryAfter: wait), replyTo: id)
            return false
        case .close(let wait):
            shard.counters.rateLimited += 1
            endForTooMuch(retryAfter: wait)
            return false
        }
    }

    /// Says when it makes sense to come back, and goodbye.
    func endForTooMuch(retryAfter wait: Duration) {
        // Nothing is worth waiting for now.
        backlog = nil
        send { message, head in
            message.appendDisconnect(
                closeCode: Int(WebSocketCloseCode.rateLimited.rawValue), reason: "rate_limited",
                retryAfter: wait, head)
        }
        end(.rateLimited, reason: "too much at once")
    }

    // MARK: What goes

    /// Sends a message of this connection's own, in its order with what it hears from others. A handler may say something
    /// to one that has gone meanwhile.
    func send(_ write: (inout ByteBuffer, EnvelopeHead) -> Void) {
        guard !life.isOver, carrier.isOpen else { return }
        let head = shard.head(at: time.date)
        guard backlog == nil else {
            wait(shard.sharedMessage { write(&$0, head) })
            return
        }
        shard.withMessage({ write(&$0, head) }) { carrier.send(text: $0) }
    }

    /// Sends an `error`.
    func refuse(_ error: RealtimeError, replyTo id: ClientMessageID?) {
        shard.counters.errors[error.code, default: 0] += 1
        send { message, head in
            message.appendError(
                error.code, error.message, head, replyTo: id,
                retryAfterMilliseconds: error.retryAfter?.milliseconds)
        }
    }

    /// Says goodbye: nothing more is handled.
    func end(_ code: WebSocketCloseCode, reason: String) {
        guard !life.isOver else { return }
        depart(isLost: false)
        carrier.close(code, reason: reason)
    }

    /// Says why, to one that never told who it is, and goodbye.
    func endBeforeAuthentication(
        _ error: RealtimeError, replyTo id: ClientMessageID?, _ code: WebSocketCloseCode
    ) {
        refuse(error, replyTo: id)
        end(code, reason: error.code.rawValue)
    }

    // MARK: The end

    /// The carrier is gone or going.
    func closed() {
        depart(isLost: true)
    }

    /// Gives up everything that others know it by.
    ///
    /// - Parameter isLost: whether the client may want to go on by another way, where it was.
    private func depart(isLost: Bool) {
        guard !life.isOver else { return }
        let wasOpen = life.isOpen
        life.end()
        loop.set(&timer, after: nil, self)
        inbox = nil
        queue.removeAll()
        backlog = nil
        guard wasOpen, let token else { return }
        let user = token.claims.user
        let rooms = seats.rooms
        for room in rooms {
            vacate(room)
            services.hub.lose(connection, of: user, in: room)
        }
        shard.remove(self)
        services.hub.disconnected(connection, of: user, device: device, lostIn: isLost ? rooms : [])
        accountSeat = nil
    }

    /// Stops hearing of a room.
    func vacate(_ room: RoomID) {
        guard let seat = seats.remove(room) else { return }
        shard.unseat(at: seat.place, in: seat.room)
    }

    // MARK: Time

    /// Has the timer end when the time brings something.
    func watch() {
        let now = time.now
        let delays = [life.delay(at: now, time.date), inboxDelay(at: now)]
        loop.set(&timer, after: delays.lazy.compactMap { $0 }.min(), self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        timePassed()
    }

    /// Does what is due by now.
    func timePassed() {
        switch life.due(at: time.now, time.date) {
        case .nothing:
            break
        case .authenticationTimedOut:
            end(.timedOut, reason: "authentication timed out")
        case .warn(let expiry):
            send { $0.appendTokenExpiring(at: expiry, $1) }
        case .expired:
            end(.unauthenticated, reason: "token expired")
        }
        guard !life.isOver else { return }
        goOnWithInbox()
        watch()
    }
}

// MARK: - On a WebSocket

extension ClientSession: WebSocketSession {
    func received(
        _ message: UnsafeRawBufferPointer, as kind: WebSocketMessageKind, on socket: WebSocketCarrier
    ) {
        received(message, isText: kind == .text)
    }

    func closed(_ socket: WebSocketCarrier) {
        closed()
    }

    func sentAll(_ socket: WebSocketCarrier) {
        sentAll()
    }
}
