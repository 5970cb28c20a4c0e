public import Realtime

/// Passes on what happens to tasks, to everybody in the project's room.
public struct TaskHandler<Event: TaskEvent>: EventHandler {
    /// Makes the handler.
    public init() {}

    /// The event's own name is part of it, as there is one handler for each.
    public var name: String { "TaskHandler<\(Event.eventType)>" }

    /// Passes it on as it came: to the room that the message names, else to the project's.
    public func handle(_ event: Event, in context: EventContext) async throws {
        guard !event.taskID.isEmpty else { throw RealtimeError(.malformed, "task_id is empty") }
        guard let project = RoomID(event.projectID) else {
            throw RealtimeError(
                .malformed, "project_id must be a string of 1 to 256 bytes without control characters")
        }
        try await context.relay(to: context.room ?? project)
    }
}
