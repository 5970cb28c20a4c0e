/// That a user has come or gone, over all devices.
struct PresenceChange: Sendable {
    var user: UserID
    var username: String
    var status: PresenceStatus
    var devices: Int
    /// True when they came.
    var isOnline: Bool
}
