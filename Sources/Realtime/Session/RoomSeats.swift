/// The rooms that one connection is in, and where it stands in each one's list on this loop.
///
/// Most connections are in a few rooms, and looking through them is quicker and smaller than a table. One is
/// kept beside them from the thirteenth on.
struct RoomSeats {
    private struct Seat {
        let room: LocalRoom
        var place: Int
    }

    private static let fewest = 12

    private var seats = Few<Seat>()
    private var places: [RoomID: Int] = [:]

    var count: Int { seats.count }

    func contains(_ room: RoomID) -> Bool { index(of: room) != nil }

    mutating func insert(_ room: LocalRoom, at place: Int) {
        seats.append(Seat(room: room, place: place))
        if !places.isEmpty {
            places[room.id] = seats.count - 1
        } else if seats.count > Self.fewest {
            for (index, seat) in seats.enumerated() { places[seat.room.id] = index }
        }
    }

    mutating func move(_ room: LocalRoom, to place: Int) {
        if let index = index(of: room.id) { seats[index].place = place }
    }

    mutating func remove(_ room: RoomID) -> (room: LocalRoom, place: Int)? {
        guard let index = index(of: room) else { return nil }
        let removed = seats[index]
        let last = seats.remove(at: seats.count - 1)
        places[room] = nil
        if index < seats.count {
            seats[index] = last
            if !places.isEmpty { places[last.room.id] = index }
        }
        return (removed.room, removed.place)
    }

    /// The rooms, as they are now.
    var rooms: [RoomID] { seats.map(\.room.id) }

    private func index(of room: RoomID) -> Int? {
        if places.isEmpty { return seats.firstIndex { $0.room.id == room } }
        return places[room]
    }
}
