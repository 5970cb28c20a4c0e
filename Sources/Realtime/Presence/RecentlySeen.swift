/// When users were last seen who are not here any more: the most recent ones, bounded by count.
///
/// Two generations follow each other; the older one goes away as a whole when the newer one is full.
struct RecentlySeen {
    private let generationSize: Int
    private var current: [UserID: Timestamp] = [:]
    private var previous: [UserID: Timestamp] = [:]

    /// - Parameter capacity: as many are remembered at most, and half of them at least.
    init(capacity: Int = 100_000) {
        generationSize = max(1, capacity / 2)
    }

    subscript(_ user: UserID) -> Timestamp? { current[user] ?? previous[user] }

    /// The user has gone.
    mutating func note(_ user: UserID, at date: Timestamp) {
        if current.count >= generationSize, current[user] == nil {
            previous = current
            current = [:]
        }
        current[user] = date
    }
}
