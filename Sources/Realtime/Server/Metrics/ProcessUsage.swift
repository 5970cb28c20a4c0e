import Glibc

/// What the kernel says that this process uses.
struct ProcessUsage {
    /// Memory that is in RAM; nil where the kernel does not say.
    let residentBytes: Int?
    /// Processor time of all threads, user's and system's together.
    let processorTime: Duration

    /// Asks the kernel. That is quick: neither of the two touches a disk.
    static func now() -> ProcessUsage {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return ProcessUsage(
            residentBytes: residentBytes(),
            processorTime: .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec))
    }

    /// The second number of `/proc/self/statm`, which counts pages.
    private static func residentBytes() -> Int? {
        guard let bytes = try? SmallFile.read("/proc/self/statm", limit: 256) else { return nil }
        let numbers = String(decoding: bytes, as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let pages = Int(numbers[1]) else { return nil }
        return pages * Int(getpagesize())
    }
}
