/// One room: who is in it, in which order its messages come, and what is kept of them.
///
/// Owned by the room's home loop and touched there alone; it does no I/O and reads no clock. Each call tells
/// it what happened and when, and returns what others have to be told. `expire` is to be called when
/// `nextDeadline` has come, late is harmless.
///
/// It is made by the first join or publish. When `isOver` says so the room is forgotten; the next one of its
/// name is another room with another epoch.
struct Room: ~Copyable {
    /// What holds for all rooms of a server, which therefore share it.
    final class Rules: Sendable {
        /// How long a lost device may be away before others are told.
        let grace: Duration
        /// What is kept. Its age is also how long an empty room stays.
        let history: RoomHistory.Limits

        init(grace: Duration = .seconds(5), history: RoomHistory.Limits = RoomHistory.Limits()) {
            self.grace = grace
            self.history = history
        }
    }

    /// A device that is given up at `deadline` unless it comes back. They end in the order in which they
    /// began, because the grace period is the same for all.
    private struct Wait {
        let user: UserID
        let deadline: Instant
    }

    let id: RoomID
    let epoch: RoomEpoch
    let rules: Rules

    private var members = RoomMembers()
    private var history = RoomHistory()
    private var waits = Ring<Wait>()
    /// On which loops the room has connections.
    private(set) var audience = RoomAudience()
    /// The name that somebody gave it; the first one counts.
    private var givenName: String?
    /// Since when nobody has been in it.
    private var emptySince: Instant
    /// Whether anybody joined or published: only the first to do so makes the room.
    private var isUsed = false

    init(_ id: RoomID, epoch: RoomEpoch, rules: Rules, at now: Instant) {
        self.id = id
        self.epoch = epoch
        self.rules = rules
        emptySince = now
    }

    /// The given name, or the id.
    var name: String { givenName ?? id.string }

    /// The last message that has its place in the room's order.
    var position: RoomPosition { RoomPosition(epoch: epoch, seq: history.lastSeq) }
}

// MARK: - Coming

extension Room {
    /// Takes in a connection. One that is in the room already may say so again; it gets the same answer.
    mutating func join(_ join: borrowing RoomJoin, at now: Instant, _ date: Timestamp) -> RoomJoined {
        let isNew = !isUsed
        isUsed = true
        if givenName == nil { givenName = join.name }

        let (arrival, changedState) = arrive(join, at: date)
        if arrival != .alreadyHere { audience.insert(join.connection) }
        history.dropAged(at: now)
        let status: RoomJoined.Status =
            switch arrival {
            case .reconnected: .reconnected
            case .first, .joined, .alreadyHere: isNew ? .createdNew : .joinedExisting
            }
        return RoomJoined(
            status: status, position: position, replay: join.since.flatMap { replay(after: $0) },
            cameOnline: arrival == .first, changedState: changedState)
    }

    private mutating func arrive(
        _ join: borrowing RoomJoin, at date: Timestamp
    ) -> (DeviceRoster.Arrival, changedState: Bool) {
        let (connection, device) = (join.connection, join.device)
        let (username, state) = (join.username, join.state)
        let known = members.update(join.user) { member in
            member.username = username
            let changes = state.map { $0 != member.state } ?? false
            if let state { member.state = state }
            return (member.devices.connect(connection, of: device), changes)
        }
        if let known { return known }
        var member = RoomMember(
            user: join.user, username: username, since: date, state: state ?? .initial)
        let arrival = member.devices.connect(connection, of: device)
        members.insert(member)
        return (arrival, false)
    }

    private func replay(after since: RoomPosition) -> [SharedBytes]? {
        since.epoch == epoch ? history.messages(after: since.seq) : nil
    }
}

// MARK: - Going

extension Room {
    /// A connection leaves on purpose: nothing is waited for. `device` is that of the connection: when it was
    /// lost here and has come back on a connection that has not joined, it leaves all the same.
    mutating func leave(
        _ connection: ConnectionID, of user: UserID, device: DeviceID?, at now: Instant
    ) -> RoomDeparture {
        let departure = members.update(user) { member in
            let departure = member.devices.leave(connection)
            guard departure == .notHere else { return (departure, wasConnected: true) }
            return (member.devices.leave(lost: device), wasConnected: false)
        }
        guard let departure else { return .notHere }
        if departure.wasConnected { audience.remove(connection) }
        return finish(departure.0, of: user, at: now)
    }

