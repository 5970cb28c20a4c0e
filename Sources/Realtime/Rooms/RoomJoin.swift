/// What a connection says when it joins a room. Everything in it was bounded when it was read.
struct RoomJoin {
    var connection: ConnectionID
    var user: UserID
    var username: String
    var device: DeviceID?
    /// What the user says of themselves; nil leaves it as it is.
    var state: PresenceState?
    /// A name for the room, taken when it has none.
    var name: String?
    /// What the client has had already; what came after is replayed.
    var since: RoomPosition?
}

/// What came of a join.
struct RoomJoined {
    /// How the room was found; the words are those of the wire contract.
    enum Status: String, Sendable {
        case createdNew = "created_new"
        case joinedExisting = "joined_existing"
        case reconnected
    }

    var status: Status
    /// Where the room stood: exactly the messages after this one reach the connection live.
    var position: RoomPosition
    /// What was missed, each once and in order; nil when it is not known or not held any more.
    var replay: [SharedBytes]?
    /// Whether the others have to be told that the user is there.
    var cameOnline: Bool
    /// Whether the others have to be told of another status of a user that they know of.
    var changedState: Bool

    /// Whether the client has missed nothing when it has taken in the replay.
    var recovered: Bool { replay != nil }
}

/// What came of a departure.
enum RoomDeparture {
    /// There was no such connection in the room.
    case notHere
    /// The user is still there, or may still come back; nobody is told anything.
    case stays
    /// The user is gone, and the others have to be told.
    case wentOffline(RoomMember)
}
