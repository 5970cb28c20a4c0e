public import Realtime

/// Passes on `message`: any data, to all other connections in the room, or to one user's.
public struct MessageHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// Passes it on as it came.
    public func handle(_ event: Message, in context: EventContext) async throws {
        try await context.relay(to: context.room, .others)
    }
}

/// Passes on `typing`, to the others in the room.
public struct TypingHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// Passes it on as it came.
    public func handle(_ event: Typing, in context: EventContext) async throws {
        try await context.relay(to: context.room, .others)
    }
}

/// Passes on `chat_message`, to everybody in the room, the sender too, and notifies those who are mentioned.
public struct ChatHandler: EventHandler {
    /// So many of those who are mentioned are notified.
    static let mentions = 20
    /// So many are looked at for whether they may read the room.
    private static let candidates = 100

    /// Makes the handler.
    public init() {}

    /// Passes it on as it came.
    public func handle(_ event: ChatMessage, in context: EventContext) async throws {
        let mentioned = event.mentionedUsers ?? []
        if !mentioned.isEmpty, context.recipient == nil {
            let room = try context.requiredRoom()
            try await context.requirePublishing(in: room)
            try await notify(mentioned, of: event, in: room, context)
        }
        try await context.relay(to: context.room)
    }

    private func notify(
        _ mentioned: [String], of event: ChatMessage, in room: RoomID, _ context: EventContext
    ) async throws(RealtimeError) {
        var candidates: [UserID] = []
        for name in mentioned where candidates.count < Self.candidates {
            guard let user = UserID(name), user != context.sender.user, !candidates.contains(user) else {
                continue
            }
            candidates.append(user)
        }
        // Whoever may not read the room must not learn what is said there.
        let users = Array(try await context.readers(among: candidates, of: room).prefix(Self.mentions))
        guard !users.isEmpty else { return }
        try await context.sendNotification(
            to: users, title: "\(context.sender.username) mentioned you".shortened(toBytes: 1_024),
            message: event.content.shortened(toBytes: 1_024),
            data: Mention(roomID: room.string, userID: context.sender.user?.string))
    }
}

/// What the devices of somebody get who was mentioned.
private struct Mention: Encodable, Sendable {
    let event = "mention"
    let roomID: String
    let userID: String?

    private enum CodingKeys: String, CodingKey {
        case event
        case roomID = "room_id"
        case userID = "user_id"
    }
}
