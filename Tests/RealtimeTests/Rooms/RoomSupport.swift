@testable import Realtime

/// So many seconds after the beginning.
func at(_ seconds: Double) -> Instant {
    Instant(nanoseconds: Int64(seconds * 1_000_000_000))
}

/// The wall clock at that moment.
func wall(_ instant: Instant) -> Timestamp {
    Timestamp(milliseconds: 1_767_323_045_678 + instant.milliseconds)
}

/// A connection of a user on a device.
struct TestClient {
    let connection: ConnectionID
    let user: UserID
    let device: DeviceID?

    private static let serials = Locked(UInt64(0))

    init(_ user: UserID, _ device: DeviceID? = nil, loop: Int = 0) {
        let serial = Self.serials.withLock { serial in
            serial += 1
            return serial
        }
        var ids = ConnectionIDGenerator(loop: loop, startingAt: serial)
        connection = ids.next()
        self.user = user
        self.device = device
    }

    /// The same device on a new connection.
    var reconnecting: TestClient { TestClient(user, device, loop: connection.loop) }
}

/// A room on a loop, and the clock in the test's hand.
final class TestRoom {
    var room: Room
    var now = at(0)

    init(
        _ id: RoomID = "room", epoch: UInt64 = 1, grace: Duration = .seconds(5),
        history: RoomHistory.Limits = RoomHistory.Limits()
    ) {
        room = Room(id, epoch: RoomEpoch(epoch), rules: Room.Rules(grace: grace, history: history), at: at(0))
    }

    @discardableResult
    func join(
        _ client: TestClient, state: PresenceState? = nil, name: String? = nil, since: RoomPosition? = nil
    ) -> RoomJoined {
        let join = RoomJoin(
            connection: client.connection, user: client.user, username: "\(client.user)!",
            device: client.device,
            state: state, name: name, since: since)
        return room.join(join, at: now, wall(now))
    }

    @discardableResult
    func leave(_ client: TestClient) -> String {
        describe(room.leave(client.connection, of: client.user, device: client.device, at: now))
    }

    @discardableResult
    func lose(_ client: TestClient) -> String {
        describe(room.lose(client.connection, of: client.user, at: now))
    }

    /// The users who are gone for good at that time.
    func expire(at seconds: Double) -> [String] {
        now = moment(seconds)
        return room.expire(at: now).map(\.user.string)
    }

    @discardableResult
    func publish(_ text: String? = nil) -> UInt64 {
        room.publish(at: now) { seq in SharedBytes(text ?? "message \(seq)") }.seq
    }

    // What is expected of a room is asked here, because a macro can't borrow a value that is never copied.
    var name: String { room.name }
    var epoch: RoomEpoch { room.epoch }
    var position: RoomPosition { room.position }
    var nextDeadline: Instant? { room.nextDeadline }
    var memberCount: Int { room.memberCount }
    var connectionCount: Int { room.audience.connectionCount }
    var historyCount: Int { room.historySize.count }
    var historyByteCount: Int { room.historySize.bytes }

    func member(_ user: UserID) -> RoomMember? { room.member(user) }
    func hasMember(_ user: UserID) -> Bool { room.hasMember(user) }
    func update(_ user: UserID, _ state: PresenceState) -> Bool { room.update(user, state) }
    func isOver(at now: Instant) -> Bool { room.isOver(at: now) }

    /// The users in the room, by name.
    var users: [String] {
        var users: [String] = []
        room.forEachMember { users.append($0.user.string) }
        return users.sorted()
    }

    var loops: [Int] {
        var loops: [Int] = []
        room.audience.forEachLoop { loops.append($0) }
        return loops
    }

    private func describe(_ departure: RoomDeparture) -> String {
        switch departure {
        case .notHere: "not here"
        case .stays: "stays"
        case .wentOffline(let member): "offline \(member.user)"
        }
    }
}

/// `at` by another name, for methods that have an argument of that name.
private func moment(_ seconds: Double) -> Instant { at(seconds) }

extension [SharedBytes] {
    var texts: [String] {
        map { bytes in bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }
}
