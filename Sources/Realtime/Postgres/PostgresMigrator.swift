/// One step of the schema. Steps are applied in their order, each once, and never taken back.
struct PostgresMigration: Sendable {
    /// From 1 on, without holes.
    let version: Int
    /// Any number of statements, carried out in one transaction.
    let sql: String
}

/// Brings a database to the schema that this program needs, and looks whether it may be trusted with what must not
/// be lost.
///
/// It waits for the server, so it is not for event loops. Of several that are started at once one does the work, and
/// the others wait for it.
struct PostgresMigrator: Sendable {
    enum Failure: Error, Equatable {
        /// The database can't be reached now, or has no time.
        case away(String)
        /// It will not work until somebody changes something.
        case refused(String)
        /// The database was used by a newer version of this program.
        case newer(found: Int, known: Int)
        /// The database may lose what it has confirmed.
        case unsafe(setting: String)
    }

    let connectionString: String
    let migrations: [PostgresMigration]
    /// Whether a database is used that may lose what it has confirmed.
    var allowsUnsafe = false
    var connectTimeout: Duration = .seconds(10)

    /// Any number will do, as long as nobody else has the same.
    private static let lock = 7_241_993_101

    /// Applies what is missing. Returns the versions that it applied.
    func migrate() throws(Failure) -> [Int] {
        precondition(
            migrations.map(\.version) == Array(1...migrations.count), "versions count from 1 without holes")
        let connection = try open()
        try examine(connection)
        try takeLock(connection)
        let found = try version(connection)
        guard found <= migrations.count else { throw .newer(found: found, known: migrations.count) }
        let missing = migrations[found...]
        for migration in missing { try apply(migration, on: connection) }
        return missing.map(\.version)
    }

    private func open() throws(Failure) -> LibPQConnection {
        do throws(PostgresConnectFailure) {
            return try LibPQConnection.open(connectionString, within: connectTimeout)
        } catch {
            switch error {
            case .away(let message): throw .away(message)
            case .malformed(let message), .refused(_, let message): throw .refused(message)
            }
        }
    }

    /// What our statements rest on.
    private func examine(_ connection: LibPQConnection) throws(Failure) {
        // Multiranges came with PostgreSQL 14.
        guard let number = Int(try setting("server_version_num", on: connection)), number >= 140_000 else {
            throw .refused("PostgreSQL 14 or newer is needed")
        }
        let encoding = try setting("server_encoding", on: connection)
        guard encoding == "UTF8" else {
            throw .refused("the database's encoding is \(encoding), and UTF8 is needed")
        }
        guard !allowsUnsafe else { return }
        for name in ["fsync", "full_page_writes", "synchronous_commit"]
        where try setting(name, on: connection) == "off" {
            throw .unsafe(setting: name)
        }
    }

    private func setting(_ name: String, on connection: LibPQConnection) throws(Failure) -> String {
        try value(of: "show \(name)", on: connection) ?? ""
    }

    /// Keeps others from doing the same at the same time. The lock is the session's: it goes with the connection,
    /// whatever happens.
    private func takeLock(_ connection: LibPQConnection) throws(Failure) {
        // Whoever has it may be building an index; or may be standing still.
        try carryOut("set lock_timeout = '60s'", on: connection)
        try carryOut("select pg_advisory_lock(\(Self.lock))", on: connection)
        // Behind a migration that waits for a table, everybody else who wants the table waits too.
        try carryOut("set lock_timeout = '10s'", on: connection)
        // A limit that the database or the role has is meant for shorter statements.
        try carryOut("set statement_timeout = 0", on: connection)
    }

    /// The schema that is there.
    private func version(_ connection: LibPQConnection) throws(Failure) -> Int {
        // Asked first: to create a schema takes a right that a role may lack, also where the schema exists.
        if try value(of: "select to_regclass('realtime.migrations')", on: connection) == nil {
            try carryOut(
                """
                create schema if not exists realtime;
                create table realtime.migrations (
                    version integer primary key, applied_at timestamptz not null default now());
                """, on: connection)
        }
        let sql = "select coalesce(max(version), 0) from realtime.migrations"
        return try value(of: sql, on: connection).flatMap { Int($0) } ?? 0
    }

    private func apply(_ migration: PostgresMigration, on connection: LibPQConnection) throws(Failure) {
        do throws(Failure) {
            try carryOut(
                """
                begin;
                \(migration.sql);
                insert into realtime.migrations (version) values (\(migration.version));
                commit;
                """, on: connection)
        } catch {
            guard case .refused(let reason) = error else { throw error }
            throw .refused("version \(migration.version) of the schema: \(reason)")
        }
    }

    private func value(of sql: String, on connection: LibPQConnection) throws(Failure) -> String? {
        try carryOut(sql, on: connection).first?.first ?? nil
    }

    @discardableResult
    private func carryOut(_ script: String, on connection: LibPQConnection) throws(Failure) -> [[String?]] {
        do throws(LibPQConnection.Refusal) {
            return try connection.carryOut(script)
        } catch {
            // Without a code the connection is lost.
            guard let state = error.sqlState else { throw .away(error.message) }
            let failure = PostgresFailure.refused(sqlState: state, message: error.message)
            let reason = "\(error.message) (\(state))"
            throw failure.isPassing ? .away(reason) : .refused(reason)
        }
    }
}

extension PostgresMigrator.Failure: CustomStringConvertible {
    /// One line for a person.
    var description: String {
        switch self {
        case .away(let reason): "the database is away: \(reason)"
        case .refused(let reason): "the database can't be used: \(reason)"
        case .newer(let found, let known):
            "the database was used by a newer version of this program (its schema is \(found), this knows \(known))"
        case .unsafe(let setting):
            "the database may lose what it has confirmed: \(setting) is off; turn it on, or set allow-unsafe-database"
        }
    }
}
