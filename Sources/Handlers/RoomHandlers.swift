public import Realtime

/// `join_room`: a connection wants to be in a room.
public struct JoinRoom: RealtimeEvent {
    /// `join_room`.
    public static let eventType = "join_room"

    /// A name for the room, taken when it has none.
    public var name: String?
    /// Whether the room begins when it is not there; yes where nothing is said.
    public var create: Bool?
    /// What the client has had already; what came after is sent again.
    public var since: StreamPosition?
    /// What the user says of themselves.
    public var status: String?
}

/// Takes connections into rooms.
public struct JoinRoomHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Takes the sender's connection into the room.
    public func handle(_ event: JoinRoom, in context: EventContext) async throws {
        try await context.join(
            context.requiredRoom(), name: event.name, create: event.create ?? true, since: event.since,
            status: event.status)
    }
}

/// `leave_room`: a connection wants to be in a room no more.
public struct LeaveRoom: UnreadEvent {
    /// `leave_room`.
    public static let eventType = "leave_room"

    /// Makes the event.
    public init() {}
}

/// Takes connections out of rooms.
public struct LeaveRoomHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Takes the sender's connection out of the room.
    public func handle(_ event: LeaveRoom, in context: EventContext) async throws {
        try await context.leave(context.requiredRoom())
    }
}

/// `query_room`: who is in a room?
public struct QueryRoom: UnreadEvent {
    /// `query_room`.
    public static let eventType = "query_room"

    /// Makes the event.
    public init() {}
}

/// Tells who is in a room.
public struct QueryRoomHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Answers with `room_info`.
    public func handle(_ event: QueryRoom, in context: EventContext) async throws {
        try await context.replyWithInfo(about: context.requiredRoom())
    }
}
