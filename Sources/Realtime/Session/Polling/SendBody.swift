/// What the body of a `send` says: one envelope or several. Pure.
struct SendBody: Sendable {
    /// One of them.
    enum Item: Sendable {
        /// It can be handled; the client's own id where it has one.
        case envelope(SharedBytes, ClientMessageID?)
        /// It can't, and is answered by this.
        case refused(RealtimeError, ClientMessageID?)
    }

    /// How many envelopes there may be in one request.
    static let mostItems = 100

    let items: [Item]

    /// Takes a body apart. What is wrong with one envelope is said in its place; what is wrong with the whole is thrown.
    init(_ body: [UInt8], maxMessage: Int) throws(RealtimeError) {
        // `withUnsafeBytes` forgets the error's type, so the outcome comes out as a value.
        items = try body.withUnsafeBytes { body in
            Result { () throws(RealtimeError) in try Self.items(of: body, maxMessage) }
        }.get()
    }

    private static func items(
        of body: UnsafeRawBufferPointer, _ maxMessage: Int
    ) throws(RealtimeError) -> [Item] {
        var slices: [JSONSlice] = []
        do throws(JSONError) {
            // The body's own array is one more around each envelope.
            var limits = InboundEnvelope.limits
            limits.depth += 1
            var first = JSONScanner(body, limits: limits)
            let whole = try first.soleValue()
            if whole.kind == .array {
                var scanner = JSONScanner(body, limits: limits, isUTF8: true)
                try scanner.enterArray()
                while slices.count <= mostItems, let slice = try scanner.nextElement() {
                    slices.append(slice)
                }
            } else {
                slices.append(whole)
            }
        } catch {
            throw RealtimeError(EnvelopeFailure(.json(error), field: "the body"))
        }
        guard slices.count <= mostItems else {
            throw RealtimeError(.tooLarge, "There may be \(mostItems) envelopes in one request.")
        }
        return slices.map { item($0.bytes(in: body), maxMessage) }
    }

    private static func item(_ text: UnsafeRawBufferPointer, _ maxMessage: Int) -> Item {
        do throws(EnvelopeFailure) {
            let envelope = try InboundEnvelope(scanning: text, isUTF8: true)
            guard text.count <= maxMessage else {
                return .refused(
                    RealtimeError(.tooLarge, "A message may have \(maxMessage) bytes."), envelope.messageID)
            }
            return .envelope(SharedBytes(text), envelope.messageID)
        } catch {
            return .refused(RealtimeError(error), error.messageID)
        }
    }
}

extension SharedBytes {
    /// The same envelope with an id, for one that has none, or one that is null: one object, known to be well-formed.
    func addingMessageID(_ id: ClientMessageID) -> SharedBytes {
        var json = ByteBuffer(capacity: count + 96)
        json.append("{\"message_id\":" as StaticString)
        id.withUTF8 { json.appendJSON(utf8: $0) }
        withUnsafeBytes { text in
            do throws(JSONError) {
                var scanner = JSONScanner(text, limits: InboundEnvelope.limits, isUTF8: true)
                try scanner.enterObject()
                while let member = try scanner.nextMember() {
                    guard !member.key.equals("message_id", in: text) else { continue }
                    json.append(UInt8(ascii: ","))
                    let range = member.key.range.lowerBound..<member.value.range.upperBound
                    json.append(UnsafeRawBufferPointer(rebasing: text[range]))
                }
            } catch {
                preconditionFailure("it was well-formed: \(error)")
            }
        }
        json.append(UInt8(ascii: "}"))
        return SharedBytes(json)
    }
}
