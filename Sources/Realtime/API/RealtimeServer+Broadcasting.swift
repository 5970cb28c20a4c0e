public import RealtimeEvents

// What the application tells clients.

extension RealtimeServer {
    /// Says what happened to a task. The handlers of tasks get it, as when a client sends it: everybody in the
    /// project's room hears of it.
    ///
    ///     try await server.broadcastTaskUpdate(
    ///         TaskStatusChanged(taskID: "T-1", projectID: "project_7", newStatus: "done", changedBy: "ada"))
    ///
    /// - Returns: which message it became, in which room, and at which place of the room's order.
    @discardableResult
    public func broadcastTaskUpdate<Event: TaskEvent>(
        _ event: Event
    ) async throws(RealtimeError) -> Published {
        let event = ApplicationEvent(
            type: ExactText(Event.eventType), data: try SharedBytes(encoding: event),
            room: RoomID(event.projectID))
        return Published(try await core.backend.handleTask(event))
    }

    /// Publishes an event to a room, to users, or to everybody who is connected.
    ///
    ///     struct InvoicePaid: RealtimeEvent {
    ///         static let eventType = "invoice_paid"
    ///         var invoice: String
    ///     }
    ///     try await server.broadcast(InvoicePaid(invoice: "2026-114"), to: .room("customer_12"))
    ///
    /// No handler is asked. To a room the event takes its place in the order of the room's messages and in its
    /// history, also when nobody is there; `typing`, `presence_update` and the like have no such place. To users
    /// and to everybody it goes to the connections that there are.
    ///
    /// - Parameters:
    ///   - event: what happened.
    ///   - target: who hears of it.
    ///   - excluding: users who do not get it, as the one who did it.
    @discardableResult
    public func broadcast<Event: RealtimeEvent>(
        _ event: Event, to target: BroadcastTarget, excluding: [UserID] = []
    ) async throws(RealtimeError) -> Published {
        let event = ApplicationEvent(
            type: ExactText(Event.eventType), data: try SharedBytes(encoding: event))
        return Published(try await core.backend.broadcast(event, to: target, excluding: excluding))
    }
}
