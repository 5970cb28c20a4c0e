/// Calls back once: when it is told to, or after a while.
private final class FirstAnswer: LoopTimerTarget {
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var body: (() -> Void)?

    init(within limit: Duration, on loop: EventLoop, _ body: @escaping () -> Void) {
        self.loop = loop
        self.body = body
        timer = loop.schedule(after: limit, self)
    }

    func end() {
        if let timer { loop.cancel(timer) }
        timer = nil
        body.take()?()
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        end()
    }
}

/// One loop's way to the database: its connections, and what waits for them.
///
/// It belongs to its loop.
final class InboxDesk: LoopTurnHook {
    let loop: EventLoop
    let settings: InboxSettings
    let time: TimeSource
    private let log: Log
    private var pool: PostgresPool?
    private var ending: PostgresPool?
    private var isAskedToSend = false
    private var ids = MessageIDGenerator()
    var counters = InboxCounters()

    private(set) lazy var accepting = BatchLane<AcceptQuestion>(
        self, maximumUnderway: 1, maximumWeight: settings.maximumWaiting)
    private(set) lazy var arriving = BatchLane<ArrivalQuestion>(
        self, maximumUnderway: 1, maximumWeight: settings.maximumWaiting)
    private(set) lazy var fetching = BatchLane<PageQuestion>(
        self, maximumUnderway: 2, maximumWeight: settings.maximumWaiting)
    private(set) lazy var repeating = BatchLane<RepeatQuestion>(
        self, maximumUnderway: 1, maximumWeight: settings.maximumWaiting)
    private(set) lazy var acknowledging = BatchLane<AcknowledgeQuestion>(
        self, maximumUnderway: 1, maximumWeight: settings.maximumWaiting)

    init(on loop: EventLoop, _ settings: InboxSettings, time: TimeSource, log: Log) {
        self.loop = loop
        self.settings = settings
        self.time = time
        self.log = log
        loop.addTurnHook(self)
    }

    /// The database has what is needed. `whenReady` is told each time that it can be asked again, `then` once: when it
    /// can be asked, or could not be for a while.
    func begin(_ pool: PostgresPool, whenReady: @escaping () -> Void, then: @escaping () -> Void) {
        self.pool = pool
        let wait = FirstAnswer(within: Self.patience, on: loop, then)
        pool.whenReady = {
            wait.end()
            whenReady()
        }
    }

    /// How long the first connection is waited for.
    private static let patience: Duration = .seconds(10)

    /// Whether there is a connection. Without one everything is turned away at once.
    var isReady: Bool { pool?.isReady ?? false }

    /// How it stands.
    var figures: InboxFigures {
        InboxFigures(
            counters: counters, database: pool?.figures ?? PostgresFigures(),
            questions: accepting.count + arriving.count + fetching.count + repeating.count
                + acknowledging.count,
            cutOff: isReady ? 0 : 1)
    }

    /// Gives the connections back.
    func end(_ done: @escaping () -> Void) {
        guard let pool else {
            done()
            return
        }
        self.pool = nil
        // Held until then: it finishes what is on its way.
        ending = pool
        pool.close { [self] in
            ending = nil
            done()
        }
    }

    /// An id for a new notification.
    func nextID() -> NotificationID {
        let id = ids.next(at: time.date)
        return NotificationID(high: id.high, low: id.low)
    }

    // MARK: Batches

    func sendAtTheTurnsEnd() {
        isAskedToSend = true
    }

    func turnEnds() {
        guard isAskedToSend else { return }
        isAskedToSend = false
        accepting.send()
        acknowledging.send()
        fetching.send()
        repeating.send()
        arriving.send()
    }

    // MARK: Single questions

    /// Asks one thing by itself.
    func run(
        _ statement: PostgresStatement, _ parameters: PostgresParameters,
        _ completion: @escaping (Result<PostgresRows, PostgresFailure>) -> Void
    ) {
        guard let pool else {
            completion(.failure(.unavailable))
            return
        }
        pool.run(statement, parameters, completion)
    }

    /// Says what the server did not take: that is a fault of ours. What it was given is not said.
    func report(_ failure: PostgresFailure, of statement: PostgresStatement) {
        guard case .refused(let sqlState, let message) = failure else { return }
        log.error(
            "database refused a statement",
            [
                "statement": .string(statement.name), "sqlstate": .string(sqlState),
                "reason": .string(message),
            ])
    }
}
