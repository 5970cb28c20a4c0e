// The words of the wire contract about notifications, and their numbers in the database.

/// How a notification looks.
public enum NotificationLevel: String, CaseIterable, Sendable {
    /// Something to know.
    case info
    /// Something went well.
    case success
    /// Something to look at.
    case warning
    /// Something went wrong.
    case error

    /// What stands for it in the database.
    var number: Int16 {
        switch self {
        case .info: 0
        case .success: 1
        case .warning: 2
        case .error: 3
        }
    }

    init(number: Int16) {
        self = Self.allCases.first { $0.number == number } ?? .info
    }
}

/// How much a notification matters.
public enum NotificationPriority: String, CaseIterable, Sendable {
    /// It can wait.
    case low
    /// As most.
    case normal
    /// It should be seen soon.
    case high
    /// It comes before all others when a device connects.
    case urgent

    /// What stands for it in the database.
    var number: Int16 {
        switch self {
        case .low: 0
        case .normal: 1
        case .high: 2
        case .urgent: 3
        }
    }

    init(number: Int16) {
        self = Self.allCases.first { $0.number == number } ?? .normal
    }
}

/// What a user says of notifications, for all of their devices.
public enum NotificationMark: Int16, CaseIterable, Sendable {
    /// They were looked at in a list.
    case seen = 0
    /// They were read, and so seen.
    case read = 1
    /// They are to be read once more.
    case unread = 2
    /// They are done with.
    case archived = 3
    /// They are not done with after all.
    case unarchived = 4
}

/// Which notifications a list holds.
public enum NotificationFilter: String, CaseIterable, Sendable {
    /// All that are not archived.
    case all
    /// Those of them that are live and not read.
    case unread
    /// The archived.
    case archived

    /// What stands for it in statements.
    var number: Int16 {
        switch self {
        case .all: 0
        case .unread: 1
        case .archived: 2
        }
    }
}
