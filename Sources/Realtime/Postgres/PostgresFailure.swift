/// Why a statement has no result, told apart by what became of it.
enum PostgresFailure: Error, Equatable, Sendable {
    /// It was not carried out: no connection is ready, or too much is waiting for one, or the connection turned out
    /// to be outdated. It had no effect.
    case unavailable
    /// The connection broke, or its answer did not come in time, after it was sent. Nobody knows whether it had an
    /// effect.
    case unknown
    /// The server said no, for a reason with a code of five characters and a sentence. It had no effect.
    case refused(sqlState: String, message: String)
}

extension PostgresFailure {
    /// Whether the same statement may well succeed later: nothing is wrong with it.
    var isPassing: Bool {
        switch self {
        case .unavailable, .unknown: true
        case .refused(let state, _):
            // Deadlocks and the like; too little memory, disk or room; locks; cancelled; ending; trouble with files.
            ["40", "53", "55", "57", "58"].contains(String(state.prefix(2)))
        }
    }
}
