/// Takes what became of a statement, once, on the pool's loop.
typealias PostgresCompletion = (Result<PostgresRows, PostgresFailure>) -> Void

/// Somebody who keeps connections. Told on the loop's thread.
protocol PostgresConnectionOwner: AnyObject {
    /// Statements may be sent.
    func connectionReady(_ connection: PostgresConnection)
    /// More statements may be sent than before, or there is less on its way.
    func connectionFreed(_ connection: PostgresConnection)
    /// It was ready, and it is lost for now.
    func connectionLost(_ connection: PostgresConnection, reason: String)
    /// An attempt to make the connection has failed.
    func connectionFailed(_ connection: PostgresConnection, _ failure: PostgresConnectFailure)
    /// It has ended for ever, as it was asked to.
    func connectionEnded(_ connection: PostgresConnection)
}

/// One place in a pool: a connection that is made, used, lost and made again. It does what `PostgresLink` and
/// `PostgresPipeline` say, with libpq, the loop and a timer.
final class PostgresConnection {
    private let loop: EventLoop
    private let settings: PostgresSettings
    private let time: TimeSource
    private weak var owner: (any PostgresConnectionOwner)?

    /// A statement on its way.
    private struct Statement {
        let completion: PostgresCompletion
        let sent: Instant
    }

    private var link = PostgresLink()
    private var pipeline = PostgresPipeline<Statement, PostgresRows>()
    /// What has ended, whatever became of the connection.
    private var past = PostgresFigures()
    /// There from `connected` until the connection is lost or replaced; the poll before it, and no longer.
    private var libpq: LibPQConnection?
    private var poll: LoopPoll?
    private var timer: LoopTimer?
    /// How many bytes of an answer have come that is not complete yet.
    private var unfinishedBytes = 0

    init(
        _ settings: PostgresSettings, on loop: EventLoop, time: TimeSource, owner: any PostgresConnectionOwner
    ) {
        self.settings = settings
        self.loop = loop
        self.time = time
        self.owner = owner
    }

    /// Begins to connect.
    func start() {
        perform(link.start())
    }

    /// Whether statements may be sent at all.
    var isReady: Bool { link.phase == .ready }
    /// How many statements are on their way.
    var load: Int { pipeline.count }
    /// How it stands, and what was done over it.
    var figures: PostgresFigures {
        var figures = past
        figures.connections = isReady ? 1 : 0
        figures.statements = load
        return figures
    }

    /// Whether another statement may be sent now.
    var hasRoom: Bool { isReady && pipeline.isOpen && pipeline.count < settings.pipelineDepth }

    /// Sends a statement. Only where there is room.
    func send(
        _ statement: PostgresStatement, _ parameters: PostgresParameters,
        _ completion: @escaping PostgresCompletion
    ) {
        precondition(hasRoom, "this connection takes no more statements now")
        transmit(statement, parameters, completion)
    }

    /// Finishes what is on its way and ends. `connectionEnded` is told, perhaps before this returns.
    func close() {
        perform(link.close(isBusy: !pipeline.isEmpty))
    }

    private func perform(_ action: PostgresLink.Action) {
        switch action {
        case .nothing: break
        case .connect: connect()
        case .settle: settle()
        case .announce: owner?.connectionReady(self)
        case .rest(let duration): setTimer(after: duration)
        case .replace:
            disconnect()
            pipeline = PostgresPipeline()
            owner?.connectionLost(self, reason: "what was prepared on it no longer fits the database")
            connect()
        case .end:
            disconnect()
            owner?.connectionEnded(self)
        }
    }

    // MARK: Connecting

    /// A thread makes the connection, because names, handshakes and hashes of passwords take their time, which the
    /// loop's other connections have no part in. It lasts no longer than the attempt.
    private func connect() {
        let me = LoopBound(self, on: loop)
        startThread { [settings, loop] in
            let outcome = Result { () throws(PostgresConnectFailure) in
                try LibPQConnection.open(settings.connectionString, within: settings.connectTimeout)
            }
            // Where the loop has ended the connection is closed here, with its last user.
            loop.post { me.value.connectEnded(outcome) }
        }
    }

    private func connectEnded(_ outcome: Result<LibPQConnection, PostgresConnectFailure>) {
        switch outcome {
        case .success(let libpq):
            guard link.phase == .connecting else { return }
            guard libpq.enterPipeline(), let poll = watch(libpq) else {
                connectFailed(.away("the connection was lost again at once"))
                return
            }
            self.libpq = libpq
            self.poll = poll
            poll.watch(for: .readable)
            perform(link.connected())
        case .failure(let failure):
            connectFailed(failure)
        }
    }

    private func watch(_ libpq: LibPQConnection) -> LoopPoll? {
        try? LoopPoll(descriptor: libpq.descriptor, on: loop, delegate: self)
    }

    private func connectFailed(_ failure: PostgresConnectFailure) {
        guard link.phase != .closed else { return }
        owner?.connectionFailed(self, failure)
        perform(link.lost(chance: .random(in: 0..<1)))
    }

    private func settle() {
        transmit(PostgresSettings.sessionStatement, settings.sessionParameters) { [unowned self] outcome in
            switch outcome {
            case .success: perform(link.settled())
            case .failure(.refused(_, let message)): lose(message)
            // The connection is being lost already.
            case .failure(.unavailable), .failure(.unknown): break
            }
        }
    }

