/// Whom a shelf's carrier tells what its session does.
protocol ShelfKeeper: AnyObject {
    /// Something was put onto the shelf.
    func shelved()
    /// A message of the client was answered. False when nobody waits for it: then it goes onto the shelf.
    func answered(_ id: ClientMessageID, _ answer: HeldEnvelope) -> Bool
    /// The session has sent all that it has for now.
    func settled()
    /// The session said goodbye.
    func closed(_ code: WebSocketCloseCode, reason: String)
    /// The client has fetched too little of what was sent to it. The session may be in the middle of something, and
    /// has to be told later.
    func overflowed()
}

/// Carries a session whose client comes and asks: what is sent lies on a shelf until then.
///
/// It belongs to its session's loop.
final class ShelfCarrier: MessageCarrier {
    private(set) var shelf: EventShelf
    /// The first message that was sent, for those who begin anew.
    private(set) var greeting: HeldEnvelope?
    /// What says that it is over, once that was sent.
    private(set) var farewell: HeldEnvelope?
    private(set) var isOpen = true
    private let capacity: Int
    private let time: TimeSource
    /// Who hears of what the session does. Holds the carrier, and is set before the session opens.
    weak var keeper: (any ShelfKeeper)?

    init(_ limits: EventShelf.Limits, time: TimeSource) {
        shelf = EventShelf(limits)
        capacity = limits.bytes
        self.time = time
    }

    /// What was in no answer yet; but also what was, where so much of it is kept that a large page more might not find
    /// room.
    var unsentBytes: Int {
        max(shelf.unansweredBytes, shelf.unclaimedBytes - capacity / 4)
    }

    func send(text: UnsafeRawBufferPointer) {
        if isOpen, let envelope = HeldEnvelope(text) { take(envelope) }
    }

    func send(_ frame: inout BroadcastFrame) {
        if isOpen, let envelope = HeldEnvelope(frame) { take(envelope) }
    }

    private func take(_ envelope: HeldEnvelope) {
        if let id = envelope.replyTo, keeper?.answered(id, envelope) == true { return }
        switch envelope.kind {
        case .connect: greeting = greeting ?? envelope
        case .disconnect: farewell = envelope
        case .notification, .other: break
        }
        guard shelf.append(envelope, at: time.now) else {
            closeSlowReader()
            return
        }
        keeper?.shelved()
    }

    // A client brings its messages one by one, each when the one before is answered: there is nothing to leave unread.

    func pauseReading() {}

    func resumeReading() {}

    func settled() {
        keeper?.settled()
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        guard isOpen else { return }
        isOpen = false
        keeper?.closed(code, reason: reason)
    }

    func closeSlowReader() {
        guard isOpen else { return }
        isOpen = false
        keeper?.overflowed()
    }

    // MARK: For the keeper

    /// Puts the last word there, when the session said none itself.
    func leave(_ farewell: HeldEnvelope) {
        self.farewell = farewell
        _ = shelf.append(farewell, at: time.now)
    }

    /// Lets the keeper ask the shelf, and note what it handed out.
    func withShelf<Result>(_ body: (inout EventShelf) -> Result) -> Result { body(&shelf) }
}
