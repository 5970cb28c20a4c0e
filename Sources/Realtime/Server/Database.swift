/// Where the server keeps what has to last: the configured database, or a private one that it runs itself.
///
/// It sees to it that the database has what is needed before anybody uses it, and keeps trying while it is away.
final class Database: Sendable {
    private let connectionString: String
    private let embedded: EmbeddedPostgres?
    private let storage: ServerConfiguration.Storage
    private let log: Log
    private let isStopped = Locked(false)

    /// Finds the database. A private one is running when this returns; another may be away.
    init(_ storage: ServerConfiguration.Storage, log: Log) throws(ServerError) {
        self.storage = storage
        self.log = log
        if let database = storage.database {
            embedded = nil
            connectionString = database.text
        } else {
            do throws(EmbeddedPostgresFailure) {
                let started = try EmbeddedPostgres.start(in: storage.dataDirectory + "/postgres", log: log)
                embedded = started
                connectionString = started.connectionString
            } catch {
                throw ServerError(code: .noDatabase, message: error.description)
            }
        }
    }

    /// Brings the database up to date and lets the inbox use it, now if it is there, else as soon as it is.
    ///
    /// - Throws: what will never work: a database that is newer than this server, or that does not keep what it confirms.
    func prepare(_ inbox: Inbox, loops: Int) async throws(ServerError) {
        if let reason = try await whyAway() {
            log.warning("database away; waiting for it", ["reason": .string(reason)])
            Task.detached { [self] in await prepareLater(inbox, loops: loops) }
        } else {
            await begin(inbox, loops: loops)
        }
    }

    /// Nobody tells when a database is there again, so it is asked.
    private func prepareLater(_ inbox: Inbox, loops: Int) async {
        var gate = LogGate(every: .seconds(30))
        _ = gate.admit(at: inbox.time.now)
        while !isStopped.withLock({ $0 }) {
            try? await Task.sleep(for: .milliseconds(500))
            let reason: String
            do throws(ServerError) {
                guard let away = try await whyAway() else { return await begin(inbox, loops: loops) }
                reason = away
            } catch {
                reason = error.message
            }
            if let suppressed = gate.admit(at: inbox.time.now) {
                log.warning(
                    "database can't be used yet",
                    ["reason": .string(reason), "suppressed": .integer(suppressed)])
            }
        }
    }

    private func begin(_ inbox: Inbox, loops: Int) async {
        guard !isStopped.withLock({ $0 }) else { return }
        var settings = PostgresSettings(connectionString: connectionString)
        settings.size = max(1, storage.databaseConnections / loops)
        settings.statementTimeout = storage.databaseTimeout
        await inbox.begin { [settings, log] loop in PostgresPool(settings, on: loop, log: log) }
    }

    /// Brings the database up to date. Returns the reason where it is away.
    private func whyAway() async throws(ServerError) -> String? {
        switch await migrateNow() {
        case .success: return nil
        case .failure(.away(let reason)): return reason
        case .failure(let failure): throw ServerError(code: .noDatabase, message: failure.description)
        }
    }

    /// Brings the database up to date. Returns the versions that were applied.
    func migrateOnce() async -> Result<[Int], ServerError> {
        await migrateNow().mapError { ServerError(code: .noDatabase, message: $0.description) }
    }

    /// On a thread of its own, as it waits for the database.
    private func migrateNow() async -> Result<[Int], PostgresMigrator.Failure> {
        var migrator = PostgresMigrator(
            connectionString: connectionString, migrations: InboxSchema.migrations)
        migrator.allowsUnsafe = storage.allowsUnsafeDatabase
        let outcome = await withCheckedContinuation { done in
            DetachedThread.start { [migrator] in
                done.resume(
                    returning: Result { () throws(PostgresMigrator.Failure) in try migrator.migrate() })
            }
        }
        for version in (try? outcome.get()) ?? [] {
            log.info("database brought up to date", ["version": .integer(version)])
        }
        return outcome
    }

    /// Stops the private database, after all that used it has ended.
    func stop() async {
        isStopped.withLock { $0 = true }
        guard let embedded else { return }
        await withCheckedContinuation { done in
            DetachedThread.start {
                embedded.stop()
                done.resume()
            }
        }
    }
}
