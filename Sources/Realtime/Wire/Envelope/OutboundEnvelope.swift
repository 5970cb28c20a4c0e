/// What stands around `data` in a message that the server sends.
struct EnvelopeHead {
    /// The server's id of this message.
    var messageID: MessageID
    /// When the server sent it on.
    var timestamp: Timestamp
    /// Who caused it, as the token says.
    var user: UserID?
    /// The room that it is about.
    var room: RoomID?
    /// The only user who gets it.
    var recipient: UserID?
    /// Its position in the room's stream.
    var seq: UInt64?
    /// The client's message that it answers.
    var replyTo: ClientMessageID?

    init(
        messageID: MessageID, timestamp: Timestamp, user: UserID? = nil, room: RoomID? = nil,
        recipient: UserID? = nil, seq: UInt64? = nil, replyTo: ClientMessageID? = nil
    ) {
        self.messageID = messageID
        self.timestamp = timestamp
        self.user = user
        self.room = room
        self.recipient = recipient
        self.seq = seq
        self.replyTo = replyTo
    }
}

extension ByteBuffer {
    /// Appends an envelope with `data` as it is, or without any.
    ///
    /// - Parameters:
    ///   - type: What stands between the quotes; of a relayed message as it came.
    ///   - data: One JSON value that a scanner has validated.
    mutating func appendEnvelope(
        type: UnsafeRawBufferPointer, _ head: borrowing EnvelopeHead, data: UnsafeRawBufferPointer?
    ) {
        appendStart(type)
        if let data {
            append(",\"data\":" as StaticString)
            append(data)
        }
        appendEnd(head)
    }

    /// Appends an envelope whose `data` is an object that `members` writes.
    mutating func appendEnvelope(
        type: StaticText, _ head: borrowing EnvelopeHead, members: (inout JSONObjectWriter) -> Void
    ) {
        appendStart(type.utf8)
        append(",\"data\":" as StaticString)
        appendJSONObject(members)
        appendEnd(head)
    }

    /// Appends an envelope without `data`.
    mutating func appendEnvelope(type: StaticText, _ head: borrowing EnvelopeHead) {
        appendEnvelope(type: type.utf8, head, data: nil)
    }

    private mutating func appendStart(_ type: UnsafeRawBufferPointer) {
        append("{\"type\":\"" as StaticString)
        append(type)
        append(UInt8(ascii: "\""))
    }

    private mutating func appendEnd(_ head: borrowing EnvelopeHead) {
        append(",\"message_id\":\"" as StaticString)
        append(head.messageID)
        append("\",\"timestamp\":\"" as StaticString)
        append(head.timestamp)
        append(UInt8(ascii: "\""))
        if let user = head.user {
            append(",\"user_id\":" as StaticString)
            user.withUTF8 { appendJSON(utf8: $0) }
        }
        if let room = head.room {
            append(",\"room_id\":" as StaticString)
            room.withUTF8 { appendJSON(utf8: $0) }
        }
        if let recipient = head.recipient {
            append(",\"recipient_id\":" as StaticString)
            recipient.withUTF8 { appendJSON(utf8: $0) }
        }
        if let seq = head.seq {
            append(",\"seq\":" as StaticString)
            append(decimal: seq)
        }
        if let replyTo = head.replyTo {
            append(",\"reply_to\":" as StaticString)
            replyTo.withUTF8 { appendJSON(utf8: $0) }
        }
        append(UInt8(ascii: "}"))
    }
}
