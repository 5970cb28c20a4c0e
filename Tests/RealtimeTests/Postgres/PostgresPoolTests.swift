import Synchronization
import TestSupport
import Testing

@testable import Realtime

@Suite("Postgres pool", .ownThread, .timeLimit(.minutes(10)))
struct PostgresPoolTests {
    private static let echo = PostgresStatement(name: "echo", sql: "select $1", parameterTypes: [.int8])

    private static func number(_ number: Int) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(int64: Int64(number))
        return parameters
    }

    @Test("many statements at once are pipelined, and each gets its own answer")
    func pipelined() async throws {
        try await PostgresHouse.withDatabase({ $0.size = 3 }) { house in
            let outcomes = (0..<1000).map { house.start(Self.echo, Self.number($0)) }
            for (number, outcome) in outcomes.enumerated() {
                let rows = try outcome.take().get()
                #expect(rows[0].int64(0) == Int64(number))
            }
            #expect(try house.onLoop { $0.figures.statements } == 0)
        }
    }

    @Test("a refused statement in the middle of a pipeline takes none of its neighbours with it")
    func refusedInTheMiddle() async throws {
        try await PostgresHouse.withDatabase({ $0.pipelineDepth = 100 }) { house in
            try house.run("create table items(id int8 primary key)")
            let insert = PostgresStatement(
                name: "insert", sql: "insert into items values ($1)", parameterTypes: [.int8])
            let ids = (0..<50).map { $0 % 10 == 3 ? 3 : $0 }
            let outcomes = ids.map { house.start(insert, Self.number($0)) }
            let failures = try outcomes.map { outcome -> String? in
                switch try outcome.take() {
                case .success: nil
                case .failure(let failure): failure.sqlState
                }
            }
            for (index, failure) in failures.enumerated() {
                #expect(failure == (index % 10 == 3 && index != 3 ? "23505" : nil))
            }
            #expect(try house.run("select count(*) from items")[0].int64(0) == 46)
        }
    }

    @Test("a failure to commit is a failure of the statement")
    func deferredConstraint() async throws {
        try await PostgresHouse.withDatabase { house in
            try house.run("create table items(id int8 unique deferrable initially deferred)")
            let outcomes = ["insert into items values (1), (1)", "insert into items values (2)"].map {
                house.start(PostgresStatement(name: $0, sql: $0))
            }
            let first = try outcomes[0].take()
            #expect(throws: PostgresFailure.self) { try first.get() }
            _ = try outcomes[1].take().get()
            #expect(try house.run("select id from items").count == 1)
        }
    }

    @Test("a statement that can't be prepared is refused, and so is not the next one")
    func unpreparable() async throws {
        try await PostgresHouse.withDatabase { house in
            let bad = house.start(PostgresStatement(name: "bad", sql: "select * from nowhere"))
            let good = house.start(PostgresStatement(name: "good", sql: "select 7::int8"))
            let refusal = try bad.take()
            #expect(throws: PostgresFailure.self) { try refusal.get() }
            #expect(try good.take().get()[0].int64(0) == 7)
            #expect(try house.failure("select * from nowhere")?.sqlState == "42P01")
            try house.run("create table nowhere(id int8)")
            #expect(try house.run("select * from nowhere").isEmpty)
        }
    }

    @Test("a statement whose result type has changed works again over a new connection")
    func outdatedPlan() async throws {
        try await PostgresHouse.withDatabase { house in
            try house.run("create table items(id int4)")
            try house.run("select * from items")
            try house.run("alter table items alter id type int8")
            #expect(try house.failure("select * from items") == .unavailable)
            try house.ready.take()
            #expect(try house.run("select * from items").isEmpty)
        }
    }

    @Test("the server's time-out ends a statement, and its connection goes on")
    func statementTimeout() async throws {
        try await PostgresHouse.withDatabase({
            $0.statementTimeout = .seconds(3)
            $0.answerGrace = Patience.limit
        }) { house in
            let pid = try house.run("select pg_backend_pid()")[0].int32(0)
            #expect(try house.failure("select pg_sleep(60)")?.sqlState == "57014")
            #expect(try house.run("select pg_backend_pid()")[0].int32(0) == pid)
        }
    }

    @Test("what does not fit into the queue is refused at once, and what does is carried out")
    func queueBound() async throws {
        try await PostgresHouse.withDatabase({
            $0.pipelineDepth = 1
            $0.queueCount = 2
        }) { house in
            try house.run("select pg_advisory_lock(1), 1")
            let outcomes = try house.onLoop { pool in
                (0..<4).map { number in
                    let outcome = Inbox<PostgresHouse.Outcome>()
                    pool.run(Self.echo, Self.number(number)) { outcome.put($0) }
                    return outcome
                }
            }
            let results = try outcomes.map { try $0.take() }
            for number in 0..<3 { #expect(try results[number].get()[0].int64(0) == Int64(number)) }
            #expect(throws: PostgresFailure.unavailable) { try results[3].get() }
        }
    }

    @Test("the queue is bounded in bytes too")
    func queueBytes() async throws {
        try await PostgresHouse.withDatabase({
            $0.pipelineDepth = 1
            $0.queueBytes = 1000
        }) { house in
            let outcomes = try house.onLoop { pool in
                [0, 900, 200].map { size in
                    let outcome = Inbox<PostgresHouse.Outcome>()
                    var parameters = PostgresParameters()
                    parameters.append(text: String(repeating: "x", count: size))
                    let statement = PostgresStatement(
                        name: "size", sql: "select octet_length($1)", parameterTypes: [.text])
                    pool.run(statement, parameters) { outcome.put($0) }
                    return outcome
                }
            }
            let results = try outcomes.map { try $0.take() }
            #expect(try results[1].get()[0].int32(0) == 900)
            #expect(throws: PostgresFailure.unavailable) { try results[2].get() }
        }
    }

    @Test("what waits in the queue for as long as a statement may take is refused")
    func queueTime() async throws {
        try await PostgresHouse.withDatabase({
            $0.pipelineDepth = 1
            $0.statementTimeout = .milliseconds(300)
        }) { house in
            let slow = "select pg_sleep(60)"
            let outcomes = try house.onLoop { pool in
                [slow, "select 1"].map { sql in
                    let outcome = Inbox<PostgresHouse.Outcome>()
                    pool.run(PostgresStatement(name: sql, sql: sql)) { outcome.put($0) }
                    return outcome
                }
            }
            // The first is ended by the server; the second either had its turn just then, or was refused.
            #expect(throws: PostgresFailure.self) { try outcomes[0].take().get() }
            _ = try outcomes[1].take()
        }
    }

    @Test("a large parameter and a large result pass, piece by piece")
    func large() async throws {
        try await PostgresHouse.withDatabase { house in
            let statement = PostgresStatement(
                name: "large", sql: "select $1 || $1", parameterTypes: [.text])
            var parameters = PostgresParameters()
            parameters.append(text: String(repeating: "abcdefgh", count: 1 << 20))
            let rows = try house.run(statement, parameters)
            #expect(rows[0].bytes(0)?.count == 2 << 23)
        }
    }

    @Test("results that end one after the other are not counted together")
    func manyResults() async throws {
        try await PostgresHouse.withDatabase({ $0.resultBytes = 1 << 20 }) { house in
            let statement = PostgresStatement(
                name: "kilobytes", sql: "select repeat('x', 100 * 1024)", parameterTypes: [])
            let outcomes = (0..<100).map { _ in house.start(statement) }
            for outcome in outcomes {
                let rows = try outcome.take().get()
                #expect(rows[0].bytes(0)?.count == 102_400)
            }
        }
    }

    @Test("a result beyond the bound ends its connection before it fills the memory")
    func flood() async throws {
        try await PostgresHouse.withDatabase({ $0.resultBytes = 1 << 20 }) { house in
            let sql = "select repeat('x', 1000) from generate_series(1, 1000000)"
            #expect(try house.failure(sql) == .unknown)
            try house.ready.take()
            #expect(try house.run("select 1::int8")[0].int64(0) == 1)
            #expect(house.lines.contains { $0.contains("larger than 1048576 bytes") })
        }
    }

    @Test("closing finishes what is on its way, and refuses what comes later")
    func closing() async throws {
        try await PostgresHouse.withDatabase { house in
            let outcome = house.start(
                PostgresStatement(name: "slow", sql: "select pg_sleep(0.2), 5::int8"))
            let closed = Inbox<Bool>()
            house.loop.post { closed.put(true) }
            _ = try closed.take()
            let late = try house.onLoop { pool in
                let late = Inbox<PostgresHouse.Outcome>()
                pool.close { closed.put(true) }
                pool.run(Self.echo, Self.number(1)) { late.put($0) }
                return late
            }
            let refusal = try late.take()
            #expect(throws: PostgresFailure.unavailable) { try refusal.get() }
            _ = try closed.take()
            #expect(try outcome.take().get()[0].int64(1) == 5)
        }
    }

    @Test("a pool that nobody holds any longer is kept until it has closed")
    func letGoOf() async throws {
        let database = try TestCluster.database()
        let settings = PostgresSettings(patientlyTo: database.connectionString)
        let group = EventLoopGroup(count: 1)
        let loop = group.loops[0]
        let outcome = Inbox<PostgresHouse.Outcome>()
        await loop.suspend { closed in
            var held: PostgresPool? = PostgresPool(settings, on: loop, log: .disabled)
            held?.whenReady = {
                held?.run(PostgresStatement(name: "slow", sql: "select pg_sleep(0.2), 6::int8")) {
                    outcome.put($0)
                }
                held?.close(then: closed)
                held = nil
            }
        }
        await group.stopped()
        #expect(try outcome.takeAll().first?.get()[0].int64(1) == 6)
    }
}
