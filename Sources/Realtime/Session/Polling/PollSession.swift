/// One session whose client has no WebSocket: an ordinary session, the shelf that it is sent things onto, and the
/// requests of the client that are being answered.
///
/// It belongs to the home loop of its user.
final class PollSession: LoopTimerTarget {
    /// A poll that waits for something to come.
    private struct Waiter {
        let place: EventShelf.Place
        let deadline: Instant
        let done: (SharedBytes) -> Void
    }

    /// A request that begins anew, and waits until there is something to begin with.
    private struct Arrival {
        enum Kind {
            case poll((SharedBytes) -> Void)
            case stream(EventStream)
        }

        let kind: Kind
        let isReset: Bool
        let deadline: Instant
    }

    /// How many polls may wait at once; one more has the oldest answered.
    private static let mostWaiters = 8
    /// How many `send`s may be under way at once.
    static let mostSends = 16
    /// How long a connect waits for notifications from the database.
    private static let longestArrival: Duration = .seconds(2)

    let device: DeviceID?
    private let desk: PollDesk
    let carrier: ShelfCarrier
    let session: ClientSession
    private(set) var life: PollLife
    private var waiters: [Waiter] = []
    private var arrivals: [Arrival] = []
    /// What has to happen before a connect can be answered.
    private var preparations = 0
    private var sends: [SendRun] = []
    private var stream: EventStream?
    private var isAnsweringSoon = false
    private var timer: LoopTimer?
    /// Whether the client was told that the session is over.
    private var farewellWasAnswered = false
    /// What its requests' tokens said, of the last few: one that comes again is not news, whatever is in force now.
    private var presented: [Claims]
    private static let mostPresented = 8

    var id: ConnectionID { session.connection }
    var user: UserID { session.user }
    var now: Instant { session.time.now }
    private var loop: EventLoop { session.loop }

    /// Opens a session for a token that counts.
    init(_ token: VerifiedToken, _ seat: AccountSeat, device: DeviceID?, at desk: PollDesk) {
        self.desk = desk
        let services = desk.services
        self.device = token.claims.device ?? device
        presented = [token.claims]
        carrier = ShelfCarrier(desk.limits.shelf, time: services.time)
        session = ClientSession(carrier: carrier, on: desk.shard, deviceHint: device, services: services)
        life = PollLife(desk.limits.life, at: services.time.now)
        carrier.keeper = self
        session.open(with: token, seat)
        joinLostRooms()
    }

    /// Comes into the rooms in which its device was until its connection was lost, as far as the token allows: who
    /// falls back from a WebSocket and can't say where it was is there again, and nobody has noticed.
    private func joinLostRooms() {
        guard session.isOpen, let claims = session.token?.claims else { return }
        let rooms = desk.shard.user(user)?.lostRooms.rooms(of: device, at: now) ?? []
        guard !rooms.isEmpty else { return }
        preparations += 1
        let (hub, access) = (desk.services.hub, desk.services.core.access)
        let limit = desk.services.core.settings.roomsPerConnection
        let join = RoomJoin(
            connection: id, user: claims.user, username: claims.username, device: device)
        let me = LoopBound(self, on: loop)
        loop.spawn {
            for room in rooms.prefix(limit) where await access.rights(of: claims, in: room).contains(.read) {
                // A room that is gone, or one too many, is no reason not to connect.
                try? await hub.join(join, room: room, create: false, answering: nil)
            }
            me.value.preparations -= 1
            me.value.settled()
        }
    }

    // MARK: Polling

    /// Answers a request that goes on from somewhere; nil, having done nothing, when its place is not known.
    ///
    /// - Parameter wait: how long to wait for something to come.
    func poll(
        _ question: EventShelf.Question, wait: Duration, _ done: @escaping (SharedBytes) -> Void
    ) -> Bool {
        guard let place = carrier.shelf.place(of: question) else { return false }
        carrier.withShelf { $0.passOn(upTo: place) }
        life.arrived()
        if wait > .zero, session.isOpen, !hasNews(from: place) {
            if waiters.count == Self.mostWaiters { answer(waiters.removeFirst()) }
            waiters.append(Waiter(place: place, deadline: now + wait, done: done))
            desk.counters.waiting += 1
        } else {
            done(answer(from: place))
            left()
        }
        // What the client has passed on, or has been given, makes room for more.
        session.sentAll()
        watch()
        return true
    }

