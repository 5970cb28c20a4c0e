/// A queue in one piece of memory: added to at the end, taken from the front, reached by position.
///
/// Its memory grows by doubling, shrinks when a quarter would do, and is given back when it is empty:
/// a server holds one for each of many rooms and users, most of which have nothing in it.
struct Ring<Element> {
    /// Always a power of two in length, or empty; nil where nothing is.
    private var slots: ContiguousArray<Element?> = []
    // 32 bits, because an empty ring is what most of them are.
    private var start: UInt32 = 0
    private var length: UInt32 = 0

    /// Smaller memory than this is not worth shrinking.
    private static var smallest: Int { 4 }

    init() {}

    private(set) var count: Int {
        get { Int(length) }
        set { length = UInt32(newValue) }
    }

    private var head: Int {
        get { Int(start) }
        set { start = UInt32(newValue) }
    }

    var isEmpty: Bool { length == 0 }
    var capacity: Int { slots.count }

    var first: Element? { count == 0 ? nil : slots[head] }
    var last: Element? { count == 0 ? nil : slots[place(count &- 1)] }

    /// The element so many places behind the first.
    subscript(position: Int) -> Element {
        precondition(position >= 0 && position < count, "nothing at this position")
        guard let element = slots[place(position)] else { preconditionFailure("an element is missing") }
        return element
    }

    mutating func append(_ element: Element) {
        if count == slots.count { resize(to: Swift.max(Self.smallest, slots.count &* 2)) }
        slots[place(count)] = element
        count &+= 1
    }

    @discardableResult
    mutating func popFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = slots[head].take()
        head = (head &+ 1) & (slots.count &- 1)
        count &-= 1
        if count == 0 {
            slots = []
            head = 0
        } else if count < slots.count / 4, slots.count > Self.smallest {
            resize(to: slots.count / 2)
        }
        return element
    }

    mutating func removeAll() {
        self = Ring()
    }

    @inline(__always)
    private func place(_ position: Int) -> Int {
        (head &+ position) & (slots.count &- 1)
    }

    private mutating func resize(to capacity: Int) {
        var moved = ContiguousArray<Element?>()
        moved.reserveCapacity(capacity)
        for position in 0..<count { moved.append(slots[place(position)].take()) }
        for _ in count..<capacity { moved.append(nil) }
        slots = moved
        head = 0
    }
}

extension Ring: Sendable where Element: Sendable {}