    // MARK: Sending

    private func transmit(
        _ statement: PostgresStatement, _ parameters: PostgresParameters,
        _ completion: @escaping PostgresCompletion
    ) {
        guard let libpq else { preconditionFailure("there is no connection") }
        let needsPreparing = pipeline.needsPreparing(statement.name)
        // Without its end no transaction takes effect: what fails up to here was as good as not sent.
        guard !needsPreparing || libpq.prepare(statement), libpq.execute(statement, parameters) else {
            lose(libpq.message)
            return completion(.failure(.unavailable))
        }
        pipeline.sent(
            Statement(completion: completion, sent: time.now), named: statement.name, at: loop.milliseconds)
        guard libpq.sync() else { return lose(libpq.message) }
        flush()
        watchTheClock()
    }

    private func flush() {
        guard let libpq, let poll else { return }
        switch libpq.flush() {
        case .all: poll.watch(for: .readable)
        case .some: poll.watch(for: [.readable, .writable])
        case .failed:
            // The server may have said why, and finished what it had: that is still to be read.
            receive(isLast: true)
        }
    }

    // MARK: Receiving

    private func receive(isLast: Bool) {
        guard let libpq else { return }
        // Counted before they are read, because nothing tells how large an answer is before it is complete.
        unfinishedBytes += libpq.bytesWaiting
        let isOpen = libpq.receive()
        if pipeline.isEmpty { libpq.ignoreUnasked() }
        while !pipeline.isEmpty, let answer = libpq.nextAnswer() {
            guard take(answer), self.libpq === libpq else { return }
        }
        if pipeline.isEmpty { unfinishedBytes = 0 }
        if !isOpen || isLast {
            lose(libpq.message)
        } else if unfinishedBytes > settings.resultBytes {
            lose("a result is larger than \(settings.resultBytes) bytes")
        }
    }

    /// Says false when the connection is lost by it.
    private func take(_ answer: LibPQAnswer) -> Bool {
        let step: PostgresPipeline<Statement, PostgresRows>.Step
        switch answer {
        case .result(let result): step = pipeline.succeeded(PostgresRows(result))
        case .refused(let state, let message): step = pipeline.refused(sqlState: state, message: message)
        case .skipped: step = pipeline.skipped()
        case .synced: step = pipeline.synced(at: loop.milliseconds)
        case .broken(let reason):
            lose(reason)
            return false
        }
        switch step {
        case .goOn: return true
        case .ended(let statement, let outcome):
            unfinishedBytes = 0
            end(statement, outcome)
            statementEnded()
            return true
        case .nonsense:
            lose("the server's answers do not fit what it was sent")
            return false
        }
    }

    private func end(_ statement: Statement, _ outcome: Result<PostgresRows, PostgresFailure>) {
        past.ended += 1
        past.time += time.now - statement.sent
        if case .failure = outcome { past.failed += 1 }
        statement.completion(outcome)
    }

    private func statementEnded() {
        if pipeline.isOutdated { perform(link.retire(isBusy: !pipeline.isEmpty)) }
        if pipeline.isEmpty { perform(link.drained()) }
        if isReady { owner?.connectionFreed(self) }
    }

    // MARK: Losing

    private func lose(_ reason: String) {
        guard libpq != nil else { return }
        let wasReady = link.phase != .settling
        disconnect()
        let broken = pipeline.lost()
        let next = link.lost(chance: .random(in: 0..<1))
        for (statement, failure) in broken { end(statement, .failure(failure)) }
        if wasReady {
            owner?.connectionLost(self, reason: reason)
        } else {
            owner?.connectionFailed(self, .away(reason))
        }
        perform(next)
    }

    private func disconnect() {
        if let timer { loop.cancel(timer) }
        timer = nil
        unfinishedBytes = 0
        poll?.close()
        poll = nil
        libpq = nil
    }
}

extension PostgresConnection: LoopPollDelegate {
    func pollReady(_ readiness: LoopPoll.Readiness) {
        if readiness.contains(.writable) { flush() }
        if readiness.contains(.readable) || readiness.contains(.failed) {
            receive(isLast: readiness.contains(.failed))
        }
    }
}

extension PostgresConnection: LoopTimerTarget {
    /// What the server may take for the oldest statement before the connection is given up.
    private var patience: Duration { settings.statementTimeout + settings.answerGrace }

    /// Sets the timer unless it runs. It is not moved for every statement: when it ends, the oldest one's age says
    /// how long there still is.
    private func watchTheClock() {
        if timer == nil, !pipeline.isEmpty { setTimer(after: patience) }
    }

    private func setTimer(after duration: Duration) {
        timer = loop.schedule(after: duration, self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        guard libpq != nil else { return perform(link.restEnded()) }
        // Where this process stood still, the answer may have been here for long.
        if rest <= .zero { receive(isLast: false) }
        guard libpq != nil, timer == nil, !pipeline.isEmpty else { return }
        if rest > .zero {
            setTimer(after: rest)
        } else {
            lose("the server does not answer")
        }
    }

    /// How long the oldest statement may still wait for its answer.
    private var rest: Duration {
        patience - .milliseconds(Int64(clamping: pipeline.headAge(at: loop.milliseconds)))
    }
}
