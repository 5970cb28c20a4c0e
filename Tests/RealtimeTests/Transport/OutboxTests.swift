import Testing

@testable import Realtime

@Suite("Outbox")
final class OutboxTests {
    /// A kernel that takes only so many bytes, then blocks, and keeps what it took.
    private final class Kernel {
        var room: Int
        var calls = 0
        var taken: [UInt8] = []

        init(room: Int = .max) {
            self.room = room
        }

        func write(_ slices: UnsafeBufferPointer<WriteSlice>) -> WriteOutcome {
            calls += 1
            if room == 0 { return .wouldBlock }
            var sent = 0
            for slice in slices {
                let length = min(slice.count, room - sent)
                taken += UnsafeRawBufferPointer(start: slice.base, count: length)
                sent += length
            }
            if room != .max { room -= sent }
            return .wrote(sent)
        }

        /// What libuv does with a queue: all of it, when there is room again.
        func writeAll(_ slices: UnsafeBufferPointer<WriteSlice>) {
            for slice in slices { taken += UnsafeRawBufferPointer(start: slice.base, count: slice.count) }
        }
    }

    private let pool = OutboxPool()
    private let slices = UnsafeMutableBufferPointer<WriteSlice>.allocate(capacity: 4)

    deinit {
        slices.deallocate()
    }

    private func flush(_ outbox: inout Outbox, _ kernel: Kernel) -> Outbox.Flush {
        outbox.flush(describing: slices, pool: pool, write: kernel.write)
    }

    @Test("a turn's frames go out in one call, in order")
    func oneCall() {
        var outbox = Outbox()
        let kernel = Kernel()
        outbox.append(from: pool) { $0.append("one " as StaticString) }
        outbox.append(SharedBytes("two "), from: pool)
        outbox.append(from: pool) { $0.append("three" as StaticString) }
        #expect(flush(&outbox, kernel) == .done)
        #expect(kernel.calls == 1)
        #expect(String(decoding: kernel.taken, as: UTF8.self) == "one two three")
        #expect(outbox.isEmpty)
    }

    @Test("a large shared frame is sent from its own memory")
    func byReference() {
        var outbox = Outbox()
        let frame = SharedBytes([UInt8](repeating: 7, count: 5_000))
        outbox.append(from: pool) { $0.append(1) }
        outbox.append(frame, from: pool)
        var seen: [UnsafeRawPointer?] = []
        _ = outbox.flush(describing: slices, pool: pool) { runs in
            seen = runs.map(\.base)
            return .wrote(runs.reduce(0) { $0 + $1.count })
        }
        #expect(seen.last == frame.unsafePointer)
    }

    @Test("more runs than the kernel takes at once go out in several calls")
    func manyRuns() {
        var outbox = Outbox()
        let kernel = Kernel()
        var expected: [UInt8] = []
        for value: UInt8 in 0..<20 {
            let frame = [UInt8](repeating: value, count: 300)
            outbox.append(SharedBytes(frame), from: pool)
            expected += frame
        }
        #expect(flush(&outbox, kernel) == .done)
        #expect(kernel.calls == 5)
        #expect(kernel.taken == expected)
    }

    @Test("what the kernel refuses is lent, and what comes meanwhile follows it", arguments: 0...40)
    func blocked(room: Int) {
        var outbox = Outbox()
        let kernel = Kernel(room: room)
        outbox.append(from: pool) { $0.append("first." as StaticString) }
        outbox.append(SharedBytes(String(repeating: "s", count: 300)), from: pool)
        outbox.append(from: pool) { $0.append("third." as StaticString) }
        #expect(flush(&outbox, kernel) == .blocked)
        outbox.lend(describing: slices, to: kernel.writeAll)
        outbox.append(SharedBytes("meanwhile"), from: pool)
        #expect(flush(&outbox, kernel) == .done, "nothing may overtake what is in flight")
        outbox.queuedWasWritten(describing: slices, pool: pool)
        kernel.room = .max
        #expect(flush(&outbox, kernel) == .done)
        let expected = "first." + String(repeating: "s", count: 300) + "third.meanwhile"
        #expect(String(decoding: kernel.taken, as: UTF8.self) == expected)
        #expect(outbox.isEmpty && outbox.count == 0)
    }

    @Test("a single shared frame that is cut goes on where it was cut", arguments: [0, 1, 299])
    func singleCut(room: Int) {
        var outbox = Outbox()
        let kernel = Kernel(room: room)
        let frame = (0..<300).map { UInt8(truncatingIfNeeded: $0) }
        outbox.append(SharedBytes(frame), from: pool)
        #expect(flush(&outbox, kernel) == .blocked)
        #expect(outbox.count == 300 - room)
        outbox.lend(describing: slices, to: kernel.writeAll)
        outbox.queuedWasWritten(describing: slices, pool: pool)
        #expect(kernel.taken == frame)
        #expect(outbox.isEmpty)
    }

    @Test("random frames through a kernel of random appetite arrive as they were appended")
    func model() {
        var generator = SeededGenerator(seed: 11)
        var outbox = Outbox()
        let kernel = Kernel(room: 0)
        var expected: [UInt8] = []
        for step in 0..<3_000 {
            let frame = [UInt8](
                repeating: UInt8(truncatingIfNeeded: step), count: .random(in: 1...400, using: &generator))
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                outbox.append(from: pool) { $0.append(frame) }
                expected += frame
            case 1:
                outbox.append(SharedBytes(frame), from: pool)
                expected += frame
            case 2:
                kernel.room = .random(in: 0...600, using: &generator)
                if flush(&outbox, kernel) == .blocked {
                    outbox.lend(describing: slices, to: kernel.writeAll)
                }
            default:
                outbox.queuedWasWritten(describing: slices, pool: pool)
            }
            #expect(kernel.taken.count + outbox.count >= expected.count)
        }
        kernel.room = .max
        while !outbox.isEmpty {
            outbox.queuedWasWritten(describing: slices, pool: pool)
            _ = flush(&outbox, kernel)
        }
        #expect(kernel.taken == expected)
    }

    @Test("plain bytes are drained in order for encryption")
    func drain() {
        var outbox = Outbox()
        outbox.append(SharedBytes("shared "), from: pool)
        outbox.append(from: pool) { $0.append("copied" as StaticString) }
        var drained: [UInt8] = []
        outbox.drain(describing: slices, pool: pool) { drained += $0 }
        #expect(String(decoding: drained, as: UTF8.self) == "shared copied")
        #expect(outbox.isEmpty)
    }
}
