/// A client's message, taken apart in one pass: which member stands where, and that each is of its kind.
///
/// Nothing is copied: ids become values only when they are asked for, and `data` is relayed as the bytes
/// that came. `text` must stay where it is for as long as the envelope is used.
struct InboundEnvelope {
    /// The bytes of the whole message; the slices below are places in it.
    let text: UnsafeRawBufferPointer
    /// Which event it is; a string that is not empty.
    let type: JSONSlice
    /// Any value; nil where there is none.
    let data: JSONSlice?

    private let message: JSONSlice?
    private let room: JSONSlice?
    private let recipient: JSONSlice?

    /// What a message may be at most, apart from its length, which the transport bounds. Nobody nests so
    /// deep by hand, and a number needs no more digits to be the nearest double.
    static let limits = JSONLimits(depth: 64, bytes: 16 << 20, members: 4096, numberLength: 1024)

    /// Scans a message.
    ///
    /// Unknown keys are ignored, and so are `timestamp` and `user_id`, which are the server's to say. An id
    /// that is `null` is taken for one that is not there. The whole message is always looked at, so that an
    /// error about one member still carries the `message_id`, wherever that stands.
    ///
    /// - Parameter isUTF8: True when the bytes are known to be UTF-8, as those of a WebSocket text message.
    init(
        scanning text: UnsafeRawBufferPointer, limits: JSONLimits = Self.limits, isUTF8: Bool = false
    ) throws(EnvelopeFailure) {
        var found = Members(text: text)
        do throws(JSONError) {
            var scanner = JSONScanner(text, limits: limits, isUTF8: isUTF8)
            try scanner.enterObject()
            while let member = try scanner.nextMember() { found.take(member) }
        } catch {
            throw EnvelopeFailure(.json(error), messageID: found.messageID)
        }
        guard let type = found.type, found.failure == nil else { throw found.refusal }
        self.text = text
        self.type = type
        data = found.data
        message = found.message
        room = found.room
        recipient = found.recipient
    }

    /// What was found so far. The first thing that is wrong counts; the rest is still read.
    private struct Members {
        let text: UnsafeRawBufferPointer
        var type: JSONSlice?
        var data: JSONSlice?
        var message: JSONSlice?
        var room: JSONSlice?
        var recipient: JSONSlice?
        var failure: EnvelopeFailure?

        @inline(__always)
        mutating func take(_ member: JSONScanner.Member) {
            let (key, value) = (member.key, member.value)
            if key.equals("type", in: text) {
                type = value
                // Two bytes are the quotes of an empty string.
                let isNamed = value.kind == .string && value.range.count > 2
                if !isNamed { refuse("type", .mustBe("a string that is not empty")) }
            } else if key.equals("data", in: text) {
                data = value
            } else if key.equals("message_id", in: text), !value.isNull {
                if ClientMessageID.accepts(value, in: text) {
                    message = value
                } else {
                    refuse("message_id", .mustBe("a string of 1 to 64 characters"))
                }
            } else if key.equals("room_id", in: text), !value.isNull {
                room = value
                if !IdentifierGrammar.accepts(value, in: text) { refuse("room_id", .notAnIdentifier) }
            } else if key.equals("recipient_id", in: text), !value.isNull {
                recipient = value
                if !IdentifierGrammar.accepts(value, in: text) { refuse("recipient_id", .notAnIdentifier) }
            }
        }

        private mutating func refuse(_ field: StaticText, _ problem: EnvelopeFailure.Problem) {
            if failure == nil { failure = EnvelopeFailure(problem, field: field) }
        }

        var messageID: ClientMessageID? {
            message.flatMap { ClientMessageID($0, in: text) }
        }

        /// The first thing that is wrong, or that there is no type.
        var refusal: EnvelopeFailure {
            var refusal = failure ?? EnvelopeFailure(.missing, field: "type")
            refusal.messageID = messageID
            return refusal
        }
    }
}

extension EnvelopeFailure.Problem {
    /// What is said of an id that can't be one.
    static var notAnIdentifier: Self {
        .mustBe("a string of 1 to 256 bytes without control characters")
    }
}

// MARK: - What a message says

extension InboundEnvelope {
    /// The client's own id of the message. More than 15 bytes of it take memory each time it is asked for.
    var messageID: ClientMessageID? {
        message.flatMap { ClientMessageID($0, in: text) }
    }

    /// The room that the envelope names.
    var roomID: RoomID? {
        room.flatMap { RoomID($0, in: text) }
    }

    /// The user that the envelope names.
    var recipientID: UserID? {
        recipient.flatMap { UserID($0, in: text) }
    }

    var hasRoom: Bool { room != nil }

    /// Whether the envelope names this room, without making a name of it.
    func isAbout(_ id: RoomID) -> Bool {
        room.map { id.equals($0, in: text) } ?? false
    }

    /// Whether it is of this type.
    func isOf(type name: StaticText) -> Bool {
        type.equals(name.utf8, in: text)
    }

    /// `data` as it came, for relaying.
    var dataBytes: UnsafeRawBufferPointer? {
        data?.bytes(in: text)
    }

    /// The members of `data`, which must be an object or absent: one that is absent has none.
    func dataMembers() throws(EnvelopeFailure) -> DataMembers {
        guard let data, !data.isNull else { return DataMembers() }
        guard data.kind == .object else { throw EnvelopeFailure(.mustBe("an object"), field: "data") }
        return try DataMembers(of: data.bytes(in: text), field: "data")
    }

    /// The room of a message that may name it in `data` too. Both may, when they name the same.
    func roomID(orIn data: borrowing DataMembers) throws(EnvelopeFailure) -> RoomID? {
        guard let inData: RoomID = try data.identifier("room_id") else { return roomID }
        guard room == nil || isAbout(inData) else {
            throw EnvelopeFailure(.contradicts, field: "room_id")
        }
        return inData
    }
}
