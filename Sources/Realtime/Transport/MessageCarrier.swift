/// What carries the messages of one session, whatever it is made of. It belongs to one loop, and its session
/// to the same one.
protocol MessageCarrier: AnyObject {
    /// Whether messages can still be sent.
    var isOpen: Bool { get }

    /// Bytes that wait for a reader who is slower than what is sent.
    var unsentBytes: Int { get }

    /// Sends a text to this peer alone.
    func send(text: UnsafeRawBufferPointer)

    /// Sends a message that others get too, from the memory they share.
    func send(_ frame: inout BroadcastFrame)

    /// Has the session told once, when what is unsent now has left. There has to be something unsent.
    func tellWhenSent()

    /// Has fetched from memory what it writes to.
    func prefetchConnection()

    /// Leaves what the peer sends where it is until `resumeReading`.
    func pauseReading()

    /// Takes up reading again.
    func resumeReading()

    /// Says goodbye. The session is told when the carrier is gone.
    func close(_ code: WebSocketCloseCode, reason: String)

    /// Says goodbye to a peer that reads more slowly than others write. What it has not begun to read is thrown
    /// away.
    func closeSlowReader()

    /// The session has fetched something for this peer, and has sent all that there is for now.
    func settled()
}

extension MessageCarrier {
    /// Whoever is told at once of all that is sent waits for nothing.
    func settled() {}

    /// Whoever has nothing far away fetches nothing.
    func prefetchConnection() {}

    /// Whoever tells it each time need not be asked.
    func tellWhenSent() {}
}
