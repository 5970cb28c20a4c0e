import Testing

@testable import Realtime

@Suite("Timer wheel")
struct TimerWheelTests {
    private func sweep(_ wheel: inout TimerWheel<String>, to tick: UInt64) -> [String] {
        var ended: [(key: TimerWheel<String>.Key, payload: String)] = []
        wheel.sweep(to: tick, into: &ended)
        return ended.map(\.payload)
    }

    @Test("a timer ends in its tick, not before")
    func endsInItsTick() {
        var wheel = TimerWheel<String>(slots: 8)
        _ = wheel.schedule(at: 3, "a")
        #expect(sweep(&wheel, to: 2) == [])
        #expect(sweep(&wheel, to: 3) == ["a"])
        #expect(wheel.isEmpty)
    }

    @Test("a deadline in the past ends with the next tick")
    func pastDeadline() {
        var wheel = TimerWheel<String>(slots: 8, tick: 100)
        _ = wheel.schedule(at: 5, "late")
        #expect(sweep(&wheel, to: 101) == ["late"])
    }

    @Test("a deadline further away than a round waits for its own round")
    func laterRound() {
        var wheel = TimerWheel<String>(slots: 8)
        _ = wheel.schedule(at: 19, "far")
        for tick: UInt64 in 1...18 { #expect(sweep(&wheel, to: tick) == []) }
        #expect(sweep(&wheel, to: 19) == ["far"])
    }

    @Test("timers end tick by tick in order")
    func order() {
        var wheel = TimerWheel<String>(slots: 8)
        for (tick, name) in [(5, "c"), (1, "a"), (3, "b")] as [(UInt64, String)] {
            _ = wheel.schedule(at: tick, name)
        }
        #expect(sweep(&wheel, to: 6) == ["a", "b", "c"])
    }

    @Test("a cancelled timer does not end, and can't be cancelled twice")
    func cancel() {
        var wheel = TimerWheel<String>(slots: 8)
        let key = wheel.schedule(at: 2, "a")
        _ = wheel.schedule(at: 2, "b")
        let first = wheel.cancel(key)
        let second = wheel.cancel(key)
        #expect(first && !second)
        #expect(sweep(&wheel, to: 9) == ["b"])
    }

    @Test("a key of an ended timer does not name the one that took its place")
    func staleKey() {
        var wheel = TimerWheel<String>(slots: 8)
        let old = wheel.schedule(at: 1, "old")
        #expect(sweep(&wheel, to: 1) == ["old"])
        _ = wheel.schedule(at: 4, "new")
        let cancelled = wheel.cancel(old)
        #expect(!cancelled)
        #expect(sweep(&wheel, to: 4) == ["new"])
    }

    @Test("a moved timer ends at its new deadline only")
    func move() {
        var wheel = TimerWheel<String>(slots: 8)
        let key = wheel.schedule(at: 2, "a")
        let moved = wheel.move(key, to: 12)
        #expect(moved)
        #expect(sweep(&wheel, to: 11) == [])
        #expect(sweep(&wheel, to: 12) == ["a"])
    }

    @Test("after a pause of many rounds everything due ends at once")
    func longPause() {
        var wheel = TimerWheel<String>(slots: 8)
        for tick: UInt64 in 1...30 { _ = wheel.schedule(at: tick, "\(tick)") }
        _ = wheel.schedule(at: 1_000, "later")
        #expect(Set(sweep(&wheel, to: 900)) == Set((1...30).map(String.init)))
        #expect(sweep(&wheel, to: 1_000) == ["later"])
    }

    @Test("a thousand random timers behave like a sorted list")
    func model() {
        var generator = SeededGenerator(seed: 7)
        var wheel = TimerWheel<String>(slots: 16)
        var model: [String: (deadline: UInt64, key: TimerWheel<String>.Key)] = [:]
        var now: UInt64 = 0
        for step in 0..<1_000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1:
                let deadline = now + UInt64.random(in: 1...60, using: &generator)
                model["\(step)"] = (deadline, wheel.schedule(at: deadline, "\(step)"))
            case 2:
                guard let victim = model.keys.sorted().randomElement(using: &generator) else { continue }
                let key = model.removeValue(forKey: victim)!.key
                let cancelled = wheel.cancel(key)
                #expect(cancelled)
            default:
                now += UInt64.random(in: 1...20, using: &generator)
                let due = Set(model.filter { $0.value.deadline <= now }.keys)
                #expect(Set(sweep(&wheel, to: now)) == due)
                for name in due { model[name] = nil }
            }
            #expect(wheel.count == model.count)
        }
    }
}
