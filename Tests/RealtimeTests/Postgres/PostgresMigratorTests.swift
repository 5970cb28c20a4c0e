import TestSupport
import Testing

@testable import Realtime

@Suite("Postgres migrator", .ownThread, .timeLimit(.minutes(10)))
struct PostgresMigratorTests {
    private let first = PostgresMigration(
        version: 1,
        sql: "create table realtime.items (id int8 primary key); insert into realtime.items values (1)")
    private let second = PostgresMigration(version: 2, sql: "insert into realtime.items values (2);")
    /// Fails after it has done something.
    private let broken = PostgresMigration(
        version: 2, sql: "insert into realtime.items values (3); insert into realtime.items values (1)")

    private func migrate(
        _ connectionString: String, _ migrations: [PostgresMigration], allowsUnsafe: Bool = false
    ) async throws -> [Int] {
        try await onThread {
            try PostgresMigrator(
                connectionString: connectionString, migrations: migrations, allowsUnsafe: allowsUnsafe
            ).migrate()
        }
    }

    private func failure(
        _ connectionString: String, _ migrations: [PostgresMigration]
    ) async -> PostgresMigrator.Failure? {
        await #expect(throws: PostgresMigrator.Failure.self) {
            try await migrate(connectionString, migrations)
        }
    }

    private func run(_ sql: [String], in database: TestDatabase) async throws -> PostgresRows? {
        let settings = PostgresSettings(patientlyTo: database.connectionString)
        return try await PostgresHouse.open(settings) { house in
            try house.ready.take()
            return try sql.map { try house.run($0) }.last
        }
    }

    private func ids(in database: TestDatabase) async throws -> [Int64] {
        let rows = try #require(try await run(["select id from realtime.items order by id"], in: database))
        return (0..<rows.count).map { rows[$0].int64(0) }
    }

    @Test("an empty database gets every version, and a later start only what is new")
    func forward() async throws {
        let database = try TestCluster.database()
        #expect(try await migrate(database.connectionString, [first]) == [1])
        #expect(try await migrate(database.connectionString, [first]) == [])
        #expect(try await migrate(database.connectionString, [first, second]) == [2])
        #expect(try await ids(in: database) == [1, 2])
    }

    @Test("a migration that fails leaves nothing behind, and the ones before it stay")
    func failing() async throws {
        let database = try TestCluster.database()
        guard case .refused(let reason)? = await failure(database.connectionString, [first, broken]) else {
            Issue.record("it was not refused")
            return
        }
        #expect(reason.hasPrefix("version 2") && reason.hasSuffix("(23505)"))
        #expect(try await ids(in: database) == [1])
        #expect(try await migrate(database.connectionString, [first, second]) == [2])
        #expect(try await ids(in: database) == [1, 2])
    }

    @Test("a database that a newer program has changed is left alone")
    func newer() async throws {
        let database = try TestCluster.database()
        _ = try await migrate(database.connectionString, [first, second])
        #expect(await failure(database.connectionString, [first]) == .newer(found: 2, known: 1))
    }

    @Test("several servers that start together migrate once")
    func together() async throws {
        let database = try TestCluster.database()
        let migrations = [first, second]
        let outcomes = try await withThrowingTaskGroup(of: [Int].self) { group in
            for _ in 0..<6 { group.addTask { try await migrate(database.connectionString, migrations) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == [1, 2] }.count == 1)
        #expect(outcomes.filter { $0 == [] }.count == 5)
        #expect(try await ids(in: database) == [1, 2])
    }

    @Test("a database that may lose what it has confirmed is refused, unless that is allowed")
    func unsafeSettings() async throws {
        let database = try TestCluster.database()
        // As an administrator might set it, for the one database alone.
        _ = try await run(
            [
                "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$"
            ],
            in: database)
        #expect(await failure(database.connectionString, [first]) == .unsafe(setting: "synchronous_commit"))
        #expect(try await migrate(database.connectionString, [first], allowsUnsafe: true) == [1])
    }

    @Test("a database of another encoding is refused")
    func encoding() async throws {
        let database = try TestCluster.database()
        let name = "latin_\(UInt32.random(in: 0...(.max)))"
        _ = try await run(
            ["create database \(name) encoding 'LATIN1' lc_collate 'C' lc_ctype 'C' template template0"],
            in: database)
        let other = database.connectionString(to: name)
        #expect(
            await failure(other, [first])
                == .refused("the database's encoding is LATIN1, and UTF8 is needed"))
        _ = try await run(["drop database \(name)"], in: database)
    }

    @Test("a role without rights of its own may start the server once the schema is there")
    func fewRights() async throws {
        let database = try TestCluster.database()
        _ = try await migrate(database.connectionString, [first])
        let role = "few_\(UInt32.random(in: 0...(.max)))"
        _ = try await run(
            [
                "create role \(role) login", "grant usage on schema realtime to \(role)",
                "grant select on all tables in schema realtime to \(role)",
            ], in: database)
        let guest = database.connectionString(as: role)
        #expect(try await migrate(guest, [first]) == [])
        guard case .refused? = await failure(guest, [first, second]) else {
            Issue.record("it was not refused")
            return
        }
        _ = try await run(["drop owned by \(role)", "drop role \(role)"], in: database)
    }

    @Test("a server that is not there is a passing trouble; one that refuses us is not")
    func away() async throws {
        guard case .away? = await failure("host=/nowhere/at/all", [first]) else {
            Issue.record("it was not away")
            return
        }
        let database = try TestCluster.database()
        guard case .refused? = await failure(database.connectionString(to: "missing"), [first]) else {
            Issue.record("it was not refused")
            return
        }
    }
}
