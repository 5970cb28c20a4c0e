/// A user has come: their first device is connected.
public struct UserOnline: RealtimeEvent {
    /// `user_online`.
    public static let eventType = "user_online"

    /// Who.
    public var userID: String
    /// What others see.
    public var username: String
    /// What the user says of themselves: `online`, `away`, `busy`, `editing` or `offline`.
    public var status: String
    /// How many devices they have connected.
    public var devices: Int

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case username, status, devices
    }

    /// Makes the event.
    public init(userID: String, username: String, status: String, devices: Int) {
        self.userID = userID
        self.username = username
        self.status = status
        self.devices = devices
    }
}

/// A user is gone: their last device has been away for the grace period.
public struct UserOffline: RealtimeEvent {
    /// `user_offline`.
    public static let eventType = "user_offline"

    /// Who.
    public var userID: String
    /// What others saw.
    public var username: String
    /// What the user said last of themselves.
    public var status: String
    /// How many devices they have connected: none.
    public var devices: Int

    enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case username, status, devices
    }

    /// Makes the event.
    public init(userID: String, username: String, status: String, devices: Int = 0) {
        self.userID = userID
        self.username = username
        self.status = status
        self.devices = devices
    }
}
