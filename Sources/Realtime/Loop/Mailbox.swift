import Synchronization

/// The one thread-safe door into an event loop: a locked list and a bell.
///
/// Only the poster who finds the list unannounced rings, so a burst of posts costs one wake-up.
final class Mailbox: Sendable {
    /// What may be handed to a loop from elsewhere.
    enum Item: Sendable {
        /// A job of the Swift runtime, for tasks and actors that run on the loop.
        case job(UnownedJob)
        /// A piece of work that needs no task.
        case work(@Sendable () -> Void)
    }

    private struct State {
        var items: [Item] = []
        var closed = false
    }

    private let state = Locked(State())
    /// Whether there are items, for the loop to look at without the lock.
    private let hasItems = Atomic<Bool>(false)
    private let ring: @Sendable () -> Void

    /// - Parameter ring: wakes the loop; called outside the lock, from any thread.
    init(ring: @escaping @Sendable () -> Void) {
        self.ring = ring
    }

    /// Leaves an item; says false when the loop has ended and will never look again.
    @discardableResult
    func post(_ item: Item) -> Bool {
        enum Outcome { case refused, waiting, first }
        let outcome: Outcome = state.withLock { state in
            if state.closed { return .refused }
            state.items.append(item)
            guard state.items.count == 1 else { return .waiting }
            hasItems.store(true, ordering: .releasing)
            return .first
        }
        if outcome == .first { ring() }
        return outcome != .refused
    }

    /// Takes everything, leaving `empty` (whose memory is used for what comes next) in its place.
    func take(replacing empty: inout [Item]) {
        guard hasItems.load(ordering: .acquiring) else { return }
        state.withLock { state in
            swap(&state.items, &empty)
            hasItems.store(false, ordering: .relaxed)
        }
    }

    /// Refuses everything from now on. What is still in the list is the loop's to finish.
    func close() {
        state.withLock { $0.closed = true }
    }
}
