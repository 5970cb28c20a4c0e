/// In how many ways a user is in each of their rooms.
///
/// Most users are in a few rooms, which stand in a list that is quicker and much smaller than a table. From the
/// ninth on there is a table.
struct RoomTally: Sendable {
    private struct Entry: Sendable {
        let room: RoomID
        var count: UInt32
    }

    private enum Content: Sendable {
        case list(Few<Entry>)
        case table([RoomID: UInt32])
    }

    private static let fewest = 8

    private var content = Content.list(Few())

    var count: Int {
        switch content {
        case .list(let entries): entries.count
        case .table(let counts): counts.count
        }
    }

    var isEmpty: Bool { count == 0 }

    func contains(_ room: RoomID) -> Bool {
        switch content {
        case .list(let entries): entries.contains { $0.room == room }
        case .table(let counts): counts[room] != nil
        }
    }

    /// One way more; true for the first.
    mutating func add(_ room: RoomID) -> Bool {
        switch content {
        case .list(var entries):
            if let index = entries.firstIndex(where: { $0.room == room }) {
                entries[index].count += 1
                content = .list(entries)
                return false
            }
            entries.append(Entry(room: room, count: 1))
            content =
                entries.count <= Self.fewest
                ? .list(entries)
                : .table(Dictionary(uniqueKeysWithValues: entries.map { ($0.room, $0.count) }))
            return true
        case .table(var counts):
            content = .list(Few())
            counts[room, default: 0] += 1
            let isFirst = counts[room] == 1
            content = .table(counts)
            return isFirst
        }
    }

    /// One way less; true for the last.
    mutating func remove(_ room: RoomID) -> Bool {
        switch content {
        case .list(var entries):
            guard let index = entries.firstIndex(where: { $0.room == room }) else { return false }
            let isLast = entries[index].count == 1
            if isLast { entries.remove(at: index) } else { entries[index].count -= 1 }
            content = .list(entries)
            return isLast
        case .table(var counts):
            guard let count = counts[room] else { return false }
            content = .list(Few())
            counts[room] = count == 1 ? nil : count - 1
            content = counts.isEmpty ? .list(Few()) : .table(counts)
            return count == 1
        }
    }

    /// Visits each room once.
    func forEach(_ visit: (RoomID) -> Void) {
        switch content {
        case .list(let entries): for entry in entries { visit(entry.room) }
        case .table(let counts): for room in counts.keys { visit(room) }
        }
    }

    /// Whether some room is in both.
    func intersects(_ other: RoomTally) -> Bool {
        let (smaller, larger) = count <= other.count ? (self, other) : (other, self)
        return switch smaller.content {
        case .list(let entries): entries.contains { larger.contains($0.room) }
        case .table(let counts): counts.keys.contains { larger.contains($0) }
        }
    }
}
