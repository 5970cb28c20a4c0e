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
}

/// How much a notification matters.
public enum NotificationPriority: String, CaseIterable, Sendable {
    /// It can wait.
    case low
    /// As most.
    case normal
    /// It should be seen soon.
    case high
    /// It comes before all others.
    case urgent
}

/// A notification that was sent.
public struct SentNotification: Sendable, Equatable {
    /// Whose it is.
    public let user: UserID
    /// Its id.
    public let notificationID: String
    /// To how many connections it went at once.
    public let delivered: Int
}

/// What a notification says.
struct NotificationContent {
    private static let longestTitle = 1 << 10
    private static let longestMessage = 16 << 10
    private static let largestData = 16 << 10

    var title: String
    var message: String
    var level: NotificationLevel
    var priority: NotificationPriority
    var data: SharedBytes?

    /// Refuses what is larger than what is taken.
    func check() throws(RealtimeError) {
        guard (1...Self.longestTitle).contains(title.utf8.count) else {
            throw RealtimeError(.malformed, "title must be 1 to \(Self.longestTitle) bytes")
        }
        guard message.utf8.count <= Self.longestMessage else {
            throw RealtimeError(.malformed, "message must be at most \(Self.longestMessage) bytes")
        }
        guard data?.count ?? 0 <= Self.largestData else {
            throw RealtimeError(.malformed, "data must be at most \(Self.largestData) bytes")
        }
    }
}

extension Backend {
    /// Sends a notification to the connections that a user has.
    func notify(
        _ user: UserID, _ content: NotificationContent
    ) async throws(RealtimeError) -> SentNotification {
        try content.check()
        let date = hub.time.date
        var generator = MessageIDGenerator()
        let id = "ntf_\(generator.next(at: date).description.dropFirst("msg_".count))"
        var data = ByteBuffer()
        data.appendJSONObject { $0.notification(id, content, createdAt: date) }
        let event = OutgoingEvent(type: ExactText("system_notification"), data: SharedBytes(data))
        let publication = try await hub.send(event, to: user)
        return SentNotification(
            user: user, notificationID: id, delivered: publication.delivered ?? 0)
    }
}

extension JSONObjectWriter {
    /// Writes the `data` of `system_notification`.
    fileprivate mutating func notification(
        _ id: String, _ content: NotificationContent, createdAt date: Timestamp
    ) {
        string("notification_id", id)
        string("title", content.title)
        string("message", content.message)
        string("level", content.level.rawValue)
        string("priority", content.priority.rawValue)
        string("created_at", date.description)
        bool("read", false)
        int("attempt", 1)
        if let data = content.data { data.withUnsafeBytes { raw("data", $0) } }
    }
}
