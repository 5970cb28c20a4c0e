/// What happened on one loop since it began, and how much it holds. Plain numbers, touched by that loop alone; others
/// ask the loop for a copy.
struct HubCounters: Sendable {
    /// Events that were published to rooms.
    var published = 0
    /// Times that a connection came into a room.
    var joined = 0
    /// Notifications that were sent to connections the first time that their devices were to get them.
    var notificationsDelivered = 0
    /// Notifications that were sent to connections once more.
    var notificationsRedelivered = 0
    /// Connections that have something of their user's inbox to be asked, sent or acknowledged now.
    var feeds = 0
    /// Messages of clients that were over a limit.
    var rateLimited = 0
    /// What clients were answered with, for each code.
    var errors: [ErrorCode: Int] = [:]
    /// Users whose home is here who are online now.
    var usersOnline = 0
    /// What the rooms whose home is here keep now.
    var history = RoomHistory.Size()

    /// Adds another loop's numbers.
    mutating func add(_ other: HubCounters) {
        published += other.published
        joined += other.joined
        notificationsDelivered += other.notificationsDelivered
        notificationsRedelivered += other.notificationsRedelivered
        feeds += other.feeds
        rateLimited += other.rateLimited
        errors.merge(other.errors) { $0 + $1 }
        usersOnline += other.usersOnline
        history.add(other.history)
    }
}
