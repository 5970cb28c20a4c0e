/// Which rooms a user's connections were in that were lost, for as long as they may come back: a client that comes by
/// another way, and can't say where it was, is there again by this.
struct LostRooms {
    private struct Loss {
        let device: DeviceID?
        let rooms: [RoomID]
        let deadline: Instant
    }

    private var losses: [Loss] = []

    /// A connection was lost that was in these rooms.
    mutating func lost(_ rooms: [RoomID], by device: DeviceID?, until deadline: Instant) {
        guard !rooms.isEmpty else { return }
        losses.append(Loss(device: device, rooms: rooms, deadline: deadline))
    }

    /// The rooms that connections of a device were in, each once, in the order in which they were lost.
    func rooms(of device: DeviceID?, at now: Instant) -> [RoomID] {
        var seen: Set<RoomID> = []
        return losses.lazy.filter { $0.device == device && now < $0.deadline }.flatMap(\.rooms)
            .filter { seen.insert($0).inserted }
    }

    /// Forgets what nobody came back for in time.
    mutating func expire(at now: Instant) {
        losses.removeAll { $0.deadline <= now }
    }
}
