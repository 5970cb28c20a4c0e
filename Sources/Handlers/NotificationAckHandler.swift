public import Realtime

/// `notification_ack`: a device has got these notifications.
public struct NotificationAck: RealtimeEvent {
    /// `notification_ack`.
    public static let eventType = "notification_ack"

    /// Which.
    public var notificationIDs: [String]

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
    }
}

/// Notes what devices have got, so that it does not come again.
public struct NotificationAckHandler: EventHandler {
    /// Makes the handler.
    public init() {}

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Answers when it is on disk.
    public func handle(_ event: NotificationAck, in context: EventContext) async throws {
        try await context.acknowledgeNotifications(event.notificationIDs)
    }
}
