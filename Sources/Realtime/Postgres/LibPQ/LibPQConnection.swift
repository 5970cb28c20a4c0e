import CLibpq

/// One connection of libpq's. It is closed with its last user.
///
/// It has one user at a time: the thread that opens it, then the event loop that it is handed to. That is why it
/// may be `Sendable`.
final class LibPQConnection: @unchecked Sendable {
    /// What became of an attempt to send.
    enum Flushed {
        case all
        /// The kernel's buffer is full. To be tried again when the socket can be written, and what can be
        /// read is read.
        case some
        case failed
    }

    /// Only files of this folder use it.
    let raw: OpaquePointer

    init(owning raw: OpaquePointer) {
        self.raw = raw
    }

    deinit {
        PQfinish(raw)
    }

    /// The socket. It stays the same from when the connection is open.
    var descriptor: Int32 { PQsocket(raw) }

    /// How many bytes wait to be read, as they came over the network.
    var bytesWaiting: Int { Int(realtime_bytes_waiting(descriptor)) }

    /// Why the last call failed, in one line.
    var message: String { farewell ?? String(cString: PQerrorMessage(raw)).firstLine }

    /// What the server said when it ended the session of its own accord. It is nobody's answer, so libpq calls it a
    /// notice.
    private var farewell: String?

    /// Takes the server's notices, which libpq prints to standard error otherwise, and drops all but the farewell.
    func takeNotices() {
        let me = Unmanaged.passUnretained(self).toOpaque()
        PQsetNoticeReceiver(
            raw,
            { me, notice in
                guard let me, let notice, case .broken(let reason)? = LibPQAnswer(failure: notice) else {
                    return
                }
                Unmanaged<LibPQConnection>.fromOpaque(me).takeUnretainedValue().farewell = reason
            }, me)
    }

    // MARK: Sending

    /// Has the server prepare a statement. False when the connection can't send.
    func prepare(_ statement: PostgresStatement) -> Bool {
        let types = statement.parameterTypes.map(\.oid)
        return PQsendPrepare(raw, statement.name, statement.sql, Int32(types.count), types) == 1
    }

    /// Has the server run a prepared statement. False when the connection can't send.
    func execute(_ statement: PostgresStatement, _ parameters: PostgresParameters) -> Bool {
        precondition(
            parameters.count == statement.parameterTypes.count,
            "\(statement.name) has another number of parameters")
        return parameters.withValues { values, lengths, formats in
            PQsendQueryPrepared(
                raw, statement.name, Int32(parameters.count), values, lengths, formats, 1) == 1
        }
    }

    /// Ends a transaction: what was sent since the last `sync` takes effect together. Begins to send it.
    /// False when the connection can't send.
    func sync() -> Bool {
        PQpipelineSync(raw) == 1
    }

    /// Sends what the kernel takes.
    func flush() -> Flushed {
        switch PQflush(raw) {
        case 0: .all
        case 1: .some
        default: .failed
        }
    }

    // MARK: Receiving

    /// Reads what has come, but no more than libpq's buffer holds. False when the connection is lost; what came
    /// before is still to be had.
    func receive() -> Bool {
        guard PQconsumeInput(raw) == 1 else { return false }
        // What TLS has decrypted already no longer shows at the socket, and libpq may have had no room for it all. A
        // record's rest fits the second time.
        return PQsslInUse(raw) == 0 || PQconsumeInput(raw) == 1
    }

    /// The next complete answer. Nil when it is still on its way. To be asked only while answers are owed, or
    /// with `ignoreUnasked`.
    func nextAnswer() -> LibPQAnswer? {
        // A nil stands behind the answer to each step, and none behind `synced`: never two in a row.
        for _ in 0..<2 {
            guard PQisBusy(raw) == 0 else { return nil }
            if let result = PQgetResult(raw) { return LibPQAnswer(owning: result) }
        }
        return .broken(message)
    }

    /// Has libpq look at what came without being asked for: notices, and parameters that have changed.
    func ignoreUnasked() {
        _ = PQisBusy(raw)
    }
}
