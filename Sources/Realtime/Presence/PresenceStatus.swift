/// What a user says of themselves; the server only hands it on.
///
/// `offline` is what somebody says who is connected and wants to look as if not. Whether a user is connected
/// is told by `user_online` and `user_offline`.
public enum PresenceStatus: String, CaseIterable, Sendable {
    /// There, as everybody is who says nothing else.
    case online
    /// Not at the device.
    case away
    /// Not to be disturbed.
    case busy
    /// At work on something.
    case editing
    /// Connected, and not to be seen; or not connected.
    case offline
}

/// A user's status together with what the application adds to it.
struct PresenceState: Sendable {
    var status: PresenceStatus
    /// Any JSON value, as it was validated; bounded by whoever takes it in.
    var custom: SharedBytes?

    /// How everybody begins.
    static let initial = PresenceState(status: .online)

    init(status: PresenceStatus, custom: SharedBytes? = nil) {
        self.status = status
        self.custom = custom
    }
}

extension PresenceState: Equatable {
    static func == (left: PresenceState, right: PresenceState) -> Bool {
        guard left.status == right.status else { return false }
        switch (left.custom, right.custom) {
        case (nil, nil): return true
        case (let one?, let other?):
            return one.withUnsafeBytes { one in other.withUnsafeBytes { one.elementsEqual($0) } }
        case (nil, _?), (_?, nil): return false
        }
    }
}
