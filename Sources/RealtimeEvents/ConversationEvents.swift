/// Something said in a room, to all in it.
public struct ChatMessage: RealtimeEvent {
    /// `chat_message`.
    public static let eventType = "chat_message"

    /// What was said.
    public var content: String
    /// Who is named in it and gets a notification.
    public var mentionedUsers: [String]?

    enum CodingKeys: String, CodingKey {
        case content
        case mentionedUsers = "mentioned_users"
    }

    /// Makes the event.
    public init(content: String, mentionedUsers: [String]? = nil) {
        self.content = content
        self.mentionedUsers = mentionedUsers
    }
}

/// Somebody has begun to type, or stopped. Not kept, and not replayed.
public struct Typing: RealtimeEvent {
    /// `typing`.
    public static let eventType = "typing"

    /// Whether they are typing.
    public var active: Bool

    /// Makes the event.
    public init(active: Bool) {
        self.active = active
    }
}

/// Anything at all, to a room or to one user. What `data` holds is between the application's own clients;
/// the server passes it on byte for byte.
public struct Message: UnreadEvent {
    /// `message`.
    public static let eventType = "message"

    /// Makes the event.
    public init() {}
}
