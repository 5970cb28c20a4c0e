import TestSupport
import Testing

@testable import Realtime

/// A pool on an event loop of its own, for a test that runs on a thread and may wait.
final class PostgresHouse: Sendable {
    typealias Outcome = Result<PostgresRows, PostgresFailure>

    let loop: EventLoop
    private let pool: LoopBound<PostgresPool>
    /// One element each time that the pool became ready.
    let ready: Inbox<Void>
    private let captured: CapturedLines

    private init(loop: EventLoop, pool: LoopBound<PostgresPool>, ready: Inbox<Void>, captured: CapturedLines)
    {
        self.loop = loop
        self.pool = pool
        self.ready = ready
        self.captured = captured
    }

    /// Runs a test with a pool, which is closed afterwards.
    static func open<Result: Sendable>(
        _ settings: PostgresSettings, _ body: @escaping @Sendable (PostgresHouse) throws -> Result
    ) async throws -> Result {
        let group = EventLoopGroup(count: 1)
        let loop = group.loops[0]
        let (ready, captured) = (Inbox<Void>(), CapturedLines())
        let pool = await loop.perform {
            let log = Log(level: .debug, style: .json, sink: captured)
            let pool = PostgresPool(settings, on: loop, log: log)
            pool.whenReady = { ready.put(()) }
            return LoopBound(pool, on: loop)
        }
        let house = PostgresHouse(loop: loop, pool: pool, ready: ready, captured: captured)
        let outcome = try await onThread { Swift.Result { try body(house) } }
        await house.close()
        await group.stopped()
        return try outcome.get()
    }

    private func close() async {
        await withCheckedContinuation { done in
            loop.post { [pool] in
                // Closing twice is a mistake; a test may have done it.
                guard !pool.value.isClosing else { return done.resume() }
                pool.value.close { done.resume() }
            }
        }
    }

    /// What was logged.
    var lines: [String] { captured.lines }

    /// Looks at the pool, or does something with it, on its loop.
    func onLoop<Value: Sendable>(_ body: @escaping @Sendable (PostgresPool) -> Value) throws -> Value {
        let answer = Inbox<Value>()
        loop.post { [pool] in answer.put(body(pool.value)) }
        return try answer.take()
    }

    /// Starts a statement; its outcome comes into the inbox.
    func start(
        _ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters()
    ) -> Inbox<Outcome> {
        let outcome = Inbox<Outcome>()
        loop.post { [pool] in pool.value.run(statement, parameters) { outcome.put($0) } }
        return outcome
    }

    /// Runs a statement and waits for its outcome.
    func run(
        _ statement: PostgresStatement, _ parameters: PostgresParameters = PostgresParameters()
    ) throws -> PostgresRows {
        try start(statement, parameters).take().get()
    }

    /// Runs SQL without parameters.
    @discardableResult
    func run(_ sql: String) throws -> PostgresRows {
        try run(PostgresStatement(name: sql, sql: sql))
    }

    /// Why SQL without parameters fails.
    func failure(_ sql: String) throws -> PostgresFailure? {
        switch try start(PostgresStatement(name: sql, sql: sql)).take() {
        case .success: nil
        case .failure(let failure): failure
        }
    }
}

extension PostgresFailure {
    /// The server's code, where it was the server.
    var sqlState: String? {
        if case .refused(let state, _) = self { state } else { nil }
    }
}

extension PostgresHouse {
    /// Runs a test with a pool that is ready, on a fresh database.
    static func withDatabase<Result: Sendable>(
        _ change: (inout PostgresSettings) -> Void = { _ in },
        _ body: @escaping @Sendable (PostgresHouse) throws -> Result
    ) async throws -> Result {
        try await RealtimeTests.withDatabase { database in
            var settings = PostgresSettings(patientlyTo: database.connectionString)
            settings.size = 1
            change(&settings)
            return try await open(settings) { house in
                try house.ready.take()
                return try body(house)
            }
        }
    }
}

extension PostgresSettings {
    /// Gives no statement up on a busy machine.
    init(patientlyTo connectionString: String) {
        self.init(connectionString: connectionString)
        statementTimeout = Patience.limit
    }
}

extension TestDatabase {
    /// Another database of the same server.
    func connectionString(to database: String) -> String {
        // Of a name that comes twice, the last one counts.
        connectionString + " dbname=\(database)"
    }

    /// This database, used by another role.
    func connectionString(as role: String) -> String {
        connectionString + " user=\(role)"
    }
}
