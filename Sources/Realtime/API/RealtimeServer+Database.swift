// The database apart from a running server.

extension RealtimeServer {
    /// Brings the configured database up to date, as starting a server does, and does nothing else. For those who want to
    /// have that done before they start anything.
    ///
    ///     let applied = try await RealtimeServer.migrate(configuration)
    ///
    /// - Parameters:
    ///   - configuration: says which database; without one it is the private one in the data directory.
    ///   - log: where it says what happens; standard error unless told otherwise.
    /// - Returns: the versions of the schema that were applied; none where it was up to date.
    /// - Throws: `noDatabase` where the database is away, or can't be used.
    @discardableResult
    public static func migrate(
        _ configuration: ServerConfiguration, log: Log? = nil
    ) async throws(ServerError) -> [Int] {
        let log =
            log ?? .standardError(level: configuration.logging.level, format: configuration.logging.format)
        let database = try Database(configuration.storage, log: log)
        let outcome = await database.migrateOnce()
        await database.stop()
        return try outcome.get()
    }
}
