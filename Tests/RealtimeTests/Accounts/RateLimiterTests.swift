import Testing

@testable import Realtime

@Suite("Rate limiter")
struct RateLimiterTests {
    private var limiter = RateLimiter()

    private mutating func admitted(
        _ kind: MessageClass, _ count: Int, at seconds: Double, _ limits: RateLimits
    ) -> Int {
        (0..<count).count { _ in limiter.admit(kind, at: at(seconds), limits) == .accept }
    }

    private mutating func verdict(at seconds: Double, _ limits: RateLimits) -> RateLimiter.Verdict {
        limiter.admit(.other, at: at(seconds), limits)
    }

    @Test("By default 200 at once and 100 a second")
    mutating func defaults() {
        let limits = RateLimits()
        #expect(admitted(.publish, 300, at: 1000, limits) == 200)
        #expect(admitted(.publish, 300, at: 1000.5, limits) == 50)
        #expect(admitted(.publish, 300, at: 1010, limits) == 200)
    }

    @Test("A refused one is told when to try again, and is let in then")
    mutating func retryAfter() {
        let limits = RateLimits(messages: RateLimit(perSecond: 3, burst: 1))
        #expect(verdict(at: 0, limits) == .accept)
        #expect(verdict(at: 0, limits) == .refuse(retryAfter: .milliseconds(334)))
        #expect(verdict(at: 0.333, limits) == .refuse(retryAfter: .milliseconds(1)))
        #expect(verdict(at: 0.334, limits) == .accept)
    }

    @Test("What is refused uses nothing up")
    mutating func refusedIsFree() {
        let limits = RateLimits(messages: RateLimit(perSecond: 10, burst: 2))
        #expect(admitted(.publish, 100, at: 0, limits) == 2)
        #expect(admitted(.publish, 100, at: 0.1, limits) == 1)
        #expect(admitted(.publish, 100, at: 0.3, limits) == 2)
    }

    @Test("In the long run it is the rate, however it is spread")
    mutating func longRun() {
        let limits = RateLimits(
            messages: RateLimit(perSecond: 7, burst: 3),
            refusals: RateLimit(perSecond: 1_000_000, burst: 1_000_000))
        var accepted = 0
        for millisecond in 0..<100_000
        where limiter.admit(.other, at: at(Double(millisecond) / 1000), limits) == .accept {
            accepted += 1
        }
        #expect((700...703).contains(accepted))
    }

    @Test("Who goes on sending though refused is closed, and who overshoots now and then is not")
    mutating func offenders() {
        let limits = RateLimits(
            messages: RateLimit(perSecond: 10, burst: 10), refusals: RateLimit(perSecond: 1, burst: 5))
        func verdicts(_ count: Int, at seconds: Double, _ limiter: inout RateLimiter) -> [String] {
            (0..<count).map { _ in
                switch limiter.admit(.publish, at: at(seconds), limits) {
                case .accept: "a"
                case .refuse: "r"
                case .close: "c"
                }
            }
        }
        #expect(verdicts(17, at: 0, &limiter).joined() == "aaaaaaaaaarrrrrcc")
        var moderate = RateLimiter()
        for second in 0..<100 {
            #expect(verdicts(11, at: Double(second), &moderate).joined() == "aaaaaaaaaar")
        }
    }

    @Test("No limit is no limit")
    mutating func unlimited() {
        #expect(admitted(.publish, 100_000, at: 0, RateLimits(messages: nil)) == 100_000)
    }

    @Test("A class has its own limit beside that of all, and what it refuses does not count there")
    mutating func classes() {
        let limits = RateLimits(
            messages: RateLimit(perSecond: 1, burst: 10), publishes: RateLimit(perSecond: 1, burst: 3),
            queries: RateLimit(perSecond: 1, burst: 2))
        #expect(admitted(.publish, 5, at: 0, limits) == 3)
        #expect(admitted(.query, 5, at: 0, limits) == 2)
        #expect(admitted(.other, 10, at: 0, limits) == 5)
        #expect(admitted(.publish, 1, at: 0, limits) == 0)
    }

    @Test("A connection's limiter is a few words")
    func size() {
        #expect(MemoryLayout<TokenBucket>.size == 8)
        #expect(MemoryLayout<RateLimiter>.size == 32)
    }
}
