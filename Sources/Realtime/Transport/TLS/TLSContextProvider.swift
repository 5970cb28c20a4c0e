/// The context for new connections, which can be replaced while the server runs.
///
/// Any thread may ask and reload. Connections that are open keep the context they began with.
final class TLSContextProvider: Sendable {
    private let certificateFile: String
    private let keyFile: String
    private let context: Locked<TLSContext>

    /// Reads the files for the first time.
    init(
        certificateFile: String, keyFile: String, now: Timestamp = TimeSource.system.date
    ) throws(TLSError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        context = Locked(try TLSContext(certificateFile: certificateFile, keyFile: keyFile, now: now))
    }

    /// The context for a connection that begins now.
    var current: TLSContext {
        context.withLock { $0 }
    }

    /// Reads the files again, for the connections that come from now on. On an error the old context stays.
    func reload(now: Timestamp = TimeSource.system.date) throws(TLSError) -> [TLSWarning] {
        let fresh = try TLSContext(certificateFile: certificateFile, keyFile: keyFile, now: now)
        context.withLock { $0 = fresh }
        return fresh.warnings
    }
}
