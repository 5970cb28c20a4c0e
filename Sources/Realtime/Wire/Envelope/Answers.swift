// The answers that any message may get, in the words of the wire contract.

extension ByteBuffer {
    /// Appends the `ack` of a message: its client's id and, where others got it, its place in the room.
    ///
    /// - Parameter members: Writes what this type of message adds.
    mutating func appendAck(
        of id: ClientMessageID, seq: UInt64? = nil, _ head: borrowing EnvelopeHead,
        members: (inout JSONObjectWriter) -> Void = { _ in }
    ) {
        appendEnvelope(type: "ack", head.answering(id)) { data in
            id.withUTF8 { data.string("message_id", utf8: $0) }
            if let seq { data.int("seq", seq) }
            members(&data)
        }
    }

    /// Appends an `error`. The message is a plain sentence for whoever reads it at the other end.
    mutating func appendError(
        _ code: ErrorCode, _ message: String, _ head: borrowing EnvelopeHead, replyTo: ClientMessageID? = nil,
        retryAfterMilliseconds: Int64? = nil
    ) {
        appendEnvelope(type: "error", head.answering(replyTo)) { data in
            data.string("code", code.rawValue)
            data.string("message", message)
            if let retryAfterMilliseconds { data.int("retry_after_ms", retryAfterMilliseconds) }
        }
    }

    /// Appends the `error` that a refused message gets.
    mutating func appendError(_ failure: EnvelopeFailure, _ head: borrowing EnvelopeHead) {
        appendError(failure.code, failure.sentence, head, replyTo: failure.messageID)
    }

    /// Appends the answer to `ping`.
    mutating func appendPong(_ head: borrowing EnvelopeHead, replyTo: ClientMessageID? = nil) {
        appendEnvelope(type: "pong", head.answering(replyTo))
    }
}

extension EnvelopeHead {
    fileprivate func answering(_ id: ClientMessageID?) -> EnvelopeHead {
        var head = self
        head.replyTo = id
        return head
    }
}
