import Testing

@testable import Realtime

/// Presence as the contract defines it, computed from what happened without any cleverness: a device is there
/// while it has a connection, and for the grace period after it was cut off.
private struct NaivePresence {
    enum Event: Equatable {
        case online(Int, at: Instant)
        case offline(Int, at: Instant)
    }

    private struct Device {
        var connections: Set<ConnectionID> = []
        var cut: Instant?
    }

    let grace: Duration
    private var devices: [Int: [Int: Device]] = [:]
    private var online: Set<Int> = []
    private(set) var events: [Event] = []

    init(grace: Duration) {
        self.grace = grace
    }

    /// Tells of those whose grace period has ended by now, in the order in which it did.
    mutating func pass(to now: Instant) {
        var ended: [(user: Int, at: Instant)] = []
        for user in online where (devices[user] ?? [:]).values.allSatisfy(\.connections.isEmpty) {
            let ends = (devices[user] ?? [:]).values.compactMap(\.cut).map { $0 + grace }
            if let last = ends.max(), last <= now { ended.append((user, last)) }
        }
        for (user, end) in ended.sorted(by: { $0.at < $1.at }) { goOffline(user, at: end) }
    }

    private mutating func goOffline(_ user: Int, at now: Instant) {
        online.remove(user)
        devices[user] = nil
        events.append(.offline(user, at: now))
    }

    mutating func come(_ user: Int, _ device: Int, _ connection: ConnectionID, at now: Instant) {
        devices[user, default: [:]][device, default: Device()].connections.insert(connection)
        devices[user]?[device]?.cut = nil
        if online.insert(user).inserted { events.append(.online(user, at: now)) }
    }

    mutating func cut(_ user: Int, _ device: Int, _ connection: ConnectionID, at now: Instant) {
        devices[user]?[device]?.connections.remove(connection)
        if devices[user]?[device]?.connections.isEmpty == true { devices[user]?[device]?.cut = now }
    }

    mutating func leave(_ user: Int, _ device: Int, _ connection: ConnectionID, at now: Instant) {
        devices[user]?[device]?.connections.remove(connection)
        if devices[user]?[device]?.connections.isEmpty == true { devices[user]?[device] = nil }
        let isThere = (devices[user] ?? [:]).values.contains { device in
            !device.connections.isEmpty || device.cut.map { $0 + grace > now } ?? false
        }
        if !isThere { goOffline(user, at: now) }
    }

    /// The users who are there and how many devices each has.
    func members(at now: Instant) -> [Int: Int] {
        var members: [Int: Int] = [:]
        for user in online {
            members[user] = (devices[user] ?? [:]).values.count { device in
                !device.connections.isEmpty || device.cut.map { $0 + grace > now } ?? false
            }
        }
        return members
    }
}

@Suite("Presence, against a model")
struct PresenceModelTests {
    private let grace = Duration.seconds(5)
    private let users = (0..<500).map { UserID(stringLiteral: "user \($0)") }

    private func place(of user: UserID) -> Int {
        guard let place = Int(user.string.dropFirst("user ".count)) else {
            preconditionFailure("not one of ours")
        }
        return place
    }

    /// One connection that is in the room.
    private struct Joined {
        let user: Int
        let device: Int
        let connection: ConnectionID
    }

    @Test(
        "500 users with 2 devices each, 10,000 joins, leaves, cuts and reconnects",
        arguments: [1, 2] as [UInt64])
    func room(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var model = NaivePresence(grace: grace)
        let room = TestRoom(grace: grace)
        var presences = users.map { _ in UserPresence(lastSeen: wall(at(0))) }
        var joined: [Joined] = []
        var cut: [Joined] = []
        var events: [NaivePresence.Event] = []
        var everywhere: [NaivePresence.Event] = []
        var now = at(0)

        func offline(_ departure: RoomDeparture, at moment: Instant) {
            guard case .wentOffline(let member) = departure else { return }
            events.append(.offline(place(of: member.user), at: moment))
        }
        // As a driver's timers do: each deadline at its own time.
        func pass(to end: Instant) {
            while let deadline = room.nextDeadline, deadline <= end {
                for member in room.room.expire(at: deadline) {
                    let user = place(of: member.user)
                    events.append(.offline(user, at: deadline))
                    while let due = presences[user].nextDeadline, due <= deadline {
                        if presences[user].expire(at: due) == .wentOffline {
                            everywhere.append(.offline(user, at: due))
                        }
                    }
                }
                if room.isOver(at: deadline) { break }
            }
        }
        func join(_ user: Int, _ device: Int) {
            let client = TestClient(users[user], DeviceID(stringLiteral: "device \(device)"))
            room.now = now
            if room.join(client).cameOnline { events.append(.online(user, at: now)) }
            if presences[user].connected(client.connection, device: client.device, at: wall(now))
                == .cameOnline
            {
                everywhere.append(.online(user, at: now))
            }
            model.come(user, device, client.connection, at: now)
            joined.append(Joined(user: user, device: device, connection: client.connection))
        }
        for _ in 0..<10_000 {
            // Different at every step, so that no two deadlines are the same.
            now = now + .nanoseconds(Int64.random(in: 1...20_000_000, using: &numbers))
            pass(to: now)
            model.pass(to: now)
            switch Int.random(in: 0..<10, using: &numbers) {
            case 0..<3:
                join(Int.random(in: 0..<500, using: &numbers), Int.random(in: 0..<2, using: &numbers))
            case 3..<6 where !cut.isEmpty:
                let lost = cut.remove(at: Int.random(in: cut.indices, using: &numbers))
                join(lost.user, lost.device)
            case 6 where !joined.isEmpty:
                let leaving = joined.remove(at: Int.random(in: joined.indices, using: &numbers))
                let departure = room.room.leave(
                    leaving.connection, of: users[leaving.user], device: nil, at: now)
                offline(departure, at: now)
                model.leave(leaving.user, leaving.device, leaving.connection, at: now)
                // It only left the room; it is lost as a connection so that both see the same at the end.
                presences[leaving.user].lost(leaving.connection, at: now, wall(now), grace: .zero)
                if presences[leaving.user].expire(at: now) == .wentOffline {
                    everywhere.append(.offline(leaving.user, at: now))
                }
            case _ where !joined.isEmpty:
                let lost = joined.remove(at: Int.random(in: joined.indices, using: &numbers))
                offline(room.room.lose(lost.connection, of: users[lost.user], at: now), at: now)
                presences[lost.user].lost(lost.connection, at: now, wall(now), grace: grace)
                model.cut(lost.user, lost.device, lost.connection, at: now)
                cut.append(lost)
            default: break
            }
        }
        func members() -> [Int: Int] {
            var members: [Int: Int] = [:]
            room.room.forEachMember { member in
                members[place(of: member.user)] = member.devices.deviceCount
            }
            return members
        }
        #expect(members() == model.members(at: now))
        now = now + grace
        pass(to: now)
        model.pass(to: now)
        #expect(members() == model.members(at: now))
        #expect(events == model.events)
        #expect(everywhere == model.events)
        #expect(model.events.count > 500)
        #expect(room.connectionCount == joined.count)
    }
}
