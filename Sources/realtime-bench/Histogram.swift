/// Counts of durations in nanoseconds, with less than 0.8 % error at any size and a fixed amount of memory.
///
/// Values below 256 ns have a bucket each; above, every doubling is cut into 128 buckets. Recording is a
/// shift and an increment, so that it can stand on the path of every message.
struct Histogram: Sendable {
    private static let mantissaBits = 8
    private static let half = 1 << (mantissaBits - 1)
    /// Longer than this (about 18 minutes) is counted as this.
    static let limit: UInt64 = (1 << 40) - 1

    private var counts: [UInt64]
    private(set) var count: UInt64 = 0
    private(set) var max: UInt64 = 0

    init() {
        counts = [UInt64](repeating: 0, count: Self.index(of: Self.limit) + 1)
    }

    mutating func record(_ nanoseconds: UInt64) {
        let value = Swift.min(nanoseconds, Self.limit)
        counts[Self.index(of: value)] += 1
        count += 1
        if value > max { max = value }
    }

    /// Adds what another thread counted.
    mutating func merge(_ other: Histogram) {
        for index in counts.indices { counts[index] += other.counts[index] }
        count += other.count
        max = Swift.max(max, other.max)
    }

    /// The duration that the given share (0…1) of all recorded ones did not exceed; 0 when there are none.
    func quantile(_ share: Double) -> UInt64 {
        guard count > 0 else { return 0 }
        let rank = Swift.max(1, UInt64((share * Double(count)).rounded(.up)))
        var seen: UInt64 = 0
        for index in counts.indices {
            seen += counts[index]
            if seen >= rank { return Swift.min(Self.upperBound(of: index), max) }
        }
        return max
    }

    static func index(of value: UInt64) -> Int {
        guard value >= 1 << mantissaBits else { return Int(value) }
        let shift = UInt64.bitWidth - value.leadingZeroBitCount - mantissaBits
        return half * shift + Int(value >> UInt64(shift))
    }

    /// The largest value that is counted in this bucket.
    static func upperBound(of index: Int) -> UInt64 {
        guard index >= 2 * half else { return UInt64(index) }
        let shift = index / half - 1
        let mantissa = index - half * shift
        return (UInt64(mantissa + 1) << UInt64(shift)) - 1
    }
}
