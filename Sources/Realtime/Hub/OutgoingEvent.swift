/// An event on its way to a room or to users: everything but the id, the time and the number that it gets at
/// the place where its order is decided.
struct OutgoingEvent: Sendable {
    /// What stands between the quotes of `type`.
    var type: ExactText
    /// One JSON value that a scanner has validated; nil for none.
    var data: SharedBytes?
    /// Who caused it; nil for the application.
    var user: UserID?
    /// The only user who gets it.
    var recipient: UserID?
    /// The client's message that it answers.
    var replyTo: ClientMessageID?

    /// Types that have no place in a room's order and are not replayed, apart from what has a recipient.
    static func isEphemeral(_ type: ExactText) -> Bool {
        ephemeralTypes.contains(type)
    }

    private static let ephemeralTypes: Set<ExactText> = Set(
        [
            "typing", "cursor_update", "selection_update", "presence_update", "user_online", "user_offline",
        ].map { ExactText($0) })

    /// Writes the whole message.
    func write(_ head: borrowing EnvelopeHead, to output: inout ByteBuffer) {
        type.withUTF8 { type in
            if let data {
                data.withUnsafeBytes { output.appendEnvelope(type: type, head, data: $0) }
            } else {
                output.appendEnvelope(type: type, head, data: nil)
            }
        }
    }
}

/// That an event was published.
struct Publication: Sendable {
    /// The server's id of the message.
    var messageID: MessageID
    /// The room that it was published to, where it was one.
    var room: RoomID?
    /// Its place in the room's order; nil for what has none.
    var seq: UInt64?
    /// How many connections it was sent to, where that was counted.
    var delivered: Int?
}
