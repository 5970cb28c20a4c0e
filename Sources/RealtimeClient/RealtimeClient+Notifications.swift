public import FoundationEssentials

extension RealtimeClient {
    /// How a notification looks.
    public enum NotificationLevel: String, Codable, Sendable {
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
    public enum NotificationPriority: String, Codable, Sendable {
        /// It can wait.
        case low
        /// As most.
        case normal
        /// It should be seen soon.
        case high
        /// It comes before all others when a device connects.
        case urgent
    }

    /// A notification that the server has written down.
    public struct SentNotification: Decodable, Sendable, Hashable {
        /// Whose it is.
        public let userID: String
        /// Its id.
        public let notificationID: String
        /// Its place in the user's own sequence.
        public let seq: Int
        /// Whether it was sent before, with the same idempotency key.
        public let duplicate: Bool

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case notificationID = "notification_id"
            case seq, duplicate
        }
    }

    /// Notifies a user, on all devices, now or when they are next connected. When this returns, the server has it
    /// on disk.
    ///
    /// - Parameters:
    ///   - timeToLive: After which it is not delivered any more, counted from now or from `deliverAt`.
    ///   - deliverAt: Not to be delivered before.
    ///   - collapseKey: A newer notification takes the place of an older one of the same key that the device has
    ///     not acknowledged.
    ///   - idempotencyKey: The same key with the same content within 24 hours is the same notification. Give one
    ///     where the application itself may come back with it later; else the client makes one for its own attempts.
    ///   - data: Any value that the user's devices get along with it.
    @discardableResult
    public func sendNotification<Payload: Encodable & Sendable>(
        to user: String, title: String, message: String, level: NotificationLevel = .info,
        priority: NotificationPriority = .normal, timeToLive: Duration? = nil, deliverAt: Date? = nil,
        collapseKey: String? = nil, idempotencyKey: String? = nil, data: Payload? = Never?.none
    ) async throws(RealtimeClientError) -> SentNotification {
        let sent = try await post(
            NotificationBody(
                userID: user, userIDs: nil, title: title, message: message, level: level, priority: priority,
                timeToLive: timeToLive, deliverAt: deliverAt, collapseKey: collapseKey,
                idempotencyKey: idempotencyKey, data: data))
        guard let first = sent.first else {
            throw RealtimeClientError(
                .badAnswer, "the answer names no notification", status: 201, mayHaveHappened: true)
        }
        return first
    }

    /// Notifies several users in one go: all of them, or none. The parameters are those for one user.
    @discardableResult
    public func sendNotification<Payload: Encodable & Sendable>(
        to users: [String], title: String, message: String, level: NotificationLevel = .info,
        priority: NotificationPriority = .normal, timeToLive: Duration? = nil, deliverAt: Date? = nil,
        collapseKey: String? = nil, idempotencyKey: String? = nil, data: Payload? = Never?.none
    ) async throws(RealtimeClientError) -> [SentNotification] {
        try await post(
            NotificationBody(
                userID: nil, userIDs: users, title: title, message: message, level: level, priority: priority,
                timeToLive: timeToLive, deliverAt: deliverAt, collapseKey: collapseKey,
                idempotencyKey: idempotencyKey, data: data))
    }

    private func post(
        _ body: NotificationBody<some Encodable>
    ) async throws(RealtimeClientError) -> [SentNotification] {
        let answer: NotificationAnswer = try await api.answer(to: .post("/api/v1/notifications", body))
        return answer.notifications
    }
}

private struct NotificationAnswer: Decodable {
    let notifications: [RealtimeClient.SentNotification]
}

private struct NotificationBody<Payload: Encodable>: Encodable {
    let userID: String?
    let userIDs: [String]?
    let title: String
    let message: String
    let level: RealtimeClient.NotificationLevel
    let priority: RealtimeClient.NotificationPriority
    let secondsToLive: Int64?
    let deliverAt: Date?
    let collapseKey: String?
    let idempotencyKey: String
    let data: Payload?

    init(
        userID: String?, userIDs: [String]?, title: String, message: String,
        level: RealtimeClient.NotificationLevel, priority: RealtimeClient.NotificationPriority,
        timeToLive: Duration?, deliverAt: Date?, collapseKey: String?, idempotencyKey: String?, data: Payload?
    ) {
        self.userID = userID
        self.userIDs = userIDs
        self.title = title
        self.message = message
        self.level = level
        self.priority = priority
        // A part of a second counts as a whole one, so that the shortest time is not none.
        secondsToLive = timeToLive.map { $0.components.seconds + ($0.components.attoseconds > 0 ? 1 : 0) }
        self.deliverAt = deliverAt
        self.collapseKey = collapseKey
        self.idempotencyKey = idempotencyKey ?? UUID().uuidString
        self.data = data
    }

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case userIDs = "user_ids"
        case title, message, level, priority
        case secondsToLive = "ttl_seconds"
        case deliverAt = "deliver_at"
        case collapseKey = "collapse_key"
        case idempotencyKey = "idempotency_key"
        case data
    }
}
