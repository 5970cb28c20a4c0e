import Testing

@testable import Realtime

@Suite("Handler breaker")
struct HandlerBreakerTests {
    private var breaker = HandlerBreaker()

    private mutating func fail(_ count: Int, at seconds: Double) -> [HandlerBreaker.Change?] {
        (0..<count).map { _ in breaker.failed(at: at(seconds)) }
    }

    private mutating func admits(_ seconds: Double) -> String {
        breaker.admits(at: at(seconds)) ? "yes" : "no"
    }

    @Test("four failures in a row change nothing")
    mutating func patience() {
        #expect(fail(4, at: 0) == [nil, nil, nil, nil])
        #expect(admits(0) == "yes")
        #expect(!breaker.isOpen)
    }

    @Test("the fifth switches it off, and says so once")
    mutating func switchesOff() {
        #expect(fail(5, at: 0).last == .switchedOff)
        #expect(breaker.isOpen)
        #expect(admits(0) == "no")
        #expect(admits(29.999) == "no")
        #expect(fail(1, at: 1) == [nil])
    }

    @Test("a success in between begins the count anew")
    mutating func success() {
        _ = fail(4, at: 0)
        #expect(breaker.succeeded() == nil)
        #expect(fail(4, at: 0).last == .some(nil))
        #expect(admits(0) == "yes")
    }

    @Test("after 30 s one event is let through, and no other until it is known how that went")
    mutating func trial() {
        _ = fail(5, at: 0)
        #expect(admits(30) == "yes")
        #expect(admits(30) == "no")
        #expect(admits(60) == "no")
    }

    @Test("if that goes well it is on again, and says so")
    mutating func recovers() {
        _ = fail(5, at: 0)
        #expect(admits(30) == "yes")
        #expect(breaker.succeeded() == .switchedOn)
        #expect(!breaker.isOpen)
        #expect(admits(30) == "yes")
        #expect(fail(4, at: 31).last == .some(nil))
    }

    @Test("if it fails again it is off for as long once more, without another word")
    mutating func failsAgain() {
        _ = fail(5, at: 0)
        #expect(admits(30) == "yes")
        #expect(fail(1, at: 31) == [nil])
        #expect(admits(60.999) == "no")
        #expect(admits(61) == "yes")
    }
}
