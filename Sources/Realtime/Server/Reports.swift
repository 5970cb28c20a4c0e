// Who is where, as plain values that may leave their loops.

/// A user, as they are now.
struct UserReport: Sendable {
    let user: UserID
    let username: String
    let isOnline: Bool
    let status: PresenceStatus
    let devices: Int
    let rooms: [RoomID]
    /// Nil for one who was never seen, or so long ago that it is forgotten.
    let lastSeen: Timestamp?

    init(_ home: borrowing UserHome) {
        user = home.id
        username = home.username
        isOnline = home.presence.isOnline
        status = isOnline ? home.presence.state.status : .offline
        devices = home.presence.deviceCount
        var rooms: [RoomID] = []
        home.presence.forEachRoom { rooms.append($0) }
        self.rooms = rooms.sorted { $0.string < $1.string }
        lastSeen = home.presence.lastSeen
    }

    init(absent user: UserID, lastSeen date: Timestamp?) {
        self.user = user
        username = user.string
        isOnline = false
        status = .offline
        devices = 0
        rooms = []
        lastSeen = date
    }
}

/// A room and how many users are in it.
struct RoomSummary: Sendable {
    let id: RoomID
    let name: String
    let total: Int

    init(_ room: borrowing Room) {
        id = room.id
        name = room.name
        total = room.memberCount
    }

    /// The first rooms after a name.
    static func first(_ count: Int, of rooms: some Collection<RoomHome>, after name: RoomID?) -> [RoomSummary]
    {
        rooms.filter { home in !home.isOver && name.map { $0.string < home.id.string } ?? true }
            .sorted { $0.id.string < $1.id.string }.prefix(count)
            .map { $0.read { RoomSummary($0) } }
    }
}

/// Some rooms, and where to go on.
struct RoomPage: Sendable {
    let rooms: [RoomSummary]
    /// The last room of this page, when there are more.
    let next: RoomID?

    init(_ found: [RoomSummary], limit: Int) {
        let sorted = found.sorted { $0.id.string < $1.id.string }
        rooms = Array(sorted.prefix(limit))
        next = sorted.count > limit ? rooms.last?.id : nil
    }
}

/// A room and who is in it.
struct RoomReport: Sendable {
    let summary: RoomSummary
    let position: RoomPosition
    let members: [RoomMember]

    init(_ room: borrowing Room) {
        summary = RoomSummary(room)
        position = room.position
        var members: [RoomMember] = []
        room.forEachMember { members.append(copy $0) }
        self.members = members
    }
}