    /// Whether all that there was to hear of a session that is over has been heard.
    func isDone(for question: EventShelf.Question) -> Bool {
        guard life.isOver, farewellWasAnswered else { return false }
        guard question != .everything, let place = carrier.shelf.place(of: question) else { return true }
        return place == carrier.shelf.end
    }

    /// Answers a request that begins anew, once what is pending has been fetched.
    func begin(isReset: Bool, _ done: @escaping (SharedBytes) -> Void) {
        life.arrived()
        begin(.poll(done), isReset: isReset)
    }

    private func begin(_ kind: Arrival.Kind, isReset: Bool) {
        arrivals.append(Arrival(kind: kind, isReset: isReset, deadline: now + Self.longestArrival))
        settled()
        watch()
    }

    /// The events for one who begins anew: the greeting, and all that is there.
    private func everything() -> [HeldEnvelope] {
        var seen: Set<ExactText> = []
        // The last time that a notification was sent counts.
        let others = visible(from: 0).reversed().filter { event in
            switch event.kind {
            case .connect: false
            case .notification(let id, _): seen.insert(id).inserted
            case .disconnect, .other: true
            }
        }
        return [carrier.greeting].compactMap { $0 } + others.reversed()
    }

    private func answerArrivals(_ isDue: (Arrival) -> Bool) {
        let due = arrivals.filter(isDue)
        guard !due.isEmpty else { return }
        arrivals.removeAll(where: isDue)
        let me = LoopBound((self, due), on: loop)
        loop.spawn {
            let (poll, due) = me.value
            // The rooms first: what happens to them from then on is among the events.
            let rooms = await poll.desk.services.hub.sketches(
                of: poll.session.seats.rooms, members: PollAnswer.mostUsers)
            for arrival in due { poll.answer(arrival, rooms) }
            poll.session.sentAll()
            poll.watch()
        }
    }

    private func answer(_ arrival: Arrival, _ rooms: [RoomSketch]) {
        var answer = PollAnswer(session: id, timestamp: stamp())
        answer.rooms = rooms
        answer.isReset = arrival.isReset
        switch arrival.kind {
        case .poll(let done):
            done(answer.json(with: everything()))
            noteAnswered()
            left()
        case .stream(let stream):
            // Another one may have taken its place.
            guard self.stream === stream else { return }
            stream.begin(answer, everything(), from: carrier.shelf.end, at: now)
            pump()
        }
    }

    /// What the client is still to see, from a place on: neither what has expired nor what it has acknowledged.
    private func visible(from place: EventShelf.Place) -> [HeldEnvelope] {
        let date = session.time.date
        return carrier.shelf.events(from: place).filter { isVisible($0, at: date) }
    }

    private func isVisible(_ event: HeldEnvelope, at date: Timestamp) -> Bool {
        guard event.isAlive(at: date) else { return false }
        guard case .notification(let id, _) = event.kind else { return true }
        return NotificationID(id.string).map { session.isOutstanding($0) } ?? true
    }

    private func hasNews(from place: EventShelf.Place) -> Bool { !visible(from: place).isEmpty }

    private func answer(from place: EventShelf.Place) -> SharedBytes {
        defer { noteAnswered() }
        return PollAnswer(session: id, timestamp: stamp()).json(with: visible(from: place))
    }

    private func stamp() -> Timestamp {
        carrier.withShelf { $0.stamp(at: session.time.date) }
    }

    /// All that is there was handed to the client.
    private func noteAnswered() {
        if carrier.farewell != nil { farewellWasAnswered = true }
        carrier.withShelf { $0.markAnswered(upTo: $0.end) }
    }

    private func answer(_ waiter: Waiter) {
        waiter.done(answer(from: waiter.place))
        desk.counters.waiting -= 1
        left()
    }

    /// Answers those who wait for something that has come, or who have waited long enough.
    private func answerWaiters(all: Bool = false) {
        let now = now
        let due = waiters.filter { all || $0.deadline <= now || hasNews(from: $0.place) }
        guard !due.isEmpty else { return }
        waiters.removeAll { all || $0.deadline <= now || hasNews(from: $0.place) }
        due.forEach(answer)
        session.sentAll()
    }

    private func left() {
        life.left(at: now)
    }

    // MARK: Streaming

    /// When the open stream began; nil where there is none.
    var streamBegun: Instant? { stream?.begun }

