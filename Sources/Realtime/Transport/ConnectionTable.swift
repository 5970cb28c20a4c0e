/// The open connections of one loop. Each knows its slot, so that leaving costs the same however many
/// there are.
struct ConnectionTable {
    private var slots: [Connection?] = []
    private var free: [Int32] = []
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    mutating func insert(_ connection: Connection) {
        precondition(connection.slot < 0, "a connection is in one table once")
        count += 1
        if let slot = free.popLast() {
            slots[Int(slot)] = connection
            connection.slot = slot
        } else {
            connection.slot = Int32(slots.count)
            slots.append(connection)
        }
    }

    mutating func remove(_ connection: Connection) {
        guard connection.slot >= 0 else { return }
        slots[Int(connection.slot)] = nil
        free.append(connection.slot)
        connection.slot = -1
        count -= 1
    }

    /// Visits those that are here now; a visit may end connections.
    func forEach(_ visit: (Connection) -> Void) {
        for case let connection? in slots { visit(connection) }
    }
}
