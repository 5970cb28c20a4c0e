import Testing

@testable import Realtime

@Suite("Broadcast frame")
struct BroadcastFrameTests {
    private func frame(_ text: String) -> BroadcastFrame {
        BroadcastFrame(Array(text.utf8).withUnsafeBytes { WebSocketFrame.shared(.text, $0) })
    }

    /// Whether these are the same bytes in memory.
    private func same(_ left: SharedBytes, _ right: SharedBytes) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { left.baseAddress == $0.baseAddress } }
    }

    private func isCompressed(_ bytes: SharedBytes) -> Bool {
        bytes.withUnsafeBytes { $0[0] & 0x40 != 0 }
    }

    private let long = String(repeating: "the same again and again ", count: 100)

    @Test("connections without compression get the frame itself, and nothing is compressed for them")
    func plain() {
        var frame = frame(long)
        for _ in 0..<3 { #expect(same(frame.bytes(for: nil), frame.plain)) }
    }

    @Test("it is compressed once, and all who take it get the same memory")
    func once() {
        var frame = frame(long)
        let deflater = MessageDeflater()
        let first = frame.bytes(for: deflater)
        #expect(isCompressed(first) && first.count < frame.plain.count)
        #expect(same(frame.bytes(for: deflater), first))
        #expect(same(frame.bytes(for: MessageDeflater()), first))
        #expect(same(frame.bytes(for: nil), frame.plain))
    }

    @Test("what does not become smaller is not tried again")
    func notWorthIt() {
        var frame = frame("short")
        #expect(same(frame.bytes(for: MessageDeflater()), frame.plain))
        #expect(same(frame.bytes(for: MessageDeflater(settings: .init(threshold: 0))), frame.plain))
    }

    @Test("a connection with context of its own gets the plain frame")
    func ownContext() {
        var frame = frame(long)
        #expect(same(frame.bytes(for: MessageDeflater(keepsContext: true)), frame.plain))
        #expect(isCompressed(frame.bytes(for: MessageDeflater())))
    }

    @Test("a peer with a smaller window than it was compressed for gets the plain frame")
    func windows() {
        var large = frame(long)
        #expect(isCompressed(large.bytes(for: MessageDeflater(windowBits: 15))))
        #expect(same(large.bytes(for: MessageDeflater(windowBits: 10)), large.plain))
        var small = frame(long)
        let first = small.bytes(for: MessageDeflater(windowBits: 10))
        #expect(isCompressed(first))
        #expect(same(small.bytes(for: MessageDeflater(windowBits: 15)), first))
    }

    @Test("what is inflated again is the message", arguments: [10, 15])
    func roundTrip(windowBits: Int) throws {
        var frame = frame(long)
        let bytes = frame.bytes(for: MessageDeflater(windowBits: windowBits))
        let inflated = try bytes.withUnsafeBytes { bytes in
            try MessageInflater().inflate(WebSocketFrame.payload(of: bytes), limit: 1 << 20)
        }
        #expect(String(decoding: inflated.buffer.unsafeBytes, as: UTF8.self) == long)
    }
}
