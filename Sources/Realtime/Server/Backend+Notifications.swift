// Notifications as backends send them and ask for them.

extension Backend {
    /// Sends a notification. When this returns it is on disk, for all of its users or none.
    func notify(_ request: NotificationRequest) async throws(RealtimeError) -> [SentNotification] {
        try await core.inbox.send(request)
    }

    /// The `data` of `notification_page`.
    func notifications(
        of user: UserID, limit: Int, before: String?, _ filter: NotificationFilter
    ) async throws(RealtimeError) -> SharedBytes {
        try await core.inbox.page(of: user, limit: limit, before: before, filter)
    }

    /// What has become of a notification.
    func timeline(of id: String) async throws(RealtimeError) -> SharedBytes {
        guard let id = NotificationID(id), let timeline = try await core.inbox.timeline(of: id) else {
            throw RealtimeError(.notFound, "There is no such notification.")
        }
        return timeline
    }
}
