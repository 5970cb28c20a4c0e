/// What clients without a WebSocket send. A body is taken apart alike alone and in an array, and what had no id can be
/// read as before when it has one; what a query asks for is within the bounds, and the same each time.
enum PollingFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        checkQuery(input)
        let text = Array(input)
        let alone = read(text)
        let array = read(Array("[".utf8) + text + Array(" ,".utf8) + text + Array("]".utf8))
        switch (alone, array) {
        case (.success(let items), _) where isArray(input):
            precondition(items.count <= SendBody.mostItems, "more envelopes than allowed")
            items.forEach(check)
        case (.success(let items), .success(let twice)):
            precondition(items.count == 1 && twice.count == 2, "another number of envelopes")
            for other in twice { precondition(isSame(items[0], other), "an envelope is another in an array") }
            items.forEach(check)
        case (.success, .failure), (.failure, _):
            // The bounds of the whole hold for two together, and halves may make an array.
            break
        }
    }

    private static let maxMessage = 256

    private static func read(_ body: [UInt8]) -> Result<[SendBody.Item], RealtimeError> {
        Result { () throws(RealtimeError) in try SendBody(body, maxMessage: maxMessage).items }
    }

    private static func isArray(_ text: UnsafeRawBufferPointer) -> Bool {
        text.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "[")
    }

    private static func isSame(_ one: SendBody.Item, _ other: SendBody.Item) -> Bool {
        switch (one, other) {
        case (.envelope(let one, let id), .envelope(let other, let otherID)):
            id == otherID && one.withUnsafeBytes { one in other.withUnsafeBytes { one.elementsEqual($0) } }
        case (.refused(let one, let id), .refused(let other, let otherID)):
            one.code == other.code && id == otherID
        case (.envelope, .refused), (.refused, .envelope):
            false
        }
    }

    private static func check(_ item: SendBody.Item) {
        guard case .envelope(let text, let id) = item else { return }
        precondition(text.count <= maxMessage, "longer than a message may be")
        guard id == nil else { return }
        let own: ClientMessageID = "own"
        text.addingMessageID(own).withUnsafeBytes { named in
            text.withUnsafeBytes { text in
                guard let before = try? InboundEnvelope(scanning: text),
                    let after = try? InboundEnvelope(scanning: named)
                else { preconditionFailure("an envelope can't be read with an id") }
                precondition(after.messageID == own, "another id")
                precondition(
                    after.roomID == before.roomID && after.recipientID == before.recipientID
                        && after.type.string(in: named) == before.type.string(in: text),
                    "it says something else")
                switch (before.dataBytes, after.dataBytes) {
                case (let one?, let other?): precondition(one.elementsEqual(other), "other data")
                case (nil, nil): break
                case (nil, _?), (_?, nil): preconditionFailure("data came or went")
                }
            }
        }
    }

    private static func checkQuery(_ input: UnsafeRawBufferPointer) {
        let query = URLQuery(HTTPSlice(Array(input)))
        do throws(RealtimeError) {
            let request = try PollRequest(query)
            precondition((.zero...PollRequest.longestWait).contains(request.wait), "an endless wait")
            let again = try PollRequest(query)
            precondition(again == request, "another request the second time")
            if case .named(let session) = request.session {
                precondition(ConnectionID(session.description) == session, "a session that can't be named")
            }
            let renewed = try PollRequest(query, lastEventID: "x")
            precondition(renewed.question == .afterUnknown, "the last id does not win")
        } catch {
            precondition(error.code == .malformed && !error.message.isEmpty, "refused without a word")
        }
    }
}
