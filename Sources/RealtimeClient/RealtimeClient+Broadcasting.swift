import FoundationEssentials

extension RealtimeClient {
    /// Who hears of an event.
    public enum Recipients: Sendable, Hashable {
        /// All who are in this room.
        case room(String)
        /// These users, wherever they are connected.
        case users([String])
        /// Everyone who is connected.
        case everyone
    }

    /// What was published.
    public struct Published: Decodable, Sendable, Hashable {
        /// The server's id of the message.
        public let messageID: String
        /// Its place in the room's stream; nil where it has none.
        public let seq: Int?
        /// The room, where the server chose it.
        public let roomID: String?

        private enum CodingKeys: String, CodingKey {
            case messageID = "message_id"
            case seq
            case roomID = "room_id"
        }
    }

    /// Tells everybody in a project's room what happened to a task, and the one whom it is assigned to.
    ///
    /// - Parameter messageID: Where the application knows the message by an id of its own (1 to 64 characters).
    ///   The server answers a repeated one as the first for five minutes, and publishes it once.
    @discardableResult
    public func broadcastTaskUpdate<Event: TaskEvent>(
        _ event: Event, messageID: String? = nil
    ) async throws(RealtimeClientError) -> Published {
        let body = PublishBody(type: Event.eventType, data: event, messageID: messageID)
        return try await api.answer(to: .post("/api/v1/tasks", body))
    }

    /// Publishes an event.
    ///
    /// - Parameters:
    ///   - excluding: Users who do not get it, as the one who did it.
    ///   - messageID: Where the application knows the message by an id of its own (1 to 64 characters). The
    ///     server answers a repeated one as the first for five minutes, and publishes it once.
    @discardableResult
    public func broadcast<Event: RealtimeEvent>(
        _ event: Event, to recipients: Recipients, excluding: [String] = [], messageID: String? = nil
    ) async throws(RealtimeClientError) -> Published {
        try await broadcast(
            type: Event.eventType, data: event, to: recipients, excluding: excluding, messageID: messageID)
    }

    /// Publishes an event whose type has no Swift type of its own.
    ///
    /// - Parameters:
    ///   - type: The event's `type`.
    ///   - data: Any value for its `data`.
    ///   - excluding: Users who do not get it, as the one who did it.
    ///   - messageID: Where the application knows the message by an id of its own (1 to 64 characters). The
    ///     server answers a repeated one as the first for five minutes, and publishes it once.
    @discardableResult
    public func broadcast(
        type: String, data: some Encodable & Sendable, to recipients: Recipients, excluding: [String] = [],
        messageID: String? = nil
    ) async throws(RealtimeClientError) -> Published {
        var body = PublishBody(type: type, data: data, messageID: messageID)
        switch recipients {
        case .room(let room): body.roomID = room
        case .users(let users): body.userIDs = users
        case .everyone: body.all = true
        }
        body.excludedUserIDs = excluding.isEmpty ? nil : excluding
        return try await api.answer(to: .post("/api/v1/broadcast", body))
    }
}

private struct PublishBody<Payload: Encodable>: Encodable {
    let type: String
    let data: Payload
    var roomID: String?
    var userIDs: [String]?
    var all: Bool?
    var excludedUserIDs: [String]?
    /// By which the server knows a repeated one.
    let messageID: String

    init(type: String, data: Payload, messageID: String?) {
        self.type = type
        self.data = data
        self.messageID = messageID ?? UUID().uuidString
    }

    private enum CodingKeys: String, CodingKey {
        case type, data, all
        case roomID = "room_id"
        case userIDs = "user_ids"
        case excludedUserIDs = "exclude_user_ids"
        case messageID = "message_id"
    }
}