    /// Sends to a stream from now on, from where it left off or, where that is not known, all there is. It takes the
    /// place of another one.
    func open(_ outlet: LoopBound<StreamOutlet>, for question: EventShelf.Question) {
        let stream = EventStream(outlet, at: now)
        let me = LoopBound((self, stream), on: loop)
        outlet.loop.post {
            outlet.value.connect { bytes in
                me.loop.post { me.value.0.took(bytes, by: me.value.1) }
            } whenGone: {
                me.loop.post { me.value.0.streamEnded(me.value.1) }
            }
        }
        self.stream?.finish()
        if self.stream == nil {
            life.arrived()
            desk.counters.streams += 1
        }
        self.stream = stream
        if question != .everything, let place = carrier.shelf.place(of: question) {
            carrier.withShelf { $0.passOn(upTo: place) }
            stream.begin(PollAnswer(session: id, timestamp: stamp()), [], from: place, at: now)
            pump()
            session.sentAll()
        } else {
            begin(.stream(stream), isReset: question != .everything)
        }
        watch()
    }

    /// Sends the stream as much as it is ready for, and ends it behind the last word.
    private func pump() {
        guard let stream else { return }
        let date = session.time.date
        let place = stream.pump(carrier.shelf, at: now) { isVisible($0, at: date) }
        guard let place else { return }
        carrier.withShelf { $0.markAnswered(upTo: place) }
        if life.isOver, stream.hasSentAll(of: carrier.shelf) {
            farewellWasAnswered = true
            stream.finish()
            streamEnded(stream)
        }
    }

    /// The stream's client has taken so many bytes.
    func took(_ bytes: Int, by stream: EventStream) {
        guard self.stream === stream else { return }
        if let place = stream.took(bytes) { carrier.withShelf { $0.passOn(upTo: place) } }
        pump()
        if stream.isIdle { session.sentAll() }
        watch()
    }

    /// The stream is at its end, or its client has gone.
    func streamEnded(_ stream: EventStream) {
        guard self.stream === stream else { return }
        self.stream = nil
        desk.counters.streams -= 1
        left()
        watch()
    }

    /// When the stream has to be told that it is still there.
    private var commentDeadline: Instant? {
        guard let stream, stream.isIdle, stream.hasBegun else { return nil }
        return stream.lastSent + desk.limits.commentInterval
    }

    // MARK: Sending

    /// Handles a client's envelopes, one after the other. False when too many are being handled already.
    func send(_ body: SendBody, _ done: @escaping (SharedBytes) -> Void) -> Bool {
        guard sends.count < Self.mostSends else { return false }
        life.arrived()
        let run = SendRun(body, by: self, done)
        sends.append(run)
        if session.isOpen { run.goOn() } else { run.giveUp(.sessionIsOver) }
        watch()
        return true
    }

    func handOver(_ envelope: SharedBytes, by run: SendRun) {
        desk.counters.received += 1
        envelope.withUnsafeBytes { session.received($0, isText: true) }
        if !session.isOpen, run.awaited != nil { run.giveUp(.sessionIsOver) }
    }

    func handOver(_ error: RealtimeError, by run: SendRun) {
        guard let id = run.awaited else { return }
        desk.counters.received += 1
        session.received(error, answering: id)
        if !session.isOpen, run.awaited != nil { run.giveUp(.sessionIsOver) }
    }

    func finished(_ run: SendRun) {
        sends.removeAll { $0 === run }
        left()
    }

    /// An id for an envelope that its client gave none, so that its answer is known.
    func newMessageID() -> ClientMessageID {
        guard let id = ClientMessageID("own_\(session.shard.head(at: session.time.date).messageID)") else {
            preconditionFailure("34 characters are allowed")
        }
        return id
    }

    func withError(
        _ error: RealtimeError, replyTo id: ClientMessageID?, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        let head = session.shard.head(at: session.time.date)
        session.shard.withMessage(
            {
                $0.appendError(
                    error.code, error.message, head, replyTo: id,
                    retryAfterMilliseconds: error.retryAfter?.milliseconds)
            }, body)
    }

    // MARK: The token

    /// The client comes with a token that counts. One that it has not come with before renews the session, unless it
    /// is an older one that some request still had.
    func renew(with token: VerifiedToken) {
        guard session.isOpen, let known = session.token, known !== token,
            !presented.contains(token.claims)
        else { return }
        if presented.count == Self.mostPresented { presented.removeFirst() }
        presented.append(token.claims)
        guard known.claims != token.claims,
            known.claims.expiresAt ?? .latest <= token.claims.expiresAt ?? .latest
        else { return }
        session.renew(with: token)
    }

