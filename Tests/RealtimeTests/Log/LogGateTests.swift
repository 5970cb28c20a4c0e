import Testing

@testable import Realtime

@Suite("Log gate")
struct LogGateTests {
    @Test("the first event is said at once, the next ones counted, and told after the interval")
    func interval() {
        let time = ManualTime()
        var gate = LogGate(every: .seconds(10))
        #expect(gate.admit(at: time.now) == 0)
        for _ in 0..<5 {
            time.advance(by: .seconds(1))
            #expect(gate.admit(at: time.now) == nil)
        }
        time.advance(by: .seconds(5))
        #expect(gate.admit(at: time.now) == 5)
        #expect(gate.admit(at: time.now) == nil)
    }

    @Test("rare events are all said")
    func rare() {
        let time = ManualTime()
        var gate = LogGate(every: .seconds(10))
        for _ in 0..<3 {
            #expect(gate.admit(at: time.now) == 0)
            time.advance(by: .seconds(10))
        }
    }

    @Test("recovery tells what was kept quiet, once, and opens the gate")
    func recovery() {
        let time = ManualTime()
        var gate = LogGate(every: .seconds(10))
        #expect(gate.recover() == nil)
        _ = gate.admit(at: time.now)
        _ = gate.admit(at: time.now)
        #expect(gate.recover() == 1)
        #expect(gate.recover() == nil)
        #expect(gate.admit(at: time.now) == 0)
    }
}
