public import Realtime

/// `presence_update`: what a user says of themselves.
public struct PresenceUpdate: RealtimeEvent {
    /// `presence_update`.
    public static let eventType = "presence_update"

    /// `online`, `away`, `busy`, `editing` or `offline`.
    public var status: String
    /// What the application adds to it.
    public var custom: JSONValue?
}

/// Tells a user's rooms what they say of themselves.
public struct PresenceHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// Tells all rooms that the sender is in.
    public func handle(_ event: PresenceUpdate, in context: EventContext) async throws {
        try await context.updatePresence(status: event.status, custom: event.custom)
    }
}
