/// What a client is told before the server stops.
enum Farewell {
    /// Within how many milliseconds clients come back, spread at random, so that the server's successor
    /// is not met by all of them in one instant.
    private static let spread = 500...5_000

    /// A `disconnect` message, with a moment to come back at that is this client's own.
    static func message() -> [UInt8] {
        var ids = MessageIDGenerator()
        let date = TimeSource.system.date
        var message = ByteBuffer()
        message.appendDisconnect(
            closeCode: Int(WebSocketCloseCode.draining.rawValue), reason: "draining",
            retryAfter: .milliseconds(Int.random(in: spread)),
            EnvelopeHead(messageID: ids.next(at: date), timestamp: date))
        return message.array
    }
}
