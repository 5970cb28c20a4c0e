/// How a room stands at one moment, for one who is in it.
struct RoomSketch: Sendable {
    let id: RoomID
    let name: String
    /// How many users are in it.
    let total: Int
    /// The first of them, in no particular order.
    let members: [RoomMember]
}

extension Hub {
    /// How these rooms stand, in their order. What happens to one of them afterwards is posted to its connections
    /// behind this.
    ///
    /// - Parameter members: how many of a room's members are named.
    func sketches(of rooms: [RoomID], members limit: Int) async -> [RoomSketch] {
        var sketches: [RoomID: RoomSketch] = [:]
        for (home, rooms) in Dictionary(grouping: rooms, by: { home(of: $0) }) {
            let found = try? await perform(on: home) { shard in
                rooms.compactMap { id in
                    shard.room(id)?.read { room in
                        var members: [RoomMember] = []
                        room.forEachMember { if members.count < limit { members.append(copy $0) } }
                        return RoomSketch(
                            id: id, name: room.name, total: room.memberCount, members: members)
                    }
                }
            }
            for sketch in found ?? [] { sketches[sketch.id] = sketch }
        }
        return rooms.compactMap { sketches[$0] }
    }
}
