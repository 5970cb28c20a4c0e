import Glibc

/// Time as the measurements see it: nanoseconds that only go forward.
enum Clock {
    static let second: UInt64 = 1_000_000_000
    static let millisecond: UInt64 = 1_000_000

    static func now() -> UInt64 {
        read(CLOCK_MONOTONIC)
    }

    /// The CPU time that all threads of this process have used.
    static func ownCPU() -> UInt64 {
        read(CLOCK_PROCESS_CPUTIME_ID)
    }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * second + UInt64(time.tv_nsec)
    }
}