    /// A connection has ended without leaving: its device may come back within the grace period.
    mutating func lose(_ connection: ConnectionID, of user: UserID, at now: Instant) -> RoomDeparture {
        let deadline = now + rules.grace
        guard let departure = members.update(user, { $0.devices.lose(connection, until: deadline) }) else {
            return .notHere
        }
        if departure != .notHere { audience.remove(connection) }
        return finish(departure, of: user, at: now)
    }

    /// Gives up the devices that have not come back in time, and drops what is too old. Returns the users who
    /// are gone: the others have to be told.
    mutating func expire(at now: Instant) -> [RoomMember] {
        var gone: [RoomMember] = []
        while let wait = waits.first, wait.deadline <= now {
            waits.popFirst()
            guard let departure = members.update(wait.user, { $0.devices.expire(at: now) }),
                case .wentOffline(let member) = finish(departure, of: wait.user, at: wait.deadline)
            else { continue }
            gone.append(member)
        }
        history.dropAged(at: now)
        return gone
    }

    private mutating func finish(
        _ departure: DeviceRoster.Departure, of user: UserID, at now: Instant
    ) -> RoomDeparture {
        switch departure {
        case .notHere: return .notHere
        case .stays: return .stays
        case .waits(let deadline):
            waits.append(Wait(user: user, deadline: deadline))
            return .stays
        case .gone:
            guard let member = members.remove(user) else { return .notHere }
            if members.isEmpty { emptySince = now }
            return .wentOffline(member)
        }
    }
}

// MARK: - Messages

extension Room {
    /// Gives a message its place in the room's order and keeps it.
    ///
    /// Number and message are taken in together, so that none can be without the other.
    ///
    /// - Parameter encode: Makes the message with its number in it.
    /// - Returns: What is to be posted to every loop of `audience`.
    mutating func publish(
        at now: Instant, _ encode: (_ seq: UInt64) -> SharedBytes
    ) -> (seq: UInt64, message: SharedBytes) {
        isUsed = true
        let message = encode(history.lastSeq + 1)
        history.append(message, at: now, limits: rules.history)
        if members.isEmpty { emptySince = now }
        return (history.lastSeq, message)
    }

    /// Notes what a member says of themselves; false when that is nothing new, or the user is not here.
    mutating func update(_ user: UserID, _ state: PresenceState) -> Bool {
        members.update(user) { member in
            guard member.state != state else { return false }
            member.state = state
            return true
        } ?? false
    }
}

// MARK: - Asking

extension Room {
    /// How many users are members, those included whose devices may still come back.
    var memberCount: Int { members.count }

    func hasMember(_ user: UserID) -> Bool { members.contains(user) }

    func member(_ user: UserID) -> RoomMember? { members[user] }

    func forEachMember(_ visit: (borrowing RoomMember) -> Void) {
        members.forEach(visit)
    }

    /// Visits the connections of one user, for messages to them alone.
    func forEachConnection(of user: UserID, _ visit: (ConnectionID) -> Void) {
        members[user]?.devices.forEachConnection(visit)
    }

    /// How many messages are kept, and how many bytes they have.
    var historySize: RoomHistory.Size { history.size }

    /// When `expire` has something to do, or the room is over.
    ///
    /// A busy room drops what is too old with each message, so its history makes no deadline of its own
    /// before the newest message is too old.
    var nextDeadline: Instant? {
        var next = Instant.endOfTime
        if let wait = waits.first { next = min(next, wait.deadline) }
        if let aged = history.lastDeadline { next = min(next, aged) }
        if members.isEmpty { next = min(next, emptySince + rules.history.age) }
        return next < .endOfTime ? next : nil
    }

    /// Whether the room has been empty, and without a word, for so long that it is forgotten.
    func isOver(at now: Instant) -> Bool {
        members.isEmpty && now - emptySince >= rules.history.age
    }
}
