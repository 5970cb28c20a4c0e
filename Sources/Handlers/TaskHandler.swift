public import Realtime

/// Passes on what happens to tasks, to everybody in the project's room, and notifies the one whose a task becomes.
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
        let room = context.room ?? project
        if let assignee = event.assigneeID, !assignee.isEmpty {
            // Who may not say it here must not have somebody notified either; and nobody is to hear of it in the room
            // when whom it concerns can't be told.
            try await context.requirePublishing(in: room)
            try await notify(assignee, of: event, in: room, context)
        }
        try await context.relay(to: room)
    }

    private func notify(
        _ assignee: String, of event: Event, in room: RoomID, _ context: EventContext
    ) async throws(RealtimeError) {
        guard let user = UserID(assignee) else {
            throw RealtimeError(
                .malformed, "assignee_id must be a string of 1 to 256 bytes without control characters")
        }
        try await context.assign(
            task: event.taskID, in: room, to: user, by: context.sender.isApplication ? event.doer : nil,
            title: "A task is yours now", message: (event.title ?? event.taskID).shortened(toBytes: 1_024),
            data: Assignment(taskID: event.taskID, projectID: event.projectID))
    }
}

/// What the devices of somebody get whose a task has become.
private struct Assignment: Encodable, Sendable {
    let event = "task_assigned"
    let taskID: String
    let projectID: String

    private enum CodingKeys: String, CodingKey {
        case event
        case taskID = "task_id"
        case projectID = "project_id"
    }
}

extension TaskEvent {
    /// Who did it, as a backend says.
    fileprivate var doer: UserID? { changedBy.flatMap { UserID($0) } }
}

extension String {
    /// As much of it as fits into so many bytes of UTF-8, with a sign that there was more.
    func shortened(toBytes limit: Int) -> String {
        guard utf8.count > limit else { return self }
        var short = ""
        var count = "…".utf8.count
        for character in self {
            count += character.utf8.count
            if count > limit { break }
            short.append(character)
        }
        return short + "…"
    }
}
