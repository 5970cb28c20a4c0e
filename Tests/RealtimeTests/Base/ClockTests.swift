import Testing

@testable import Realtime

@Suite("Clock")
struct ClockTests {
    @Test("the monotonic clock does not go back")
    func monotonic() {
        let first = TimeSource.system.now
        #expect(TimeSource.system.now >= first)
    }

    @Test("the wall clock is in this century")
    func wall() throws {
        let date = TimeSource.system.date
        #expect(date > (try #require(Timestamp(rfc3339: "2024-01-01T00:00:00Z"))))
        #expect(date < (try #require(Timestamp(rfc3339: "2124-01-01T00:00:00Z"))))
    }

    @Test("a manual clock stands still until it is moved, and then both clocks move")
    func manual() {
        let time = ManualTime(date: Timestamp(milliseconds: 1000))
        let source = time.source
        let start = source.now
        #expect(source.now == start)
        time.advance(by: .milliseconds(1500))
        #expect(source.now - start == .milliseconds(1500))
        #expect(source.date == Timestamp(milliseconds: 2500))
    }

    @Test("setting the wall clock leaves time-outs alone")
    func wallClockJumps() {
        let time = ManualTime(date: Timestamp(milliseconds: 1000))
        time.setDate(Timestamp(milliseconds: 0))
        #expect(time.source.now == Instant(nanoseconds: 0))
        #expect(time.source.date == Timestamp(milliseconds: 0))
    }

    @Test("instants order and subtract")
    func arithmetic() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .nanoseconds(7) == Instant(nanoseconds: 12))
        #expect(start < start + .nanoseconds(1))
        #expect((start + .seconds(3)) - start == .seconds(3))
        #expect((start + .seconds(3)).milliseconds == 3000)
    }

    @Test("a time-out too long to count is the end of time, not a crash")
    func saturates() {
        let start = Instant(nanoseconds: 5)
        #expect(start + .seconds(Int64.max) == Instant(nanoseconds: .max))
        #expect(Duration.seconds(Int64.max).nanoseconds == .max)
        #expect(Duration.seconds(Int64.min).nanoseconds == .min)
        #expect(Duration.milliseconds(-1).nanoseconds == -1_000_000)
    }
}
