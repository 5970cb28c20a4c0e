import RealtimeEvents
import Synchronization

/// A registered handler without its type: what it takes, how to run it, and how it has been doing.
final class HandlerEntry: Sendable {
    let name: String
    let eventType: ExactText
    let effect: EventEffect
    let order: Int
    /// Decodes the event and hands it over.
    let run: @Sendable (EventContext) async throws -> Void

    private let enabled = Atomic<Bool>(true)
    private let handledCount = Atomic<Int>(0)
    private let failedCount = Atomic<Int>(0)
    /// True while the breaker has something to say: a handler that never fails never takes its lock.
    private let isSuspect = Atomic<Bool>(false)
    private let breaker = Locked(HandlerBreaker())

    init(_ handler: some EventHandler, order: Int) {
        name = handler.name
        effect = handler.effect
        self.order = order
        eventType = Self.type(of: handler)
        run = Self.run(handler)
    }

    private static func run<Handler: EventHandler>(
        _ handler: Handler
    ) -> @Sendable (EventContext) async throws -> Void {
        if let unread = Handler.Event.self as? any UnreadEvent.Type,
            let event = unread.init() as? Handler.Event
        {
            return { context in try await handler.handle(event, in: context) }
        }
        return { context in try await handler.handle(context.decode(), in: context) }
    }

    private static func type<Handler: EventHandler>(of handler: Handler) -> ExactText {
        ExactText(Handler.Event.eventType)
    }

    /// Whether it takes part.
    var isEnabled: Bool {
        get { enabled.load(ordering: .relaxed) }
        set { enabled.store(newValue, ordering: .relaxed) }
    }

    var handled: Int { handledCount.load(ordering: .relaxed) }
    var failures: Int { failedCount.load(ordering: .relaxed) }
    var isSwitchedOff: Bool { isSuspect.load(ordering: .relaxed) && breaker.withLock { $0.isOpen } }

    func admits(at now: Instant) -> Bool {
        guard isSuspect.load(ordering: .relaxed) else { return true }
        return breaker.withLock { $0.admits(at: now) }
    }

    func succeeded() -> HandlerBreaker.Change? {
        handledCount.add(1, ordering: .relaxed)
        guard isSuspect.load(ordering: .relaxed) else { return nil }
        return breaker.withLock { breaker in
            let change = breaker.succeeded()
            // Within the lock, so that a failure on another loop is not forgotten.
            isSuspect.store(false, ordering: .relaxed)
            return change
        }
    }

    func failed(at now: Instant) -> HandlerBreaker.Change? {
        failedCount.add(1, ordering: .relaxed)
        return breaker.withLock { breaker in
            isSuspect.store(true, ordering: .relaxed)
            return breaker.failed(at: now)
        }
    }
}
