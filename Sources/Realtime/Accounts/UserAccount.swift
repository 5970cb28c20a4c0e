/// What one user's connections have in common whatever loops they are on: how much the user may still send,
/// what they have published lately, and how many connections they have.
///
/// Any loop may ask. The state is touched under a lock that some accounts share: a lock of its own would be a
/// third of what an account takes, and what is done under it takes less time than a cache miss.
final class UserAccount: @unchecked Sendable {
    /// What became of a message.
    typealias Outcome = Result<PublishWindow.Answer, RealtimeError>
    /// Takes what became of the first message of an id, for one that repeats it.
    typealias Waiter = @Sendable (Outcome) -> Void

    private struct State {
        var limiter = RateLimiter()
        /// Made for the first message that has an id.
        var repeats: Repeats?
        var presence = PresenceState.initial
        var connections = 0
        /// When the last connection went.
        var goneAt = Instant(nanoseconds: .min)
    }

    /// What is remembered of messages with an id, and who waits for the answer to one. A piece of memory of its
    /// own, as most users only listen.
    private final class Repeats {
        var window = PublishWindow()
        var waiting: [ClientMessageID: [Waiter]] = [:]
    }

    private let lock: BareLock
    private var state = State()

    /// - Parameter lock: which others may use too, and never while they hold it call an account.
    init(lock: BareLock) {
        self.lock = lock
    }

    private func withState<Result>(_ body: (inout State) -> Result) -> Result {
        lock.withLock { body(&state) }
    }

    // MARK: Connections

    /// Takes in a connection, unless the user has as many as they may.
    ///
    /// - Parameter grace: who comes back within it is still who they were, else they begin anew.
    func connect(atMost limit: Int, at now: Instant, grace: Duration) -> Bool {
        withState { state in
            guard state.connections < limit else { return false }
            if state.connections == 0, now >= state.goneAt + grace { state.presence = .initial }
            state.connections += 1
            return true
        }
    }

    func disconnect(at now: Instant) {
        withState { state in
            state.connections -= 1
            state.goneAt = now
        }
    }

    /// Whether there is nothing left to remember.
    func isIdle(at now: Instant, _ limits: PublishWindow.Limits, grace: Duration) -> Bool {
        withState { state in
            state.repeats?.window.expire(at: now, limits: limits)
            let hasGone = state.connections == 0 && now >= state.goneAt + grace
            return hasGone && state.repeats?.window.count ?? 0 == 0
        }
    }

    /// What the user says of themselves, for rooms that a connection comes into.
    var presence: PresenceState {
        get { withState { $0.presence } }
        set { withState { $0.presence = newValue } }
    }

    // MARK: Messages

    /// A message of this class has come.
    func admit(_ kind: MessageClass, at now: Instant, _ limits: RateLimits) -> RateLimiter.Verdict {
        withState { $0.limiter.admit(kind, at: now, limits) }
    }

    /// A message with this id has come. When the first of its id is being worked on, `waiter` gets its answer.
    func begin(
        _ id: ClientMessageID, at now: Instant, _ limits: PublishWindow.Limits, _ waiter: @escaping Waiter
    ) -> PublishWindow.Verdict {
        withState { state in
            let repeats = state.repeats ?? Repeats()
            state.repeats = repeats
            let verdict = repeats.window.begin(id, at: now, limits: limits)
            if case .underway = verdict { repeats.waiting[id, default: []].append(waiter) }
            return verdict
        }
    }

    /// The first message of this id has been acknowledged or refused.
    func end(_ id: ClientMessageID, _ outcome: Outcome, at now: Instant, _ limits: PublishWindow.Limits) {
        let waiting = withState { state in
            guard let repeats = state.repeats else { return [Waiter]() }
            switch outcome {
            case .success(let answer): repeats.window.answered(id, answer, at: now, limits: limits)
            case .failure: repeats.window.failed(id)
            }
            return repeats.waiting.removeValue(forKey: id) ?? []
        }
        for waiter in waiting { waiter(outcome) }
    }
}
