/// Deadlines by the thousand, kept so that setting, moving and dropping one costs the same however many
/// there are: a ring of slots, one per tick, each with a list of the timers that end in it.
///
/// It is coarse on purpose. A timer never ends early and ends at most one tick late, and a deadline
/// further away than the ring is long waits in its slot for a later round. It has no clock: the owner says
/// what tick it is.
struct TimerWheel<Payload> {
    /// Names one timer. A key of a timer that has ended or was cancelled names nothing, for ever.
    struct Key: Equatable {
        fileprivate let index: Int32
        fileprivate let generation: UInt32
    }

    private struct Node {
        var payload: Payload?
        var deadline: UInt64
        var next: Int32
        var previous: Int32
        var generation: UInt32
    }

    private static var none: Int32 { -1 }

    private var nodes: [Node] = []
    private var firstFree: Int32 = none
    private var heads: [Int32]
    private let mask: UInt64

    /// The tick that was last swept.
    private(set) var tick: UInt64
    /// How many timers are waiting.
    private(set) var count = 0

    /// - Parameter slots: how many ticks one round has; a power of two.
    init(slots: Int = 512, tick: UInt64 = 0) {
        precondition(slots > 0 && slots & (slots - 1) == 0, "slots must be a power of two")
        self.heads = [Int32](repeating: Self.none, count: slots)
        self.mask = UInt64(slots - 1)
        self.tick = tick
    }

    var isEmpty: Bool { count == 0 }

    /// Sets a timer that ends when the tick `deadline` is swept; one in the past ends with the next.
    mutating func schedule(at deadline: UInt64, _ payload: Payload) -> Key {
        let index = takeNode()
        let position = Int(index)
        nodes[position].payload = payload
        nodes[position].deadline = max(deadline, tick + 1)
        link(index)
        count += 1
        return Key(index: index, generation: nodes[position].generation)
    }

    /// Drops a timer; says whether it was still waiting.
    @discardableResult
    mutating func cancel(_ key: Key) -> Bool {
        guard names(key) else { return false }
        unlink(key.index)
        release(key.index)
        return true
    }

    /// Moves a waiting timer to another deadline; says whether it was still waiting.
    @discardableResult
    mutating func move(_ key: Key, to deadline: UInt64) -> Bool {
        guard names(key) else { return false }
        unlink(key.index)
        nodes[Int(key.index)].deadline = max(deadline, tick + 1)
        link(key.index)
        return true
    }

    /// Sweeps up to and including `now` and appends what has ended, tick by tick in order. The timers
    /// are gone by then: what a payload does when told may set and cancel others freely.
    mutating func sweep(to now: UInt64, into ended: inout [(key: Key, payload: Payload)]) {
        guard now > tick else { return }
        if count == 0 {
            tick = now
            return
        }
        // After a pause longer than a round every slot is visited once, not once per missed tick.
        if now - tick > mask { tick = max(tick, now - mask - 1) }
        while tick < now {
            tick += 1
            sweepSlot(Int(tick & mask), now: now, into: &ended)
        }
    }

    private mutating func sweepSlot(
        _ slot: Int, now: UInt64, into ended: inout [(key: Key, payload: Payload)]
    ) {
        var index = heads[slot]
        while index != Self.none {
            let node = nodes[Int(index)]
            if node.deadline <= now, let payload = node.payload {
                ended.append((Key(index: index, generation: node.generation), payload))
                unlink(index)
                release(index)
            }
            index = node.next
        }
    }

    private func names(_ key: Key) -> Bool {
        let node = nodes[Int(key.index)]
        return node.generation == key.generation && node.payload != nil
    }

    private mutating func takeNode() -> Int32 {
        if firstFree != Self.none {
            let index = firstFree
            firstFree = nodes[Int(index)].next
            return index
        }
        nodes.append(Node(payload: nil, deadline: 0, next: Self.none, previous: Self.none, generation: 0))
        return Int32(nodes.count - 1)
    }

    private mutating func release(_ index: Int32) {
        let position = Int(index)
        nodes[position].payload = nil
        nodes[position].generation &+= 1
        nodes[position].next = firstFree
        firstFree = index
        count -= 1
    }

    private mutating func link(_ index: Int32) {
        let slot = Int(nodes[Int(index)].deadline & mask)
        let head = heads[slot]
        nodes[Int(index)].previous = Self.none
        nodes[Int(index)].next = head
        if head != Self.none { nodes[Int(head)].previous = index }
        heads[slot] = index
    }

    private mutating func unlink(_ index: Int32) {
        let node = nodes[Int(index)]
        if node.previous != Self.none {
            nodes[Int(node.previous)].next = node.next
        } else {
            heads[Int(node.deadline & mask)] = node.next
        }
        if node.next != Self.none { nodes[Int(node.next)].previous = node.previous }
    }
}
