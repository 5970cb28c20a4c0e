/// The connections of one event loop to PostgreSQL, and the statements that wait for one.
///
/// Everything about it happens on its loop. Each statement is a transaction of its own; two of them may be carried
/// out in any order. It answers at once when there is no connection, and what it keeps waiting is bounded, so that
/// a database that is away or slow holds up nobody.
final class PostgresPool {
    private struct Waiting {
        let statement: PostgresStatement
        let parameters: PostgresParameters
        let completion: PostgresCompletion
        /// In the loop's milliseconds.
        let since: UInt64
    }

    private let loop: EventLoop
    private let settings: PostgresSettings
    private let log: Log
    private let time: TimeSource
    private var connections: [PostgresConnection] = []

    private var waiting = Ring<Waiting>()
    private var waitingBytes = 0
    private var timer: LoopTimer?

    private var lossGate = LogGate(every: .seconds(10))
    private var failureGate = LogGate(every: .seconds(10))
    private var wasReady = false
    private var whenClosed: (() -> Void)?
    /// Whether `close` has been called.
    private(set) var isClosing = false
    private var endedCount = 0

    /// Told when statements can be run for the first time, and again each time after they could not.
    var whenReady: (() -> Void)?

    /// Makes the pool, which begins to connect. `close` must be called in the end.
    init(_ settings: PostgresSettings, on loop: EventLoop, log: Log, time: TimeSource = .system) {
        loop.preconditionCurrent()
        precondition(settings.size > 0 && settings.pipelineDepth > 0, "a pool has a connection")
        self.loop = loop
        self.settings = settings
        self.log = log
        self.time = time
        connections = (0..<settings.size).map { _ in
            PostgresConnection(settings, on: loop, time: time, owner: self)
        }
        for connection in connections { connection.start() }
    }

    /// Whether a statement can be run now.
    var isReady: Bool {
        !isClosing && connections.contains { $0.isReady }
    }

    /// How its connections stand together, and what was done over them.
    var figures: PostgresFigures {
        var sums = connections.reduce(into: PostgresFigures()) { $0.add($1.figures) }
        sums.statements += waiting.count
        return sums
    }

    /// Runs a statement as a transaction of its own and tells what became of it: once, on the loop, and perhaps
    /// before this returns, where it can't be sent. The rows may be kept.
    func run(
        _ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters(),
        _ completion: @escaping PostgresCompletion
    ) {
        loop.preconditionCurrent()
        guard isReady else { return completion(.failure(.unavailable)) }
        if waiting.isEmpty, let connection = leastLoaded() {
            return connection.send(statement, parameters, completion)
        }
        guard waiting.count < settings.queueCount,
            waitingBytes + parameters.byteCount <= settings.queueBytes
        else { return completion(.failure(.unavailable)) }
        waiting.append(
            Waiting(
                statement: statement, parameters: parameters, completion: completion, since: loop.milliseconds
            ))
        waitingBytes += parameters.byteCount
        if timer == nil { timer = loop.schedule(after: settings.statementTimeout, self) }
    }

    /// Takes no more statements, refuses those that wait, finishes those that are on their way, and closes the
    /// connections. Tells when that is done, perhaps before this returns.
    func close(then done: @escaping () -> Void) {
        loop.preconditionCurrent()
        precondition(!isClosing, "a pool is closed once")
        isClosing = true
        // It keeps the pool until then, as its owner may let go of it now.
        whenClosed = { withExtendedLifetime(self, done) }
        refuseWaiting()
        for connection in connections { connection.close() }
    }

    // MARK: Waiting

    /// The connection with the least on its way, among those that take one more statement.
    private func leastLoaded() -> PostgresConnection? {
        var best: PostgresConnection?
        for connection in connections where connection.hasRoom {
            if connection.load == 0 { return connection }
            if best == nil || connection.load < best?.load ?? 0 { best = connection }
        }
        return best
    }

    private func sendWaiting() {
        while !waiting.isEmpty, let connection = leastLoaded(), let next = takeWaiting() {
            connection.send(next.statement, next.parameters, next.completion)
        }
    }

    private func takeWaiting() -> Waiting? {
        guard let next = waiting.popFirst() else { return nil }
        waitingBytes -= next.parameters.byteCount
        return next
    }

    private func refuseWaiting() {
        while let next = takeWaiting() { next.completion(.failure(.unavailable)) }
    }
}

extension PostgresPool: LoopTimerTarget {
    /// Refuses what has waited for as long as a statement may take: who asked has better things to do.
    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        let patience = UInt64(clamping: settings.statementTimeout.milliseconds)
        while let first = waiting.first, loop.milliseconds >= first.since + patience {
            takeWaiting()?.completion(.failure(.unavailable))
        }
        guard timer == nil, let first = waiting.first else { return }
        let rest = first.since + patience - loop.milliseconds
        timer = loop.schedule(after: .milliseconds(Int64(clamping: rest)), self)
    }
}

extension PostgresPool: PostgresConnectionOwner {
    func connectionReady(_ connection: PostgresConnection) {
        if !wasReady {
            wasReady = true
            lossGate = LogGate(every: .seconds(10))
            failureGate = LogGate(every: .seconds(10))
            log.info("database ready", ["connections": .integer(settings.size)])
            whenReady?()
        }
        connectionFreed(connection)
    }

    func connectionFreed(_ connection: PostgresConnection) {
        sendWaiting()
    }

    func connectionLost(_ connection: PostgresConnection, reason: String) {
        if let suppressed = lossGate.admit(at: time.now), !isClosing {
            log.warning(
                "database connection lost",
                ["reason": .string(reason), "suppressed": .integer(suppressed)])
        }
        guard wasReady, !isReady else { return }
        wasReady = false
        refuseWaiting()
    }

    func connectionFailed(_ connection: PostgresConnection, _ failure: PostgresConnectFailure) {
        guard !isClosing, let suppressed = failureGate.admit(at: time.now) else { return }
        let fields: Log.Fields = [
            "reason": .string(failure.message), "suppressed": .integer(suppressed),
        ]
        switch failure {
        case .away: log.warning("database away", fields)
        case .malformed, .refused: log.error("database refuses us", fields)
        }
    }

    func connectionEnded(_ connection: PostgresConnection) {
        endedCount += 1
        guard endedCount == connections.count else { return }
        if let timer { loop.cancel(timer) }
        timer = nil
        whenClosed.take()?()
    }
}
