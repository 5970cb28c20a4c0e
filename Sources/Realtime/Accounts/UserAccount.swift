/// What one user's connections have in common whatever loops they are on: how much the user may still send,
/// what they have published lately, and how many connections they have.
///
/// Any loop may ask, under a lock that two connections of one user alone can meet at.
final class UserAccount: Sendable {
    /// What became of a message.
    typealias Outcome = Result<PublishWindow.Answer, RealtimeError>
    /// Takes what became of the first message of an id, for one that repeats it.
    typealias Waiter = @Sendable (Outcome) -> Void

    private struct State {
        var limiter = RateLimiter()
        /// Made for the first message that has an id.
        var window: PublishWindow?
        var waiting: [ClientMessageID: [Waiter]] = [:]
        var presence = PresenceState.initial
        var connections = 0
    }

    private let state = Locked(State())

    // MARK: Connections

    /// Takes in a connection, unless the user has as many as they may.
    func connect(atMost limit: Int) -> Bool {
        state.withLock { state in
            guard state.connections < limit else { return false }
            state.connections += 1
            return true
        }
    }

    func disconnect() {
        state.withLock { state in
            state.connections -= 1
            // Who comes again begins anew.
            if state.connections == 0 { state.presence = .initial }
        }
    }

    /// Whether there is nothing left to remember.
    func isIdle(at now: Instant, _ limits: PublishWindow.Limits) -> Bool {
        state.withLock { state in
            state.window?.expire(at: now, limits: limits)
            return state.connections == 0 && state.window?.count ?? 0 == 0
        }
    }

    /// What the user says of themselves, for rooms that a connection comes into.
    var presence: PresenceState {
        get { state.withLock { $0.presence } }
        set { state.withLock { $0.presence = newValue } }
    }

    // MARK: Messages

    /// A message of this class has come.
    func admit(_ kind: MessageClass, at now: Instant, _ limits: RateLimits) -> RateLimiter.Verdict {
        state.withLock { $0.limiter.admit(kind, at: now, limits) }
    }

    /// A message with this id has come. When the first of its id is being worked on, `waiter` gets its answer.
    func begin(
        _ id: ClientMessageID, at now: Instant, _ limits: PublishWindow.Limits, _ waiter: @escaping Waiter
    ) -> PublishWindow.Verdict {
        state.withLock { state in
            var window = state.window ?? PublishWindow()
            let verdict = window.begin(id, at: now, limits: limits)
            state.window = window
            if case .underway = verdict { state.waiting[id, default: []].append(waiter) }
            return verdict
        }
    }

    /// The first message of this id has been acknowledged or refused.
    func end(_ id: ClientMessageID, _ outcome: Outcome, at now: Instant, _ limits: PublishWindow.Limits) {
        let waiting = state.withLock { state in
            switch outcome {
            case .success(let answer): state.window?.answered(id, answer, at: now, limits: limits)
            case .failure: state.window?.failed(id)
            }
            return state.waiting.removeValue(forKey: id) ?? []
        }
        for waiter in waiting { waiter(outcome) }
    }
}
