/// Where finished lines go. Called from any thread, event loops among them, so it must not wait.
protocol LogSink: AnyObject, Sendable {
    /// Takes one line, its newline included; the bytes are gone after the call.
    func accept(_ line: UnsafeRawBufferPointer)

    /// Waits until everything accepted is written, or the time is up; says which it was.
    func flush(within limit: Duration) -> Bool
}

/// The sink of a log that says nothing.
final class DiscardingSink: LogSink {
    func accept(_ line: UnsafeRawBufferPointer) {}

    func flush(within limit: Duration) -> Bool { true }
}

/// A sink that keeps the lines for a test to look at.
final class CapturedLines: LogSink {
    private let captured = Locked<[String]>([])

    /// What was logged so far, without the newlines at the ends.
    var lines: [String] { captured.withLock { $0 } }

    func accept(_ line: UnsafeRawBufferPointer) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        captured.withLock { $0.append(text) }
    }

    func flush(within limit: Duration) -> Bool { true }
}
