/// The life of one connection, which comes back for as long as it is wanted. A machine without I/O: it is told
/// what happened and says what to do.
///
///     resting ─▶ connecting ─▶ settling ─▶ ready ─▶ (retiring ─▶) connecting …
///        ▲            │            │         │          │
///        └────────────┴────────────┴─────────┴──────────┘ lost        closing ─▶ closed
struct PostgresLink {
    enum Phase: Equatable {
        /// Waiting for the time to try again.
        case resting
        /// A thread makes the connection and proves who we are.
        case connecting
        /// The session is told its time-outs.
        case settling
        /// Statements may be sent.
        case ready
        /// No more statements are sent; those on their way are waited for, then a new connection is made.
        case retiring
        /// No more statements are sent; those on their way are waited for, then it is over.
        case closing
        case closed
    }

    /// What to do next.
    enum Action: Equatable {
        case nothing
        /// Make a connection.
        case connect
        /// Send the session's settings.
        case settle
        /// Say that statements may be sent.
        case announce
        /// Call `restEnded` after this time.
        case rest(Duration)
        /// Close the connection that there is and make a new one.
        case replace
        /// Close the connection, if there is one, and say that it is over.
        case end
    }

    private(set) var phase = Phase.resting
    private var backoff: PostgresBackoff

    init(backoff: PostgresBackoff = PostgresBackoff()) {
        self.backoff = backoff
    }

    /// It is wanted from now on.
    mutating func start() -> Action {
        precondition(phase == .resting, "a link is started once")
        phase = .connecting
        return .connect
    }

    /// The time of rest is over.
    mutating func restEnded() -> Action {
        switch phase {
        case .resting:
            phase = .connecting
            return .connect
        case .closed:
            return .nothing
        case .connecting, .settling, .ready, .retiring, .closing:
            preconditionFailure("only who rests stops resting")
        }
    }

    /// There is a connection.
    mutating func connected() -> Action {
        switch phase {
        case .connecting:
            phase = .settling
            return .settle
        case .closed:
            // It was closed while a thread was at it; nobody wants this connection any longer.
            return .nothing
        case .resting, .settling, .ready, .retiring, .closing:
            preconditionFailure("a connection that nobody asked for")
        }
    }

    /// The session has its settings.
    mutating func settled() -> Action {
        switch phase {
        case .settling:
            phase = .ready
            backoff.reset()
            return .announce
        case .closing:
            return .nothing
        case .resting, .connecting, .ready, .retiring, .closed:
            preconditionFailure("only who settles is settled")
        }
    }

    /// No connection could be made, or the one that there was is lost.
    /// - Parameter chance: a random number from 0 up to 1, so that many do not come back at the same moment.
    mutating func lost(chance: Double) -> Action {
        switch phase {
        case .connecting, .settling, .ready, .retiring:
            phase = .resting
            return .rest(backoff.next(chance: chance))
        case .closing:
            phase = .closed
            return .end
        case .closed:
            return .nothing
        case .resting:
            preconditionFailure("nothing was there to lose")
        }
    }

    /// This connection should be replaced by a new one.
    mutating func retire(isBusy: Bool) -> Action {
        guard phase == .ready else { return .nothing }
        phase = .retiring
        return isBusy ? .nothing : drained()
    }

    /// All statements on their way have been answered.
    mutating func drained() -> Action {
        switch phase {
        case .retiring:
            phase = .connecting
            return .replace
        case .closing:
            phase = .closed
            return .end
        case .resting, .connecting, .settling, .ready, .closed:
            return .nothing
        }
    }

    /// It is not wanted any longer.
    mutating func close(isBusy: Bool) -> Action {
        switch phase {
        case .resting, .connecting:
            phase = .closed
            return .end
        case .settling, .ready, .retiring:
            phase = .closing
            return isBusy ? .nothing : drained()
        case .closing, .closed:
            return .nothing
        }
    }
}

/// How long to wait before the next attempt: longer each time, up to a limit, and never quite the same.
struct PostgresBackoff: Equatable, Sendable {
    let first: Duration
    let limit: Duration
    private var attempts = 0

    init(first: Duration = .milliseconds(100), limit: Duration = .seconds(1)) {
        self.first = first
        self.limit = limit
    }

    /// The next wait: between half and all of 100 ms, 200 ms, 400 ms, … 1 s.
    /// - Parameter chance: from 0 up to 1.
    mutating func next(chance: Double) -> Duration {
        let longest = min(limit, first * (1 << min(attempts, 20)))
        attempts += 1
        return longest / 2 + longest / 2 * chance
    }

    /// It went well: the next trouble is a new one.
    mutating func reset() {
        attempts = 0
    }
}
