import Testing

@testable import Realtime

@Suite("Inbound queue")
struct InboundQueueTests {
    private var queue = InboundQueue()

    private mutating func append(_ text: String) {
        Array(text.utf8).withUnsafeBytes { queue.append($0, isText: true) }
    }

    @Test("what came first is first")
    mutating func order() {
        for number in 0..<10 { append("\(number)") }
        var texts: [String] = []
        while let message = queue.popFirst() { texts += [message.bytes].texts }
        #expect(texts == (0..<10).map { "\($0)" })
        #expect(queue.isEmpty)
    }

    @Test("it is full with 64 messages")
    mutating func count() {
        for _ in 0..<63 { append("x") }
        #expect(!queue.isFull)
        append("x")
        #expect(queue.isFull)
        _ = queue.popFirst()
        #expect(!queue.isFull)
    }

    @Test("it is full with 64 KiB")
    mutating func bytes() {
        append(String(repeating: "x", count: 65_535))
        #expect(!queue.isFull)
        append("x")
        #expect(queue.isFull)
        _ = queue.popFirst()
        #expect(!queue.isFull)
    }

    @Test("it knows what came as text and what did not")
    mutating func kinds() {
        [1, 2].withUnsafeBytes { queue.append($0, isText: false) }
        append("x")
        #expect(queue.popFirst()?.isText == false)
        #expect(queue.popFirst()?.isText == true)
    }

    @Test("what one read inflates to may be too much even so")
    mutating func overfull() {
        let large = String(repeating: "x", count: 64 << 10)
        for _ in 0..<64 { append(large) }
        #expect(!queue.isOverfull)
        append("x")
        #expect(queue.isOverfull)
    }

    @Test("emptied, it has room again")
    mutating func emptied() {
        append(String(repeating: "x", count: 100_000))
        #expect(queue.isFull && !queue.isEmpty)
        queue.removeAll()
        #expect(!queue.isFull && queue.isEmpty)
        #expect(queue.popFirst() == nil)
    }
}
