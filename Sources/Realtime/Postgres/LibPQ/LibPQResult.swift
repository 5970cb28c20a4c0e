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

    /// The first value of the first row as text, for what is asked in text format.
    var firstText: String? {
        rowCount == 0 || PQgetisnull(raw, 0, 0) != 0 ? nil : String(cString: PQgetvalue(raw, 0, 0))
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
            let message = Self.field(realtime_error_message, of: raw)
            let severity = Self.field(realtime_error_severity, of: raw)
            if let state = Self.field(realtime_error_state, of: raw), severity == "ERROR" {
                self = .refused(sqlState: state, message: message ?? "")
            } else {
                // The end of the session, or a trouble of libpq's own, such as too little memory for a result.
                self = .broken(message ?? String(cString: PQresultErrorMessage(raw)).firstLine)
            }
        default:
            // An empty statement or COPY, which nobody here sends.
            self = .broken("an answer to something that was not asked")
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
