import Glibc
import Testing

@testable import Realtime

@Suite("Locks")
struct LockTests {
    @Test("no increment is lost between threads")
    func excludes() async {
        let counter = Locked(0)
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 { counter.withLock { $0 += 1 } }
                }
            }
        }
        #expect(counter.withLock { $0 } == 80_000)
    }

    @Test("no increment is lost under a lock that two counters share")
    func shared() async {
        final class Counter: @unchecked Sendable {
            let lock: BareLock
            var count = 0
            init(_ lock: BareLock) { self.lock = lock }
        }
        let lock = BareLock()
        let counters = [Counter(lock), Counter(lock)]
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    let counter = counters[worker % 2]
                    for _ in 0..<10_000 { counter.lock.withLock { counter.count += 1 } }
                }
            }
        }
        #expect(counters.map(\.count) == [40_000, 40_000])
    }

    @Test("a thrown error comes out typed, and the lock is free again")
    func throwing() {
        struct Refused: Error, Equatable {}
        let value = Locked(1)
        #expect(throws: Refused.self) {
            try value.withLock { (number: inout sending Int) throws(Refused) in
                number = 2
                throw Refused()
            }
        }
        #expect(value.withLock { $0 } == 2)
    }

    @Test("a waiting thread sees what another one changed")
    func waits() async {
        let monitor = Monitor(0)
        let waiter = Task.detached { monitor.wait { $0 >= 3 ? $0 : nil } }
        for _ in 0..<3 {
            monitor.withLock { $0 += 1 }
            monitor.wakeAll()
        }
        #expect(await waiter.value == 3)
    }

    @Test("a wait that nobody ends gives up, and says so")
    func givesUp() {
        let monitor = Monitor(0)
        #expect(!monitor.wait(atMost: .milliseconds(1)) { $0 == 1 })
        #expect(monitor.wait(atMost: .zero) { $0 == 0 })
    }
}
