// What the application tells people who may not be there.

extension RealtimeServer {
    /// Notifies a user on every device, now or when it is next connected. When this returns, it is on disk: it comes
    /// to each device of the user until that has acknowledged it, whatever happens to the server.
    ///
    ///     try await server.sendNotification(
    ///         to: "ada", title: "Assigned to you", message: "T-1: write the report", priority: .high)
    ///
    /// - Parameters:
    ///   - user: who is notified.
    ///   - title: 1 to 1,024 bytes.
    ///   - message: up to 16 KiB.
    ///   - level: what kind of news it is.
    ///   - priority: how much it matters.
    ///   - timeToLive: after which it is not delivered any more, counted from now or from `deliverAt`.
    ///   - deliverAt: not to be delivered before.
    ///   - collapseKey: it takes the place of older ones with the same key that a device has not acknowledged.
    ///   - idempotencyKey: the same key with the same content within 24 hours is the same notification.
    ///   - data: any value that the devices get along with it, up to 16 KiB as JSON.
    /// - Throws: `unavailable` where the database is away: it may have been accepted all the same, and sending it again
    ///   with the same `idempotencyKey` is the way to find out.
    @discardableResult
    public func sendNotification<Payload: Encodable & Sendable>(
        to user: UserID, title: String, message: String = "", level: NotificationLevel = .info,
        priority: NotificationPriority = .normal, timeToLive: Duration? = nil, deliverAt: Timestamp? = nil,
        collapseKey: String? = nil, idempotencyKey: String? = nil, data: Payload? = Never?.none
    ) async throws(RealtimeError) -> SentNotification {
        let sent = try await sendNotification(
            to: [user], title: title, message: message, level: level, priority: priority,
            timeToLive: timeToLive, deliverAt: deliverAt, collapseKey: collapseKey,
            idempotencyKey: idempotencyKey, data: data)
        return sent[0]
    }

    /// Notifies several users in one go: all of them, or none. The parameters are those for one user.
    ///
    /// - Parameters:
    ///   - users: who is notified, each once.
    ///   - title: 1 to 1,024 bytes.
    ///   - message: up to 16 KiB.
    ///   - level: what kind of news it is.
    ///   - priority: how much it matters.
    ///   - timeToLive: after which it is not delivered any more, counted from now or from `deliverAt`.
    ///   - deliverAt: not to be delivered before.
    ///   - collapseKey: it takes the place of older ones with the same key that a device has not acknowledged.
    ///   - idempotencyKey: the same key with the same content within 24 hours is the same notification.
    ///   - data: any value that the devices get along with it, up to 16 KiB as JSON.
    /// - Returns: one for each user, in their order.
    @discardableResult
    public func sendNotification<Payload: Encodable & Sendable>(
        to users: [UserID], title: String, message: String = "", level: NotificationLevel = .info,
        priority: NotificationPriority = .normal, timeToLive: Duration? = nil, deliverAt: Timestamp? = nil,
        collapseKey: String? = nil, idempotencyKey: String? = nil, data: Payload? = Never?.none
    ) async throws(RealtimeError) -> [SentNotification] {
        var request = NotificationRequest(
            users: users.uniqued(), title: title, message: message, sender: .application)
        request.level = level
        request.priority = priority
        request.secondsToLive = timeToLive.map { $0.wholeSecondsUp }
        request.deliverAt = deliverAt
        request.collapseKey = collapseKey
        request.idempotencyKey = idempotencyKey
        request.data = try data.map { value throws(RealtimeError) in try SharedBytes(encoding: value) }
        return try await core.backend.notify(request)
    }
}

extension Duration {
    /// A part of a second counts as a whole one, so that the shortest time is not none.
    fileprivate var wholeSecondsUp: Int {
        Int(clamping: components.seconds) + (components.attoseconds > 0 ? 1 : 0)
    }
}
