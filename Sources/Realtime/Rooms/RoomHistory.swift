/// The last messages of a room, for those who come back: bounded by count, bytes and age.
///
/// Messages are added in their order, one for each number, and only the oldest are dropped. So the numbers
/// need not be kept, and there is no hole to hide: what is asked for is either here as a whole, or it is not.
struct RoomHistory {
    /// What is kept at most. The bound that is reached first counts.
    struct Limits: Sendable {
        var count: Int
        var bytes: Int
        var age: Duration

        init(count: Int = 1000, bytes: Int = 1 << 20, age: Duration = .seconds(600)) {
            self.count = count
            self.bytes = bytes
            self.age = age
        }
    }

    /// How much is kept.
    struct Size: Sendable, Equatable {
        var count = 0
        var bytes = 0

        mutating func add(_ other: Size) {
            count += other.count
            bytes += other.bytes
        }

        mutating func remove(_ other: Size) {
            count -= other.count
            bytes -= other.bytes
        }
    }

    private struct Entry {
        let message: SharedBytes
        /// When it is too old.
        let deadline: Instant
    }

    private var entries = Ring<Entry>()
    /// The number of the last message that was ever added; 0 before the first.
    private(set) var lastSeq: UInt64 = 0
    private(set) var byteCount = 0

    var count: Int { entries.count }
    var size: Size { Size(count: count, bytes: byteCount) }

    /// When even the newest message is too old; nil when nothing is kept.
    var lastDeadline: Instant? { entries.last?.deadline }

    /// Adds the message with the number after `lastSeq`, and drops what is too much or too old then.
    mutating func append(_ message: SharedBytes, at now: Instant, limits: Limits) {
        lastSeq += 1
        entries.append(Entry(message: message, deadline: now + limits.age))
        byteCount += message.count
        while entries.count > limits.count || byteCount > limits.bytes { dropFirst() }
        dropAged(at: now)
    }

    /// Drops what has reached its age.
    mutating func dropAged(at now: Instant) {
        while let first = entries.first, first.deadline <= now { dropFirst() }
    }

    private mutating func dropFirst() {
        guard let dropped = entries.popFirst() else { return }
        byteCount -= dropped.message.count
    }

    /// The messages after `seq`, up to the last: all of them, or nil when some are not kept any more, or
    /// when `seq` has not been yet.
    func messages(after seq: UInt64) -> [SharedBytes]? {
        guard seq <= lastSeq else { return nil }
        let missed = lastSeq - seq
        guard missed <= UInt64(entries.count) else { return nil }
        return (entries.count - Int(missed)..<entries.count).map { entries[$0].message }
    }
}
