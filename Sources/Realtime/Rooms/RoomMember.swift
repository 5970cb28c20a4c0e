/// A user in a room.
struct RoomMember {
    let user: UserID
    /// The name in the token that the user came with last.
    var username: String
    /// When the user came.
    let since: Timestamp
    var state: PresenceState
    /// The user's connections in this room.
    var devices = DeviceRoster()
}

/// The users in a room, in no particular order, and found by name.
struct RoomMembers {
    private var members: [RoomMember] = []
    /// Where each one stands, once there are so many that looking through them would take longer. Most rooms
    /// never have that many, and do without its memory.
    private var places: [UserID: Int32] = [:]

    private static let fewest = 12

    var count: Int { members.count }
    var isEmpty: Bool { members.isEmpty }

    func contains(_ user: UserID) -> Bool { place(of: user) != nil }

    subscript(_ user: UserID) -> RoomMember? {
        place(of: user).map { members[$0] }
    }

    private func place(of user: UserID) -> Int? {
        if places.isEmpty { return members.firstIndex { $0.user == user } }
        return places[user].map { Int($0) }
    }

    mutating func insert(_ member: RoomMember) {
        assert(!contains(member.user), "a user is a member once")
        members.growSparingly()
        members.append(member)
        if !places.isEmpty {
            places[member.user] = Int32(members.count - 1)
        } else if members.count > Self.fewest {
            for (place, member) in members.enumerated() { places[member.user] = Int32(place) }
        }
    }

    /// Lets `body` change the member where it stands; nil when there is none.
    mutating func update<Result>(_ user: UserID, _ body: (inout RoomMember) -> Result) -> Result? {
        guard let place = place(of: user) else { return nil }
        return body(&members[place])
    }

    /// Takes the member out. The last one takes its place, so that leaving costs the same in a room of any
    /// size.
    mutating func remove(_ user: UserID) -> RoomMember? {
        guard let place = place(of: user) else { return nil }
        let removed = members[place]
        let last = members.removeLast()
        if !places.isEmpty { places[user] = nil }
        if place < members.count {
            members[place] = last
            if !places.isEmpty { places[last.user] = Int32(place) }
        }
        giveBackMemory()
        return removed
    }

    /// A room that was large once does not hold its memory for ever.
    private mutating func giveBackMemory() {
        let isMostlyRoom = members.capacity > Self.fewest && members.count < members.capacity / 4
        guard isMostlyRoom || isEmpty else { return }
        var fewer = RoomMembers()
        fewer.members.reserveCapacity(members.count)
        for member in members { fewer.insert(member) }
        self = fewer
    }

    func forEach(_ visit: (borrowing RoomMember) -> Void) {
        for index in members.indices { visit(members[index]) }
    }
}
