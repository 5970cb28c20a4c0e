/// How many of a user's notifications are unread, and how many were never looked at.
struct InboxCounts: Sendable, Equatable {
    var unread: Int
    var unseen: Int
    /// Of two the one with the higher version is the newer.
    var version: Int64

    /// Reads three columns of a row.
    init(_ row: PostgresRow, from column: Int) {
        unread = Int(row.int32(column))
        unseen = Int(row.int32(column + 1))
        version = row.int64(column + 2)
    }

    init(unread: Int, unseen: Int, version: Int64) {
        self.unread = unread
        self.unseen = unseen
        self.version = version
    }
}

/// That something has changed in a user's inbox, and is on disk.
struct InboxNews: Sendable, Equatable {
    /// The place of the newest notification, where there is a new one.
    var newest: Int64?
    /// What was scheduled and has become due.
    var released: [Int64] = []
    var counts: InboxCounts?
    /// Nobody knows whether there is something new: whoever waits for it is to look.
    var isUncertain = false
}

/// That a device has acknowledged notifications, and that is on disk.
struct InboxAcknowledgement: Sendable, Equatable {
    /// Nil for the one of connections without a name.
    var device: DeviceID?
    var ids: Set<NotificationID>
}

/// What has become of a notification.
enum NotificationPhase: Int16 {
    /// Its time has not come.
    case scheduled = 0
    case live = 1
    case expired = 2
    /// A newer one took its place.
    case superseded = 3
}

extension NotificationID {
    init(_ uuid: PostgresUUID) {
        self.init(high: uuid.high, low: uuid.low)
    }

    var uuid: PostgresUUID { PostgresUUID(high: high, low: low) }
}
