import Glibc

/// A moment on the monotonic clock, for time-outs and for measuring: it never jumps, and means nothing
/// outside this process.
struct Instant: Comparable, Hashable, Sendable {
    /// Nanoseconds since an origin that is the same for the whole life of the process.
    let nanoseconds: Int64

    init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// Whole milliseconds since the origin, what timer wheels count in.
    var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// The moment so much later; the end of time where it can't be counted.
    static func + (start: Instant, duration: Duration) -> Instant {
        let (sum, overflow) = start.nanoseconds.addingReportingOverflow(duration.nanoseconds)
        guard overflow else { return Instant(nanoseconds: sum) }
        return Instant(nanoseconds: duration < .zero ? .min : .max)
    }

    /// How long it was from the second to the first.
    static func - (end: Instant, start: Instant) -> Duration {
        .nanoseconds(end.nanoseconds) - .nanoseconds(start.nanoseconds)
    }

    static func < (left: Instant, right: Instant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}

extension Duration {
    /// The whole nanoseconds in it, held at the ends of what 64 bits can say (292 years).
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carried) = scaled.addingReportingOverflow(attoseconds / 1_000_000_000)
        guard overflow || carried else { return sum }
        return seconds < 0 ? .min : .max
    }

    /// The whole milliseconds in it.
    var milliseconds: Int64 {
        nanoseconds / 1_000_000
    }
}

/// Where the time comes from: the kernel, or a test's hand.
///
/// A plain value that is passed to whatever needs the time, so that no test sleeps and no state machine
/// reads a clock by itself.
struct TimeSource: Sendable {
    private enum Origin: Sendable {
        case kernel
        case manual(ManualTime)
    }

    private let origin: Origin

    /// The real clocks.
    static let system = TimeSource(origin: .kernel)

    fileprivate static func manual(_ time: ManualTime) -> TimeSource {
        TimeSource(origin: .manual(time))
    }

    /// The monotonic clock, for time-outs and durations.
    var now: Instant {
        switch origin {
        case .kernel:
            let time = Self.read(CLOCK_MONOTONIC)
            return Instant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
        case .manual(let time): return time.now
        }
    }

    /// The wall clock, for what people and other machines read. It may jump; never measure with it.
    var date: Timestamp {
        switch origin {
        case .kernel:
            let time = Self.read(CLOCK_REALTIME)
            return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
        case .manual(let time): return time.date
        }
    }

    private static func read(_ clock: clockid_t) -> timespec {
        var time = timespec()
        clock_gettime(clock, &time)
        return time
    }
}

/// Time that moves only when a test moves it.
final class ManualTime: Sendable {
    private let clocks: Locked<(now: Instant, date: Timestamp)>

    /// Starts at the monotonic origin, and by the wall clock at `date` (2026-01-02T03:04:05.678Z unless
    /// told otherwise).
    init(date: Timestamp = Timestamp(milliseconds: 1_767_323_045_678)) {
        clocks = Locked((Instant(nanoseconds: 0), date))
    }

    /// What is handed to the code under test.
    var source: TimeSource { .manual(self) }

    var now: Instant { clocks.withLock { $0.now } }
    var date: Timestamp { clocks.withLock { $0.date } }

    /// Lets both clocks go on.
    func advance(by duration: Duration) {
        clocks.withLock { clocks in
            clocks.now = clocks.now + duration
            clocks.date = Timestamp(milliseconds: clocks.date.milliseconds + duration.milliseconds)
        }
    }

    /// Sets the wall clock alone, as an administrator or a time server does.
    func setDate(_ date: Timestamp) {
        clocks.withLock { $0.date = date }
    }
}
