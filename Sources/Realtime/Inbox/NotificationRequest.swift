/// What somebody wants sent, and to whom.
struct NotificationRequest: Sendable {
    /// Who gets it, each once, in the sender's order.
    var users: [UserID]
    var title: String
    var message: String
    var level = NotificationLevel.info
    var priority = NotificationPriority.normal
    /// One JSON value that a scanner has validated.
    var data: SharedBytes?
    /// After which time from its acceptance, or from `deliverAt`, it is not delivered any more.
    var secondsToLive: Int?
    /// Not before.
    var deliverAt: Timestamp?
    /// It takes the place of older ones with the same key.
    var collapseKey: String?
    /// The same key from the same sender is the same notification.
    var idempotencyKey: String?
    var sender: NotificationSender
}

/// Who sends notifications; idempotency keys of different senders have nothing to do with each other.
enum NotificationSender: Sendable, Hashable {
    /// A backend, by the `sub` of its token.
    case service(UserID)
    /// A client, because of something it did.
    case user(UserID)
    /// The application's own Swift code.
    case application

    /// What the database keeps.
    var name: String {
        switch self {
        case .service(let name): "service:\(name)"
        case .user(let name): "user:\(name)"
        case .application: "application"
        }
    }
}

// MARK: - Bounds

extension NotificationRequest {
    static let maximumUsers = 100_000
    static let maximumTitle = 1 << 10
    static let maximumMessage = 16 << 10
    static let maximumData = 16 << 10
    static let maximumKey = 256
    /// Ten years.
    static let maximumSecondsToLive = 315_360_000

    /// Refuses what can't be sent, and names the field.
    func check() throws(RealtimeError) {
        guard !users.isEmpty else { throw .malformed("user_ids must not be empty") }
        guard users.count <= Self.maximumUsers else {
            throw .malformed("user_ids must be at most \(Self.maximumUsers) users")
        }
        try Self.check(title, "title", 1...Self.maximumTitle)
        try Self.check(message, "message", 0...Self.maximumMessage)
        if let data, data.count > Self.maximumData {
            throw .malformed("data must be at most \(Self.maximumData) bytes")
        }
        if let collapseKey { try Self.check(collapseKey, "collapse_key", 1...Self.maximumKey) }
        if let idempotencyKey { try Self.check(idempotencyKey, "idempotency_key", 1...Self.maximumKey) }
        if let secondsToLive, !(1...Self.maximumSecondsToLive).contains(secondsToLive) {
            throw .malformed("ttl_seconds must be a whole number from 1 to \(Self.maximumSecondsToLive)")
        }
        if let deliverAt, deliverAt < .earliestKept || deliverAt > .latestKept {
            throw .malformed("deliver_at must be a date from 1970 to 9000")
        }
    }

    private static func check(
        _ text: String, _ field: String, _ bytes: ClosedRange<Int>
    ) throws(RealtimeError) {
        guard bytes.contains(text.utf8.count) else {
            throw .malformed("\(field) must be \(bytes.lowerBound) to \(bytes.upperBound) bytes")
        }
        // The database can't keep it in a text.
        guard !text.utf8.contains(0) else { throw .malformed("\(field) must not contain U+0000") }
    }

    /// When it is not delivered any more.
    func expiry(acceptedAt now: Timestamp) -> Timestamp? {
        secondsToLive.map { (deliverAt ?? now) + .seconds($0) }
    }

    /// Tells the bodies of requests with one key apart. Nobody gains by finding two with the same: all are the same
    /// sender's own.
    var fingerprint: [UInt8] {
        let recipients = users
        var text = ByteBuffer()
        text.appendJSONArray { parts in
            parts.array { users in
                for user in recipients { user.withUTF8 { users.string(utf8: $0) } }
            }
            parts.string(title)
            parts.string(message)
            parts.string(level.rawValue)
            parts.string(priority.rawValue)
            if let data { data.withUnsafeBytes { parts.raw($0) } } else { parts.null() }
            if let secondsToLive { parts.int(secondsToLive) } else { parts.null() }
            if let deliverAt { parts.int(deliverAt.milliseconds) } else { parts.null() }
            if let collapseKey { parts.string(collapseKey) } else { parts.null() }
        }
        let digest = SHA1.digest(of: text.unsafeBytes)
        return digest.indices.map { digest[$0] }
    }
}

extension RealtimeError {
    fileprivate static func malformed(_ message: String) -> RealtimeError {
        RealtimeError(.malformed, message)
    }
}

extension Timestamp {
    /// What the database's own times can hold with room for a time to live.
    fileprivate static let earliestKept = Timestamp(milliseconds: 0)
    fileprivate static let latestKept = Timestamp(milliseconds: 221_845_392_000_000)
}

/// That a notification was accepted: it is on disk.
public struct SentNotification: Sendable, Equatable {
    /// Whose it is.
    public let user: UserID
    /// Its id.
    public let notificationID: String
    /// Its place in the user's own sequence.
    public let seq: UInt64
    /// Whether it was sent before, with the same idempotency key.
    public let isDuplicate: Bool
}
