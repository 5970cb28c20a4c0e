/// How long a session lives whose client comes and asks: as long as it comes, and a while longer when it was told that
/// it is over, so that the client can hear why. It has no clock.
struct PollLife {
    struct Limits: Sendable {
        /// How long a client may be away.
        var patience: Duration = .seconds(60)
        /// How long what is over can be asked for its end.
        var memory: Duration = .seconds(60)

        init() {}

        /// A client is given two heartbeats, as on any transport, and time enough to come at its own pace.
        init(heartbeat: Duration) {
            patience = max(patience, heartbeat * 2)
        }
    }

    /// What is to be done because of the time.
    enum Due: Equatable {
        case nothing
        /// The client has not come for too long.
        case abandoned
        /// It has been over for long enough.
        case forgotten
    }

    private enum State {
        case open(lastSeen: Instant)
        case over(since: Instant)
    }

    private let limits: Limits
    private var state: State
    /// Requests that wait for an answer, and streams.
    private(set) var attendants = 0

    init(_ limits: Limits, at now: Instant) {
        self.limits = limits
        state = .open(lastSeen: now)
    }

    var isOver: Bool {
        if case .over = state { true } else { false }
    }

    /// The client has come with a request, which is being answered.
    mutating func arrived() {
        attendants += 1
    }

    /// It was answered, or the client has gone.
    mutating func left(at now: Instant) {
        precondition(attendants > 0, "nobody was here")
        attendants -= 1
        if case .open = state { state = .open(lastSeen: now) }
    }

    /// It is over.
    mutating func end(at now: Instant) {
        if case .open = state { state = .over(since: now) }
    }

    func due(at now: Instant) -> Due {
        guard let deadline, now >= deadline else { return .nothing }
        return isOver ? .forgotten : .abandoned
    }

    /// When there is something to do by itself; nil while somebody is here.
    var deadline: Instant? {
        guard attendants == 0 else { return nil }
        return switch state {
        case .open(let lastSeen): lastSeen + limits.patience
        case .over(let since): since + limits.memory
        }
    }
}
