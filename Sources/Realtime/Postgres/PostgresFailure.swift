/// Why a statement has no result, told apart by what became of it.
enum PostgresFailure: Error, Equatable, Sendable {
    /// It was not sent: no connection is ready, or too much is waiting for one. It had no effect.
    case unavailable
    /// The connection broke, or its answer did not come in time, after it was sent. Nobody knows whether it had an
    /// effect.
    case unknown
    /// The server said no, for a reason with a code of five characters and a sentence. It had no effect.
    case refused(sqlState: String, message: String)
}
