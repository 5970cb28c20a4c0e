/// Keeps an event that repeats itself, such as a refused connection in a storm of them, from filling the
/// log: one line at once, then at most one per interval that says how many there were in between.
///
///     if let suppressed = refusals.admit(at: time.now) {
///         log.warning("connection refused", ["suppressed": .integer(suppressed)])
///     }
///
/// A plain value owned by whoever logs; it needs no lock as long as that is one thread.
struct LogGate {
    private let interval: Duration
    private var lastAdmitted: Instant?
    private var suppressed = 0

    /// At most one line in this time.
    init(every interval: Duration) {
        self.interval = interval
    }

    /// To be asked at each event. Nil: say nothing. Otherwise how many were kept quiet since the last line.
    mutating func admit(at now: Instant) -> Int? {
        if let lastAdmitted, now - lastAdmitted < interval {
            suppressed += 1
            return nil
        }
        lastAdmitted = now
        defer { suppressed = 0 }
        return suppressed
    }

    /// To be called when things are well again. Nil when they were all along; otherwise how many events
    /// no line has told of yet. The next event is said at once again.
    mutating func recover() -> Int? {
        guard lastAdmitted != nil else { return nil }
        defer { self = LogGate(every: interval) }
        return suppressed
    }
}
