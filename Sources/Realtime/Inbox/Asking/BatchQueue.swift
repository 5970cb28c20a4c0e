/// What waits to be asked of the database, in its order, and leaves in batches.
///
/// Two things with the same key never leave in one batch: a statement can't do something twice to one row.
struct BatchQueue<Item> {
    private var waiting = Ring<(item: Item, weight: Int)>()
    private(set) var weight = 0
    private let maximumWeight: Int

    /// - Parameter maximumWeight: in bytes; what comes when so much waits is turned away.
    init(maximumWeight: Int) {
        self.maximumWeight = maximumWeight
    }

    var isEmpty: Bool { waiting.isEmpty }
    var count: Int { waiting.count }

    /// Takes one in; false when too much waits.
    mutating func append(_ item: Item, weight: Int) -> Bool {
        guard waiting.isEmpty || self.weight + weight <= maximumWeight else { return false }
        waiting.append((item, weight))
        self.weight += weight
        return true
    }

    /// Takes out the next batch: the first, and what fits with it. What does not keeps its place.
    mutating func take<Key: Hashable>(
        atMost count: Int, weighing limit: Int, key: (Item) -> Key?
    ) -> [Item] {
        var batch: [Item] = []
        var keys: Set<Key> = []
        var taken = 0
        var rest = Ring<(item: Item, weight: Int)>()
        while batch.count < count, let next = waiting.popFirst() {
            guard batch.isEmpty || taken + next.weight <= limit else {
                rest.append(next)
                break
            }
            if let key = key(next.item), !keys.insert(key).inserted {
                rest.append(next)
                continue
            }
            taken += next.weight
            batch.append(next.item)
        }
        weight -= taken
        if !rest.isEmpty {
            while let next = waiting.popFirst() { rest.append(next) }
            waiting = rest
        }
        return batch
    }
}
