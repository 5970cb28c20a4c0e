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

/// Passes on `chat_message`, to everybody in the room, the sender too.
public struct ChatHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// Passes it on as it came.
    public func handle(_ event: ChatMessage, in context: EventContext) async throws {
        try await context.relay(to: context.room)
    }
}
