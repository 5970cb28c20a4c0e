public import Realtime

/// What a user says of notifications: of some by their ids, or of all.
public protocol NotificationMarking: RealtimeEvent {
    /// What is said.
    static var mark: NotificationMark { get }
    /// Of which.
    var notificationIDs: [String]? { get }
    /// Of all.
    var all: Bool? { get }
}

/// `notification_seen`: they were looked at in a list.
public struct NotificationSeen: NotificationMarking {
    /// `notification_seen`.
    public static let eventType = "notification_seen"
    /// They are seen.
    public static var mark: NotificationMark { .seen }

    /// Of which.
    public var notificationIDs: [String]?
    /// Of all.
    public var all: Bool?

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
        case all
    }
}

/// `notification_read`: they were read.
public struct NotificationRead: NotificationMarking {
    /// `notification_read`.
    public static let eventType = "notification_read"
    /// They are read.
    public static var mark: NotificationMark { .read }

    /// Of which.
    public var notificationIDs: [String]?
    /// Of all.
    public var all: Bool?

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
        case all
    }
}

/// `notification_unread`: they are to be read once more.
public struct NotificationUnread: NotificationMarking {
    /// `notification_unread`.
    public static let eventType = "notification_unread"
    /// They are unread.
    public static var mark: NotificationMark { .unread }

    /// Of which.
    public var notificationIDs: [String]?
    /// Of all.
    public var all: Bool?

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
        case all
    }
}

/// `notification_archive`: they are done with.
public struct NotificationArchive: NotificationMarking {
    /// `notification_archive`.
    public static let eventType = "notification_archive"
    /// They are archived.
    public static var mark: NotificationMark { .archived }

    /// Of which.
    public var notificationIDs: [String]?
    /// Of all.
    public var all: Bool?

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
        case all
    }
}

/// `notification_unarchive`: they are not done with after all.
public struct NotificationUnarchive: NotificationMarking {
    /// `notification_unarchive`.
    public static let eventType = "notification_unarchive"
    /// They are not archived.
    public static var mark: NotificationMark { .unarchived }

    /// Of which.
    public var notificationIDs: [String]?
    /// Of all.
    public var all: Bool?

    enum CodingKeys: String, CodingKey {
        case notificationIDs = "notification_ids"
        case all
    }
}

/// Notes what users say of their notifications, for all of their devices.
public struct NotificationMarkHandler<Event: NotificationMarking>: EventHandler {
    /// Makes the handler.
    public init() {}

    /// The event's own name is part of it, as there is one handler for each.
    public var name: String { "NotificationMarkHandler<\(Event.eventType)>" }

    /// It is answered each time afresh.
    public var effect: EventEffect { .answers }

    /// Answers when it is on disk.
    public func handle(_ event: Event, in context: EventContext) async throws {
        switch (event.notificationIDs, event.all ?? false) {
        case (let ids?, false): try await context.markNotifications(ids, as: Event.mark)
        case (nil, true): try await context.markNotifications(nil, as: Event.mark)
        case (_, _):
            throw RealtimeError(.malformed, "there must be exactly one of notification_ids and \"all\": true")
        }
    }
}