    // MARK: The end

    /// The client says that it will not come again, or has not come for too long.
    func leave(_ ending: PollEnding) {
        conclude(ending)
        // Who is lost may come back within the grace period; who left on purpose is not waited for by anybody here.
        if ending == .left { session.end(.normal, reason: "left") } else { session.closed() }
        finish()
    }

    /// The server is stopping.
    func drain(farewell: [UInt8]) {
        farewell.withUnsafeBytes { carrier.send(text: $0) }
        session.end(.draining, reason: "server is stopping")
        finish()
    }

    private func conclude(_ ending: PollEnding) {
        guard !life.isOver else { return }
        life.end(at: now)
        desk.ended(self, ending)
    }

    /// Leaves the last word, unless the session has said it.
    private func leaveFarewell(_ code: WebSocketCloseCode, reason: String) {
        guard carrier.farewell == nil else { return }
        let head = session.shard.head(at: session.time.date)
        let farewell = session.shard.withMessage(
            { $0.appendDisconnect(closeCode: Int(code.rawValue), reason: reason, head) },
            { HeldEnvelope($0) })
        if let farewell { carrier.leave(farewell) }
    }

    /// Answers everybody who waits.
    private func finish() {
        for run in sends { run.giveUp(.sessionIsOver) }
        answerWaiters(all: true)
        answerArrivals { _ in true }
        pump()
        watch()
    }

    /// Lets go of everything, when nobody will come again.
    func forget() {
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    // MARK: Time

    private func watch() {
        let deadlines = [
            life.deadline, waiters.lazy.map(\.deadline).min(), arrivals.lazy.map(\.deadline).min(),
            sends.lazy.map(\.deadline).min(), commentDeadline,
        ]
        guard let deadline = deadlines.lazy.compactMap({ $0 }).min(), deadline < .endOfTime else {
            if let timer { loop.cancel(timer) }
            timer = nil
            return
        }
        let delay = max(deadline - now, .zero)
        if let timer, loop.move(timer, after: delay) { return }
        timer = loop.schedule(after: delay, self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        timePassed()
    }

    /// Does what is due by now.
    func timePassed() {
        let now = now
        answerWaiters()
        answerArrivals { $0.deadline <= now }
        for run in sends where run.deadline <= now { run.giveUp(.tookTooLong) }
        if let stream, let commentDeadline, commentDeadline <= now { stream.sendComment(at: now) }
        switch life.due(at: now) {
        case .nothing: watch()
        case .abandoned:
            leave(.abandoned)
            desk.forget(self)
        case .forgotten: desk.forget(self)
        }
    }
}

// MARK: - What the session does

extension PollSession: ShelfKeeper {
    func settled() {
        guard preparations == 0, session.isInboxSettled else { return }
        answerArrivals { _ in true }
    }

    func shelved() {
        desk.counters.shelved += 1
        answerSoon()
    }

    /// Answers those who wait when the loop has done what it is doing: what comes together is answered together.
    private func answerSoon() {
        guard !isAnsweringSoon, !waiters.isEmpty || stream != nil else { return }
        isAnsweringSoon = true
        let me = LoopBound(self, on: loop)
        loop.post {
            let poll = me.value
            poll.isAnsweringSoon = false
            poll.answerWaiters()
            poll.pump()
            poll.watch()
        }
    }

    func answered(_ id: ClientMessageID, _ answer: HeldEnvelope) -> Bool {
        guard let run = sends.first(where: { $0.awaited == id }) else { return false }
        desk.counters.shelved += 1
        run.answered(answer)
        return true
    }

    func closed(_ code: WebSocketCloseCode, reason: String) {
        conclude(.closed)
        leaveFarewell(code, reason: reason)
        let me = LoopBound(self, on: loop)
        loop.post { me.value.finish() }
    }

    func overflowed() {
        conclude(.tooSlow)
        leaveFarewell(.tooSlow, reason: "reading too slowly")
        let me = LoopBound(self, on: loop)
        loop.post {
            me.value.session.closed()
            me.value.finish()
        }
    }
}

extension RealtimeError {
    fileprivate static let sessionIsOver = RealtimeError(.unavailable, "The session is over.")
    fileprivate static let tookTooLong = RealtimeError(.unavailable, "It took too long.")
}
