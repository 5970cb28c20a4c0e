/// Envelopes: what is accepted is JSON, can be sent on, and then says the same with its data byte for byte;
/// what is refused gets a sentence, and an error that is an envelope itself.
enum EnvelopeFuzz: FuzzTarget {
    private static let date = Timestamp(milliseconds: 1_767_323_045_678)

    static func run(_ input: UnsafeRawBufferPointer) {
        let isJSON = isAccepted(input)
        do throws(EnvelopeFailure) {
            let envelope = try InboundEnvelope(scanning: input)
            precondition(isJSON, "an envelope that is not JSON")
            precondition(!envelope.hasRoom || envelope.roomID != nil, "a room that can't be named")
            checkRelay(of: envelope)
            checkMembers(of: envelope)
        } catch {
            precondition(!error.sentence.isEmpty, "refused without a word")
            var answer = ByteBuffer()
            answer.appendError(error, head())
            let read = try? InboundEnvelope(scanning: answer.unsafeBytes)
            precondition(read?.isOf(type: "error") == true, "the error can't be read")
        }
    }

    private static func head() -> EnvelopeHead {
        EnvelopeHead(messageID: MessageID(milliseconds: 1, count: 2, generator: 3), timestamp: date)
    }

    private static func isAccepted(_ input: UnsafeRawBufferPointer) -> Bool {
        var scanner = JSONScanner(input, limits: InboundEnvelope.limits)
        return (try? scanner.soleValue()) != nil
    }

    private static func checkRelay(of envelope: InboundEnvelope) {
        var head = head()
        (head.room, head.recipient, head.replyTo) = (
            envelope.roomID, envelope.recipientID, envelope.messageID
        )
        var sent = ByteBuffer()
        sent.appendEnvelope(type: envelope.type.content(in: envelope.text), head, data: envelope.dataBytes)
        guard let read = try? InboundEnvelope(scanning: sent.unsafeBytes) else {
            preconditionFailure("what was sent on can't be read")
        }
        precondition(read.roomID == envelope.roomID, "another room")
        precondition(read.recipientID == envelope.recipientID, "another user")
        switch (read.dataBytes, envelope.dataBytes) {
        case (let one?, let other?): precondition(one.elementsEqual(other), "other data")
        case (nil, nil): break
        case (nil, _?), (_?, nil): preconditionFailure("data came or went")
        }
    }

    /// Every way of asking for a member answers or refuses, and a room in `data` is the envelope's or none.
    private static func checkMembers(of envelope: InboundEnvelope) {
        do throws(EnvelopeFailure) {
            let data = try envelope.dataMembers()
            let room = try envelope.roomID(orIn: data)
            precondition(!envelope.hasRoom || room == envelope.roomID, "data names another room")
            _ = try data.string("s")
            _ = try data.integer("i")
            _ = try data.double("d")
            _ = try data.bool("b")
            _ = try data.object("o")
        } catch {
            precondition(!error.sentence.isEmpty, "refused without a word")
        }
    }
}
