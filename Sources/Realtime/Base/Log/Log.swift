/// Writes what happens, one line per event: a stable name and typed fields.
///
///     log.warning("connection refused", ["reason": "too many", "address": .string(address)])
///
/// A `Log` is a small value, made once and passed to whatever has something to say. The level is checked
/// before anything else is done, so the fields of an event that nobody wants are not even computed. A call
/// never waits: lines go to a thread that writes them, and are counted and dropped when it can't keep up.
///
/// Never give it a token, a secret or the body of a message.
public struct Log: Sendable {
    /// How much an event matters.
    public enum Level: String, CaseIterable, Comparable, Sendable {
        /// For finding out why; far too much for every day.
        case debug
        /// What an operator wants to read the next morning.
        case info
        /// Something was refused or repaired; the server goes on.
        case warning
        /// Something is broken that a person must look at.
        case error

        private var rank: Int {
            switch self {
            case .debug: 0
            case .info: 1
            case .warning: 2
            case .error: 3
            }
        }

        /// Whether the first matters less.
        public static func < (left: Level, right: Level) -> Bool {
            left.rank < right.rank
        }
    }

    /// How a line is written.
    public enum Format: String, CaseIterable, Sendable {
        /// Text where a person is looking at a terminal, JSON otherwise.
        case auto
        /// Aligned columns, coloured on a terminal unless `NO_COLOR` is set.
        case text
        /// One JSON object a line.
        case json
    }

    private let minimum: Level?
    private let style: LogStyle
    private let time: TimeSource
    private let sink: any LogSink
    private let bound: Fields

    private init(minimum: Level?, style: LogStyle, time: TimeSource, sink: any LogSink, bound: Fields) {
        self.minimum = minimum
        self.style = style
        self.time = time
        self.sink = sink
        self.bound = bound
    }

    /// A log into any sink, with any clock.
    init(level: Level, style: LogStyle, sink: any LogSink, time: TimeSource = .system) {
        self.init(minimum: level, style: style, time: time, sink: sink, bound: [:])
    }

    /// A log that says nothing.
    public static let disabled = Log(
        minimum: nil, style: .json, time: .system, sink: DiscardingSink(), bound: [:])

    /// A log on standard error. It starts a thread that writes, so make it once and pass it around.
    public static func standardError(level: Level = .info, format: Format = .auto) -> Log {
        let style = LogStyle(format, terminal: .standardError)
        let writer = LogWriter(descriptor: 2) { count, line in
            let fields: Fields = ["lines": .integer(count)]
            style.append(
                "log lines dropped", level: .warning, at: TimeSource.system.date, [fields], to: &line)
        }
        return Log(level: level, style: style, sink: writer)
    }

    /// The same log with fields that every line from it carries.
    public func with(_ fields: Fields) -> Log {
        Log(minimum: minimum, style: style, time: time, sink: sink, bound: bound + fields)
    }

    /// Whether events of this level are written.
    public func isEnabled(_ level: Level) -> Bool {
        guard let minimum else { return false }
        return level >= minimum
    }

    /// Says something that only somebody who searches for a fault wants to know.
    public func debug(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if isEnabled(.debug) { write(event, .debug, fields()) }
    }

    /// Says what the server did.
    public func info(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if isEnabled(.info) { write(event, .info, fields()) }
    }

    /// Says what went wrong and was dealt with.
    public func warning(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if isEnabled(.warning) { write(event, .warning, fields()) }
    }

    /// Says what is broken until somebody repairs it.
    public func error(_ event: StaticString, _ fields: @autoclosure () -> Fields = [:]) {
        if isEnabled(.error) { write(event, .error, fields()) }
    }

    /// Waits until what was logged so far is written, but no longer than `limit`; says whether it is. For
    /// the end of the process, never for an event loop.
    @discardableResult
    public func flush(within limit: Duration = .seconds(1)) -> Bool {
        sink.flush(within: limit)
    }

    private func write(_ event: StaticString, _ level: Level, _ fields: Fields) {
        var line = ByteBuffer(capacity: 256)
        style.append(event, level: level, at: time.date, [bound, fields], to: &line)
        sink.accept(line.unsafeBytes)
    }
}
