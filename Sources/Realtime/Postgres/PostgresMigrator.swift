/// One step of the schema. Steps are applied in their order, each once, and never taken back.
struct PostgresMigration: Sendable {
    let version: Int
    /// Any number of statements, carried out in one transaction.
    let sql: String
}

/// Brings a database to the schema that this program needs.
///
/// It waits for the server, so it is not for event loops. Of several that are started at once one does the work, and
/// the others wait for it.
struct PostgresMigrator {
    enum Failure: Error, Equatable {
        /// The database can't be reached now.
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
        let connection = try open()
        if !allowsUnsafe, let setting = try unsafeSetting(connection) { throw .unsafe(setting: setting) }
        // The lock is the session's: it goes with the connection, whatever happens.
        try carryOut("select pg_advisory_lock(\(Self.lock))", on: connection)
        let known = migrations.map(\.version).max() ?? 0
        let found = try version(connection)
        guard found <= known else { throw .newer(found: found, known: known) }
        let missing = migrations.filter { $0.version > found }.sorted { $0.version < $1.version }
        for migration in missing {
            try carryOut(
                """
                begin;
                \(migration.sql)
                insert into realtime.migrations (version) values (\(migration.version));
                commit;
                """, on: connection)
        }
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

    /// The name of a setting under which a commit may be lost in a crash.
    private func unsafeSetting(_ connection: LibPQConnection) throws(Failure) -> String? {
        let rows = try carryOut(
            """
            select name from pg_settings
            where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off' order by name
            """, on: connection)
        return rows.first?.first ?? nil
    }

    /// The schema that is there.
    private func version(_ connection: LibPQConnection) throws(Failure) -> Int {
        try carryOut(
            """
            create schema if not exists realtime;
            create table if not exists realtime.migrations (
                version integer primary key, applied_at timestamptz not null default now());
            """, on: connection)
        let rows = try carryOut("select coalesce(max(version), 0) from realtime.migrations", on: connection)
        return rows.first?.first?.flatMap { Int($0) } ?? 0
    }

    @discardableResult
    private func carryOut(_ script: String, on connection: LibPQConnection) throws(Failure) -> [[String?]] {
        do throws(LibPQConnection.Refusal) {
            return try connection.carryOut(script)
        } catch {
            // Without a code the connection is lost; 57 and 53 are a server that stops, starts or is full.
            guard let state = error.sqlState, !state.hasPrefix("57"), !state.hasPrefix("53") else {
                throw .away(error.message)
            }
            throw .refused("\(error.message) (\(state))")
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
