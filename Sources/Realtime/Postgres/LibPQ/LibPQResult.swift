import CLibpq

/// A result of libpq's, freed with its last user. It never changes, so any thread may read it.
final class LibPQResult: @unchecked Sendable {
    private let raw: OpaquePointer
    let rowCount: Int

    init(owning raw: OpaquePointer) {
        self.raw = raw
        rowCount = Int(PQntuples(raw))
    }

    deinit {
        PQclear(raw)
    }

    /// A value in binary format, nil for NULL.
    func value(row: Int32, column: Int) -> UnsafeRawBufferPointer? {
        let column = Int32(truncatingIfNeeded: column)
        let length = PQgetlength(raw, row, column)
        // libpq gives NULL the length 0 too, so that only an empty value has to be asked about.
        if length == 0, PQgetisnull(raw, row, column) != 0 { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(raw, row, column), count: Int(length))
    }

    /// How many rows the statement inserted, updated, deleted or returned.
    var affectedCount: Int {
        Int(String(cString: PQcmdTuples(raw))) ?? 0
    }

    /// Copies of all values of all rows, where they were asked for as text.
    var texts: [[String?]] {
        (0..<rowCount).map { row in
            (0..<Int(PQnfields(raw))).map { column in
                value(row: Int32(truncatingIfNeeded: row), column: column).map {
                    String(decoding: $0, as: UTF8.self)
                }
            }
        }
    }
}

/// What a connection says, piece by piece, to what it was sent.
enum LibPQAnswer {
    /// A step has succeeded. It takes effect only with `synced`.
    case result(LibPQResult)
    /// The server refused a step, and with it all up to the next `synced`.
    case refused(sqlState: String, message: String)
    /// The step was left out, because one before it was refused.
    case skipped
    /// What was sent since the last `synced` has taken effect, or none of it has.
    case synced
    /// The connection can't be used any longer, for this reason.
    case broken(String)
}

extension LibPQAnswer {
    /// Takes in a result as libpq gives it, which from then on is not the caller's any more.
    init(owning raw: OpaquePointer) {
        let status = PQresultStatus(raw)
        if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
            self = .result(LibPQResult(owning: raw))
            return
        }
        defer { PQclear(raw) }
        switch status {
        case PGRES_PIPELINE_SYNC: self = .synced
        case PGRES_PIPELINE_ABORTED: self = .skipped
        case PGRES_FATAL_ERROR:
            // Without the server's severity it is a trouble of libpq's own, such as too little memory for a result.
            self = Self(failure: raw) ?? .broken(String(cString: PQresultErrorMessage(raw)).firstLine)
        default:
            // An empty statement or COPY, which nobody here sends.
            self = .broken("an answer to something that was not asked")
        }
    }

    /// What the server says of a failure: that of a statement, or its reason to end the session. Nil for a mere
    /// warning.
    init?(failure raw: OpaquePointer) {
        guard let severity = Self.field(realtime_error_severity, of: raw),
            let state = Self.field(realtime_error_state, of: raw),
            let message = Self.field(realtime_error_message, of: raw)
        else { return nil }
        switch severity {
        case "ERROR": self = .refused(sqlState: state, message: message)
        case "FATAL", "PANIC": self = .broken(message)
        default: return nil
        }
    }

    private static func field(_ code: Int32, of raw: OpaquePointer) -> String? {
        PQresultErrorField(raw, code).map { String(cString: $0) }
    }
}

extension String {
    /// libpq's messages go on with advice for somebody at a terminal.
    var firstLine: String {
        String(prefix { !$0.isNewline })
    }
}
