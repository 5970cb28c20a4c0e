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
        guard let result = PQexec(raw, script) else { throw Refusal(sqlState: nil, message: message) }
        defer { PQclear(result) }
        let status = PQresultStatus(result)
        guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
            let state = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
            let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M"))).map { String(cString: $0) }
            throw Refusal(sqlState: state, message: primary ?? message)
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0 else { return nil }
                return String(cString: PQgetvalue(result, row, column))
            }
        }
    }
}
