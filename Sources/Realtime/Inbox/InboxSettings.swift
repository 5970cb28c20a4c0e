/// What is configured about notifications.
struct InboxSettings: Sendable {
    var feed = NotificationFeed.Settings()
    /// How long an idempotency key counts.
    var keyAge: Duration = .seconds(24 * 3600)
    /// Older notifications are removed.
    var age: Duration = .seconds(90 * 24 * 3600)
    /// A user keeps so many.
    var perUser = 1_000
    /// A user's devices that are told apart.
    var devicesPerUser = 100
    /// How many bytes of one kind of question may wait for the database on each loop.
    var maximumWaiting = 32 << 20
}
