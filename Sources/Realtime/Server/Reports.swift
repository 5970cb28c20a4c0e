// Who is where, as plain values that may leave their loops.

/// A user, as they were when somebody asked.
public struct UserReport: Sendable {
    /// Who.
    public let user: UserID
    /// What others see: the name in the token that the user came with last, else the id.
    public let username: String
    /// Whether any of their devices is connected, or has been within the grace period.
    public let isOnline: Bool
    /// What the user says of themselves; `offline` for one who is not there.
    public let status: PresenceStatus
    /// How many of their devices are connected.
    public let devices: Int
    /// The rooms that they are in, in order.
    public let rooms: [RoomID]
    /// When they were last seen to come or go; nil for one who was never here, or so long ago that it is
    /// forgotten.
    public let lastSeen: Timestamp?

    init(_ home: borrowing UserHome) {
        user = home.id
        username = home.username
        isOnline = home.presence.isOnline
        status = isOnline ? home.presence.state.status : .offline
        devices = home.presence.deviceCount
        var rooms: [RoomID] = []
        home.presence.forEachRoom { rooms.append($0) }
        self.rooms = rooms.sorted()
        lastSeen = home.presence.lastSeen
    }

    init(absent user: UserID, lastSeen: Timestamp?) {
        self.user = user
        self.lastSeen = lastSeen
        username = user.string
        isOnline = false
        status = .offline
        devices = 0
        rooms = []
    }
}

/// A room and how many users are in it.
public struct RoomSummary: Sendable, Equatable {
    /// Which room.
    public let room: RoomID
    /// What it is called: the name that the first to give one gave it, else the id.
    public let name: String
    /// How many users are in it.
    public let total: Int

    init(_ room: borrowing Room) {
        self.room = room.id
        name = room.name
        total = room.memberCount
    }

    /// The first `count` rooms after a name. Only those are put in order, however many there are.
    static func first(_ count: Int, of rooms: some Sequence<RoomHome>, after name: RoomID?) -> [RoomSummary] {
        var found: [RoomHome] = []
        for home in rooms {
            if let name, home.id <= name { continue }
            if found.count == count, let last = found.last, last.id < home.id { continue }
            guard !home.isOver else { continue }
            found.insert(home, at: found.firstIndex { home.id < $0.id } ?? found.count)
            if found.count > count { found.removeLast() }
        }
        return found.map { $0.read { RoomSummary($0) } }
    }
}

/// Some rooms, and where to go on.
public struct RoomPage: Sendable, Equatable {
    /// The rooms, in the order of their ids' bytes.
    public let rooms: [RoomSummary]
    /// The last room of this page, where there are more: those after it are the next page.
    public let next: RoomID?

    init(_ found: [RoomSummary], limit: Int) {
        let sorted = found.sorted { $0.room < $1.room }
        rooms = Array(sorted.prefix(limit))
        next = sorted.count > limit ? rooms.last?.room : nil
    }
}

/// A room and who is in it.
public struct RoomPresence: Sendable {
    /// Which room.
    public let room: RoomID
    /// What it is called: the name that the first to give one gave it, else the id.
    public let name: String
    /// Up to where its stream has come.
    public let position: StreamPosition
    /// The users who are in it, in no particular order.
    public let members: [Member]

    init(_ room: borrowing Room) {
        self.room = room.id
        name = room.name
        position = StreamPosition(epoch: room.position.epoch.description, seq: room.position.seq)
        var members: [Member] = []
        members.reserveCapacity(room.memberCount)
        room.forEachMember { members.append(Member(member: copy $0)) }
        self.members = members
    }

    /// A user in a room.
    public struct Member: Sendable {
        let member: RoomMember

        /// Who.
        public var user: UserID { member.user }
        /// What others see.
        public var username: String { member.username }
        /// What the user says of themselves.
        public var status: PresenceStatus { member.state.status }
        /// With how many devices they are in the room.
        public var devices: Int { member.devices.deviceCount }
        /// When they came.
        public var since: Timestamp { member.since }
    }
}
