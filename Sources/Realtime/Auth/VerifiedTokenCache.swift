/// Tokens that were verified, so that a storm of reconnects costs no work with keys.
///
/// Bounded by count. Where it is full, a token goes that was not used since the hand last came by (the
/// clock algorithm: nearly as good as the least recently used, without a list to keep in order). Every
/// insertion also looks at a few entries in turn, and takes away those that have expired.
///
/// An entry takes 80 to 100 bytes here. The token itself, which a connection that uses it holds as well,
/// takes 255 with a user alone and some 560 with a name, a device, an id and two room patterns.
final class VerifiedTokenCache: Sendable {
    /// Says which keys an answer was found with: what was verified with keys that have been replaced in the
    /// meantime is not remembered.
    struct Generation: Equatable, Sendable {
        fileprivate let number: Int
    }

    private struct Slot {
        var digest: TokenDigest
        /// Nil for a free slot.
        var token: VerifiedToken?
        var wasUsed: Bool
    }

    private struct State {
        /// By the digests' prefixes, as the slots have all of them.
        var index: [UInt64: Int32] = [:]
        var slots: [Slot] = []
        var free: [Int32] = []
        /// Where to look next for a token to let go of, and for one that has expired.
        var hand = 0
        var broom = 0
        var generation = 0

        /// Where this very token is.
        func place(of digest: TokenDigest) -> Int? {
            guard let place = index[digest.prefix], slots[Int(place)].digest == digest else { return nil }
            return Int(place)
        }

        /// A place for one more: a free one, a new one, or that of a token which is let go of.
        mutating func place(capacity: Int) -> Int {
            if let place = free.popLast() { return Int(place) }
            if slots.count < capacity { return slots.count }
            while slots[hand].wasUsed {
                slots[hand].wasUsed = false
                hand = (hand + 1) % slots.count
            }
            let place = hand
            hand = (hand + 1) % slots.count
            index[slots[place].digest.prefix] = nil
            return place
        }

        mutating func dropExpired(at now: Timestamp, looks: Int) {
            for _ in 0..<min(looks, slots.count) {
                broom = (broom + 1) % slots.count
                if let expiry = slots[broom].token?.claims.expiresAt, expiry <= now { drop(broom) }
            }
        }

        mutating func drop(_ place: Int) {
            index[slots[place].digest.prefix] = nil
            slots[place].token = nil
            free.append(Int32(place))
        }
    }

    /// How many slots are looked at for each insertion.
    private static let looks = 4

    private let state = Locked(State())
    private let capacity: Int

    init(capacity: Int = 1 << 16) {
        precondition((1...1 << 24).contains(capacity), "a cache of 1 to 16 million tokens")
        self.capacity = capacity
    }

    /// The generation that is current now.
    var generation: Generation {
        state.withLock { Generation(number: $0.generation) }
    }

    var count: Int {
        state.withLock { $0.index.count }
    }

    /// The token of this digest, if it is remembered.
    func token(for digest: TokenDigest) -> VerifiedToken? {
        state.withLock { state in
            guard let place = state.place(of: digest) else { return nil }
            state.slots[place].wasUsed = true
            return state.slots[place].token
        }
    }

    /// Remembers a token that was verified with the keys of a generation.
    func insert(_ token: VerifiedToken, for digest: TokenDigest, of generation: Generation, at now: Timestamp)
    {
        state.withLock { state in
            guard generation.number == state.generation, state.index[digest.prefix] == nil else { return }
            state.dropExpired(at: now, looks: VerifiedTokenCache.looks)
            // A new token counts as unused: a storm of tokens that come once pushes out no others.
            let slot = Slot(digest: digest, token: token, wasUsed: false)
            let place = state.place(capacity: capacity)
            if place == state.slots.count {
                state.slots.append(slot)
            } else {
                state.slots[place] = slot
            }
            state.index[digest.prefix] = Int32(place)
        }
    }

    /// Forgets one token, as when it has expired.
    func remove(_ digest: TokenDigest) {
        state.withLock { state in
            guard let place = state.place(of: digest) else { return }
            state.drop(place)
        }
    }

    /// Forgets everything: the keys have changed.
    func removeAll() {
        // The old entries go away after the lock is let go of.
        _ = state.withLock { state in
            let old = state
            state = State(generation: old.generation + 1)
            return old
        }
    }
}
