import CLibpq

// What is done on a thread that may wait, with a connection that no event loop has.

extension LibPQConnection {
    /// Why the server did not do what it was told, in its own words.
    struct Refusal: Error, Equatable {
        /// Nil when there was no answer.
        let sqlState: String?
        let message: String
    }

    /// Has the server carry out a script: all of its statements, in one transaction unless it says otherwise.
    /// Returns what the last of them returned, as text; nil stands for NULL.
    @discardableResult
    func carryOut(_ script: String) throws(Refusal) -> [[String?]] {
        guard let raw = PQexec(raw, script) else { throw Refusal(sqlState: nil, message: message) }
        switch LibPQAnswer(owning: raw) {
        case .result(let result): return result.texts
        case .refused(let state, let message): throw Refusal(sqlState: state, message: message)
        case .broken(let message): throw Refusal(sqlState: nil, message: message)
        case .skipped, .synced: preconditionFailure("outside a pipeline there is no such answer")
        }
    }
}
