import Glibc
import Testing

@testable import Realtime

/// What becomes of statements when the server, or the way to it, is taken away.
@Suite("Postgres losses", .timeLimit(.minutes(10)))
struct PostgresLossTests {
    private static let pid = "select pg_backend_pid()"

    @Test(
        "a server process that is killed in the middle of a statement leaves it unknown, and the pool comes back"
    )
    func terminated() async throws {
        try await PostgresHouse.withDatabase({ $0.size = 2 }) { house in
            let slow = PostgresStatement(name: "slow", sql: "select pg_backend_pid(), pg_sleep(60)")
            let outcome = house.start(slow)
            let end =
                "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(60)' "
                + "and pid <> pg_backend_pid() and datname = current_database()"
            eventually { (try? house.run(end).count) == 1 }
            let broken = try outcome.take()
            #expect(throws: PostgresFailure.unknown) { try broken.get() }
            eventually { house.lines.contains { $0.contains("database connection lost") } }
            eventually { (try? house.onLoop { $0.figures.connections }) == 2 }
        }
    }

    @Test("a server process that stands still is given up, with all that was sent to it")
    func stopped() async throws {
        try await PostgresHouse.withDatabase({
            $0.statementTimeout = .seconds(3)
            $0.pipelineDepth = 2
        }) { house in
            let pid = try house.run(Self.pid)[0].int32(0)
            #expect(kill(pid, SIGSTOP) == 0)
            defer {
                kill(pid, SIGCONT)
                kill(pid, SIGTERM)
            }
            let outcomes = (0..<3).map { _ in house.start(PostgresStatement(name: "one", sql: "select 1")) }
            let results = try outcomes.map { try $0.take() }
            #expect(throws: PostgresFailure.unknown) { try results[0].get() }
            // Not sent in the first place, because the statement was new; it waited for too long.
            #expect(throws: PostgresFailure.unavailable) { try results[1].get() }
            #expect(throws: PostgresFailure.unavailable) { try results[2].get() }
            try house.ready.take()
            #expect(try house.run(Self.pid)[0].int32(0) != pid)
        }
    }

    @Test("a connection that ends while nothing is on its way is noticed and replaced")
    func idleEnd() async throws {
        try await PostgresHouse.withDatabase { house in
            let pid = try house.run(Self.pid)[0].int32(0)
            #expect(kill(pid, SIGTERM) == 0)
            try house.ready.take()
            #expect(try house.run(Self.pid)[0].int32(0) != pid)
            #expect(house.lines.contains { $0.contains("terminating connection") })
        }
    }

    @Test("without any connection statements fail at once, and those that wait with them")
    func unavailableAtOnce() async throws {
        var settings = PostgresSettings(connectionString: "host=/nowhere/at/all user=realtime")
        settings.size = 2
        try await PostgresHouse.open(settings) { house in
            let wasImmediate = try house.onLoop { pool in
                var outcome: PostgresHouse.Outcome?
                pool.run(PostgresStatement(name: "one", sql: "select 1")) { outcome = $0 }
                guard case .failure(.unavailable) = outcome else { return false }
                return !pool.isReady && pool.figures.connections == 0
            }
            #expect(wasImmediate)
            eventually { house.lines.contains { $0.contains("database away") } }
        }
    }

    @Test("what was refused stays refused when the connection breaks before its transaction's end")
    func refusedThenKilled() async throws {
        try await PostgresHouse.withDatabase { house in
            // Both answers arrive together, however it is timed: the refusal, and the end of the session.
            let sql = "select 1 / (pg_terminate_backend(pg_backend_pid())::int - 1)"
            let failure = try house.failure(sql)
            #expect(failure == .unknown || failure?.sqlState == "22012")
            try house.ready.take()
        }
    }

    @Test(
        "many statements over connections that are killed all the time: each is told once, and none twice carried out"
    )
    func killLoop() async throws {
        try await PostgresHouse.withDatabase({ $0.size = 3 }) { house in
            try house.run("create table items(id int8 not null)")
            let insert = PostgresStatement(
                name: "insert", sql: "insert into items values ($1)", parameterTypes: [.int8])
            let end = PostgresStatement(
                name: "end",
                sql: "select count(pg_terminate_backend(pid)) from (select pid from pg_stat_activity "
                    + "where datname = current_database() and pid <> pg_backend_pid() limit 1) others")
            var done: Set<Int64> = []
            var perhaps: Set<Int64> = []
            for round in 0..<40 {
                eventually { (try? house.onLoop { $0.isReady }) == true }
                let ids = (0..<25).map { Int64(round * 25 + $0) }
                let outcomes = ids.map { id in
                    var parameters = PostgresParameters()
                    parameters.append(int64: id)
                    return house.start(insert, parameters)
                }
                _ = house.start(end)
                for (id, outcome) in zip(ids, outcomes) {
                    switch try outcome.take() {
                    case .success: done.insert(id)
                    case .failure(.unknown): perhaps.insert(id)
                    case .failure(.unavailable): break
                    case .failure(.refused(let state, _)): Issue.record("refused: \(state)")
                    }
                }
            }
            eventually { (try? house.onLoop { $0.isReady }) == true }
            let rows = try house.run("select id from items")
            let stored = (0..<rows.count).map { rows[$0].int64(0) }
            #expect(Set(stored).count == stored.count)
            #expect(done.subtracting(stored).isEmpty)
            #expect(Set(stored).subtracting(done).isSubset(of: perhaps))
            #expect(done.count > 100)
        }
    }
}
