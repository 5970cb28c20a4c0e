public import RealtimeEvents

/// What a handler knows about an event beside the event itself, and what it can do about it.
///
/// It is good until the handler returns. What is said to the sender after that, or after the time is up, goes
/// nowhere.
public struct EventContext: Sendable {
    let scope: EventScope
    /// The data, where a middleware has replaced it.
    private let replacement: SharedBytes?

    init(_ scope: EventScope, data replacement: SharedBytes? = nil) {
        self.scope = scope
        self.replacement = replacement
    }

    // MARK: What came

    /// Who sent it.
    public var sender: Sender { scope.sender }

    /// The event's type.
    public var type: String { scope.type.string }

    /// The room that it is about, where the message says so.
    public var room: RoomID? { scope.room }

    /// The only user it is for, where the message says so.
    public var recipient: UserID? { scope.recipient }

    /// The client's own id of the message.
    public var messageID: String? { scope.messageID?.string }

    /// How much time the handler has left.
    public var timeLeft: Duration { scope.deadline - scope.core.hub.time.now }

    /// Where a handler says what an operator should know. The sender is named in every line.
    public var log: Log {
        scope.core.log.with([
            "type": .string(scope.type.string), "user": .string(scope.sender.user?.string ?? ""),
        ])
    }

    var data: SharedBytes? { replacement ?? scope.data }

    /// The data as a value of the application's.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(RealtimeError) -> Value {
        do throws(JSONDecodingFailure) {
            guard let data else { return try JSONDecoding.decode(type, from: Self.noData) }
            return try data.withUnsafeBytes { data throws(JSONDecodingFailure) in
                try JSONDecoding.decode(type, from: data)
            }
        } catch {
            throw RealtimeError(.malformed, error.sentence)
        }
    }

    /// What stands for data that is not there: an object without members.
    private static var noData: UnsafeRawBufferPointer {
        let text: StaticString = "{}"
        return UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
    }

    /// The same event with other data, for a middleware to pass on.
    public func replacingData(with value: some Encodable & Sendable) throws(RealtimeError) -> EventContext {
        EventContext(scope, data: try SharedBytes(encoding: value))
    }

    // MARK: Answering

    /// Sends the sender an event of their own, in place of the plain `ack`.
    public func reply<Event: RealtimeEvent>(_ event: Event) async throws(RealtimeError) {
        let data = try SharedBytes(encoding: event)
        try await reply(ExactText(Event.eventType), data)
    }

    /// Adds members to the `ack`: those of an object.
    public func acknowledge(with members: some Encodable & Sendable) async throws(RealtimeError) {
        let object = try SharedBytes(encoding: members)
        let inner = try object.withUnsafeBytes { text throws(RealtimeError) in
            guard text.count >= 2, text[0] == UInt8(ascii: "{") else {
                throw RealtimeError(.internal, "An ack's members are those of an object.")
            }
            return SharedBytes(UnsafeRawBufferPointer(rebasing: text[1..<text.count - 1]))
        }
        try await scope.onLoop { [scope] in
            if case .ack = scope.answer { scope.answer = .ack(inner.count == 0 ? nil : inner) }
        }
    }

    func reply(_ type: ExactText, _ data: SharedBytes) async throws(RealtimeError) {
        try await scope.onLoop { [scope] in
            guard !scope.isOver, let session = scope.session else { return }
            scope.answer = .replied
            session.send { message, head in
                var head = head
                head.replyTo = scope.messageID
                head.room = scope.room
                OutgoingEvent(type: type, data: data).write(head, to: &message)
            }
        }
    }
}

extension SharedBytes {
    /// Any value as JSON.
    init(encoding value: some Encodable) throws(RealtimeError) {
        var text = ByteBuffer()
        do throws(JSONEncodingFailure) {
            try text.appendJSON(encoding: value)
        } catch {
            throw RealtimeError(.internal, "A value can't be written as JSON: \(error.sentence)")
        }
        self.init(text)
    }
}
