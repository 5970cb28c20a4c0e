// What a client without a WebSocket is answered, as JSON.

/// What an answer says beside its events.
struct PollAnswer {
    let session: ConnectionID
    /// By which later events are found.
    let timestamp: Timestamp
    /// How the session's rooms stand; nil in an answer that goes on from an earlier one.
    var rooms: [RoomSketch]?
    /// Whether what the client referred to is not known any more, and it has to begin anew.
    var isReset = false

    /// How many users are named in one answer.
    static let mostUsers = 1_000

    /// `{"events":[…],"rooms":[…],"users":[…],"timestamp","session_id","reset"?}`
    func json(with events: some Sequence<HeldEnvelope>) -> SharedBytes {
        var json = ByteBuffer(capacity: 4_096)
        json.appendJSONObject { answer in
            answer.array("events") { array in
                for event in events { event.withText { array.raw($0) } }
            }
            write(to: &answer)
        }
        return SharedBytes(json)
    }

    /// Writes the members behind `events`.
    func write(to answer: inout JSONObjectWriter) {
        if let rooms {
            answer.array("rooms") { array in
                for room in rooms {
                    array.object { object in
                        room.id.withUTF8 { object.string("room_id", utf8: $0) }
                        object.string("name", room.name)
                        object.int("total", room.total)
                    }
                }
            }
            var users = ByteBuffer()
            users.append(Self.users(in: rooms))
            answer.raw("users", users.unsafeBytes)
        }
        answer.string("timestamp", timestamp.description)
        answer.string("session_id", session.description)
        if isReset { answer.bool("reset", true) }
    }

    /// The members of all rooms, each user once.
    private static func users(in rooms: [RoomSketch]) -> [RoomMember] {
        var seen: Set<UserID> = []
        var users: [RoomMember] = []
        for member in rooms.lazy.flatMap(\.members) where users.count < mostUsers {
            if seen.insert(member.user).inserted { users.append(member) }
        }
        return users
    }
}
