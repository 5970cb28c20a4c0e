/// Where one user is: which connections they have over all devices and transports, what they say of
/// themselves, and which rooms they are in.
///
/// Owned by the user's home loop. Comes online once with the first connection and goes offline once, when the
/// last device has been gone for the grace period; the calls that make one of these happen say so. Time is
/// told with every call, and `expire` is to be called when `nextDeadline` has come.
struct UserPresence {
    /// Whether the user was told to be online; the two transitions are the only ones there are.
    enum Transition: Equatable, Sendable {
        case cameOnline
        case wentOffline
    }

    private var devices = DeviceRoster()
    /// In how many ways the user is in a room: rooms are told of a change of status once, however many.
    private var rooms = RoomTally()
    /// What the user says of themselves; the last word counts, from whichever device.
    private(set) var state = PresenceState.initial
    /// When the user was last seen to be connected. For one who is connected this is when they came.
    private(set) var lastSeen: Timestamp

    /// Somebody who is not here and was last seen at `date`.
    init(lastSeen date: Timestamp) {
        lastSeen = date
    }

    /// Whether others are told that the user is there: connected, or lost and not yet given up.
    var isOnline: Bool { !devices.isEmpty }

    /// How many devices are there, those included that may still come back.
    var deviceCount: Int { devices.deviceCount }

    var connectionCount: Int { devices.connectionCount }

    /// When `expire` has something to do.
    var nextDeadline: Instant? { devices.nextDeadline }

    /// Whether nothing is left to remember but when the user was last seen.
    var isForgettable: Bool { devices.isEmpty && rooms.isEmpty }
}

// MARK: - Connections

extension UserPresence {
    /// A connection was authenticated.
    mutating func connected(
        _ connection: ConnectionID, device: DeviceID?, at date: Timestamp
    ) -> Transition? {
        lastSeen = max(lastSeen, date)
        return switch devices.connect(connection, of: device) {
        case .first: .cameOnline
        case .joined, .reconnected, .alreadyHere: nil
        }
    }

    /// A connection has ended, in whatever way: its device may come back within the grace period.
    mutating func lost(
        _ connection: ConnectionID, at now: Instant, _ date: Timestamp, grace: Duration
    ) {
        switch devices.lose(connection, until: now + grace) {
        case .waits, .stays, .gone: lastSeen = max(lastSeen, date)
        case .notHere: break
        }
    }

    /// Gives up the devices that have not come back in time.
    mutating func expire(at now: Instant) -> Transition? {
        switch devices.expire(at: now) {
        case .gone:
            // Who comes again begins anew.
            state = .initial
            return .wentOffline
        case .notHere, .stays, .waits: return nil
        }
    }

    /// Visits the connections that the user has now.
    func forEachConnection(_ visit: (ConnectionID) -> Void) {
        devices.forEachConnection(visit)
    }
}

// MARK: - Status

extension UserPresence {
    /// Takes in what the user says; false when that is nothing new.
    mutating func update(_ new: PresenceState) -> Bool {
        guard new != state else { return false }
        state = new
        return true
    }
}

// MARK: - Rooms

extension UserPresence {
    /// The user has come into a room, once more for each connection that does; true for the first.
    mutating func entered(_ room: RoomID) -> Bool { rooms.add(room) }

    /// One of those has left; true for the last.
    mutating func left(_ room: RoomID) -> Bool { rooms.remove(room) }

    var roomCount: Int { rooms.count }

    func isIn(_ room: RoomID) -> Bool { rooms.contains(room) }

    /// Visits each room once.
    func forEachRoom(_ visit: (RoomID) -> Void) {
        rooms.forEach(visit)
    }

    /// The rooms as a value that can be sent to another user's home, to ask `shares` there. It is the same
    /// memory until one of the two changes.
    var roomSnapshot: RoomSnapshot { RoomSnapshot(rooms: rooms) }

    /// Whether some room is among the user's own too.
    func shares(aRoomOf other: RoomSnapshot) -> Bool {
        rooms.intersects(other.rooms)
    }

    /// The rooms that a user was in at one moment.
    struct RoomSnapshot: Sendable {
        fileprivate let rooms: RoomTally
    }
}
