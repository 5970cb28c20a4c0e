public import Realtime

/// `notification_list`: what is in my inbox?
public struct NotificationList: RealtimeEvent {
    /// `notification_list`.
    public static let eventType = "notification_list"

    /// How many at most, 1 to 100.
    public var limit: Int?
    /// The `next` of the page before.
    public var before: String?
    /// `all`, `unread` or `archived`.
    public var filter: String?
}

/// Tells users what is in their inbox.
public struct NotificationListHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Answers with `notification_page`.
    public func handle(_ event: NotificationList, in context: EventContext) async throws {
        guard let filter = NotificationFilter(rawValue: event.filter ?? "all") else {
            throw RealtimeError(.malformed, "filter must be all, unread or archived")
        }
        try await context.replyWithNotifications(limit: event.limit ?? 50, before: event.before, filter)
    }
}
