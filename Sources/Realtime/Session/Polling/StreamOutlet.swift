/// The end of an event stream at its connection: what comes from the session's loop is written there, and what has
/// left is told back.
///
/// It belongs to the connection's loop.
final class StreamOutlet {
    private let stream: HTTPResponseStream
    /// Bytes that were written since everything had left.
    private var written = 0

    init(_ stream: HTTPResponseStream) {
        self.stream = stream
    }

    /// Told by its session before anything is written.
    ///
    /// - Parameters:
    ///   - whenTaken: told how many bytes the client has taken.
    ///   - whenGone: told once when the client has gone before the end.
    func connect(whenTaken: @escaping (Int) -> Void, whenGone: @escaping () -> Void) {
        guard stream.isOpen else {
            whenGone()
            return
        }
        stream.whenEmptied = { [unowned self] in
            guard written > 0 else { return }
            whenTaken(written)
            written = 0
        }
        stream.whenAborted = { [self] in
            // Holds itself until then, as nobody else on this loop does.
            written = 0
            whenGone()
        }
    }

    func write(_ bytes: SharedBytes) {
        guard stream.isOpen else { return }
        written += bytes.count
        bytes.withUnsafeBytes { stream.write($0) }
    }

    func finish() {
        stream.finish()
    }
}
