/// On which loops a room has connections, and how many: a message is posted once to each of them.
struct RoomAudience {
    /// One count for each loop, up to the last that has any.
    private var counts: [Int32] = []
    private(set) var connectionCount = 0

    mutating func insert(_ connection: ConnectionID) {
        let loop = connection.loop
        if loop >= counts.count {
            counts.reserveCapacity(loop + 1)
            while counts.count <= loop { counts.append(0) }
        }
        counts[loop] += 1
        connectionCount += 1
    }

    mutating func remove(_ connection: ConnectionID) {
        precondition(connection.loop < counts.count && counts[connection.loop] > 0, "was never here")
        counts[connection.loop] -= 1
        connectionCount -= 1
        if connectionCount == 0 { counts = [] }
    }

    /// Visits the loops that have a connection.
    func forEachLoop(_ visit: (Int) -> Void) {
        for loop in counts.indices where counts[loop] > 0 { visit(loop) }
    }
}
