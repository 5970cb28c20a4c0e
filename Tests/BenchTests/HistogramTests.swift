import Testing

@testable import realtime_bench

@Suite("Histogram")
struct HistogramTests {
    @Test("every bucket holds the values up to its upper bound and no more")
    func bucketsMeet() {
        for index in 0..<Histogram.index(of: Histogram.limit) {
            let bound = Histogram.upperBound(of: index)
            #expect(Histogram.index(of: bound) == index)
            #expect(Histogram.index(of: bound + 1) == index + 1)
        }
    }

    @Test("a bucket's bound is less than 0.8 % above any value in it")
    func precision() {
        var value: UInt64 = 1
        while value < Histogram.limit {
            let bound = Histogram.upperBound(of: Histogram.index(of: value))
            #expect(Double(bound - value) <= 0.008 * Double(value))
            value += value / 3 + 1
        }
    }

    @Test("quantiles of one to a thousand")
    func quantiles() {
        var histogram = Histogram()
        for value in 1...1000 { histogram.record(UInt64(value)) }
        #expect(histogram.quantile(0) == 1)
        #expect((500...504).contains(histogram.quantile(0.5)))
        #expect((990...998).contains(histogram.quantile(0.99)))
        #expect(histogram.quantile(1) == 1000)
        #expect(histogram.max == 1000)
        #expect(histogram.count == 1000)
    }

    @Test("an empty histogram has quantiles of zero")
    func empty() {
        #expect(Histogram().quantile(0.99) == 0)
    }

    @Test("what is too long is counted as the limit")
    func clamps() {
        var histogram = Histogram()
        histogram.record(.max)
        #expect(histogram.max == Histogram.limit)
        #expect(histogram.quantile(0.5) == Histogram.limit)
    }

    @Test("merging is recording both")
    func merges() {
        var (odd, even, both) = (Histogram(), Histogram(), Histogram())
        for value in 0..<5000 {
            let time = UInt64(value * value)
            both.record(time)
            if value % 2 == 0 { even.record(time) } else { odd.record(time) }
        }
        odd.merge(even)
        #expect(odd.count == both.count)
        #expect(odd.max == both.max)
        for share in [0.01, 0.5, 0.9, 0.99, 1] { #expect(odd.quantile(share) == both.quantile(share)) }
    }
}
