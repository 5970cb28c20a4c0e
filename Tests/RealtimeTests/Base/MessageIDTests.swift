import Testing

@testable import Realtime

@Suite("Message and connection ids")
struct MessageIDTests {
    private let date = Timestamp(milliseconds: 1_767_323_045_678)

    @Test("An id is msg_ and 26 digits of Crockford's base 32")
    func form() {
        var generator = MessageIDGenerator(generator: 0)
        let text = generator.next(at: Timestamp(milliseconds: 1)).description
        #expect(text == "msg_00000000010000000000000000")
        var other = MessageIDGenerator(generator: .max)
        let id = other.next(at: date).description
        #expect(id.hasPrefix("msg_"))
        #expect(id.utf8.count == MessageID.byteCount)
        #expect(id.dropFirst(4).allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) })
    }

    @Test("Ids of one generator grow, also within a millisecond and when the clock is set back")
    func monotonic() {
        var generator = MessageIDGenerator()
        var last = generator.next(at: date)
        for step in [0, 0, 1, 0, -5000, -5000, 3, 0, 10] as [Int64] {
            let id = generator.next(at: Timestamp(milliseconds: date.milliseconds + step))
            #expect(last < id)
            #expect(last.description.utf8.lexicographicallyPrecedes(id.description.utf8))
            last = id
        }
    }

    @Test("Ids of two generators sort by time")
    func sortedByTime() {
        var one = MessageIDGenerator(generator: .max)
        var other = MessageIDGenerator(generator: 0)
        let earlier = one.next(at: date)
        let later = other.next(at: Timestamp(milliseconds: date.milliseconds + 1))
        #expect(earlier < later)
        #expect(earlier.milliseconds == UInt64(date.milliseconds))
    }

    @Test("Ids that are made at one moment by two generators differ")
    func twoGenerators() {
        var one = MessageIDGenerator()
        var other = MessageIDGenerator()
        let (id, another) = (one.next(at: date), other.next(at: date))
        #expect(id != another)
    }

    @Test("What is written is read back, and nothing else is read")
    func readBack() {
        var numbers = SeededGenerator(seed: 7)
        for _ in 0..<1000 {
            let id = MessageID(
                milliseconds: numbers.next() >> 16, count: UInt32(truncatingIfNeeded: numbers.next()),
                generator: numbers.next())
            #expect(withExactBytes(Array(id.description.utf8)) { MessageID($0) } == id)
        }
        for text in [
            "", "msg_", "msg_0000000001000000000000000", "msg_000000000100000000000000000",
            "msx_00000000010000000000000000", "msg_0000000001000000000000000U",
            "msg_Z0000000010000000000000000",
        ] {
            #expect(withExactBytes(Array(text.utf8)) { MessageID($0) } == nil, "\(text)")
        }
    }

    @Test("A connection's id says its loop, is never given twice, and is written as conn_ and 13 digits")
    func connections() {
        var loops = [0, 5, ConnectionID.loopLimit - 1].map { ConnectionIDGenerator(loop: $0) }
        var seen: Set<ConnectionID> = []
        for _ in 0..<100 {
            for index in loops.indices {
                let id = loops[index].next()
                #expect(id.loop == [0, 5, ConnectionID.loopLimit - 1][index])
                #expect(seen.insert(id).inserted)
            }
        }
        var last = ConnectionIDGenerator(loop: 3, startingAt: 1 << 54 - 1)
        let (first, second) = (last.next(), last.next())
        #expect(first.loop == 3)
        #expect(second.description == "conn_01G0000000001")
    }
}
