/// The application's answers, each for as long as it may be remembered.
///
/// Bounded by count. Where it is full, an answer goes that is out of date or was not used since the hand last
/// came by (the clock algorithm: nearly as good as the least recently used, without a list to keep in order).
struct RoomRightsCache {
    private struct Slot {
        var question: AuthorizationQuestion
        var rights: RoomRights
        var end: Instant
        var wasUsed: Bool
    }

    private let capacity: Int
    private var index: [AuthorizationQuestion: Int32] = [:]
    private var slots: [Slot] = []
    /// Where to look next for an answer to let go of.
    private var hand = 0

    /// - Parameter capacity: How many answers; none at all remembers nothing.
    init(capacity: Int) {
        precondition((0...1 << 24).contains(capacity), "a cache of at most 16 million answers")
        self.capacity = capacity
    }

    /// How many answers it holds, those among them that are out of date.
    var count: Int { slots.count }

    /// The answer, if it is still good.
    mutating func rights(for question: AuthorizationQuestion, at now: Instant) -> RoomRights? {
        guard let place = index[question], slots[Int(place)].end > now else { return nil }
        slots[Int(place)].wasUsed = true
        return slots[Int(place)].rights
    }

    /// Remembers an answer for so long.
    mutating func insert(
        _ rights: RoomRights, for question: AuthorizationQuestion, lasting age: Duration, at now: Instant
    ) {
        guard capacity > 0 else { return }
        // A new answer counts as unused: a storm of questions that are asked once pushes out no others.
        let slot = Slot(question: question, rights: rights, end: now + age, wasUsed: false)
        if let place = index[question] {
            slots[Int(place)] = slot
        } else if slots.count < capacity {
            index[question] = Int32(slots.count)
            slots.append(slot)
        } else {
            let place = placeToReuse(at: now)
            index[slots[place].question] = nil
            index[question] = Int32(place)
            slots[place] = slot
        }
    }

    private mutating func placeToReuse(at now: Instant) -> Int {
        while slots[hand].wasUsed, slots[hand].end > now {
            slots[hand].wasUsed = false
            hand = (hand + 1) % slots.count
        }
        defer { hand = (hand + 1) % slots.count }
        return hand
    }
}
