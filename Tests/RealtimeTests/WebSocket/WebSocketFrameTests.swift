import Testing

@testable import Realtime

@Suite("WebSocket frames as they are written")
struct WebSocketFrameTests {
    private func frame(
        _ kind: WebSocketMessageKind, _ bytes: [UInt8], deflater: MessageDeflater? = nil
    ) -> [UInt8] {
        var buffer = ByteBuffer()
        bytes.withUnsafeBytes { WebSocketFrame.appendMessage(kind, $0, deflater: deflater, to: &buffer) }
        return buffer.array
    }

    @Test("a server's frame is a header and the payload as it is")
    func plain() {
        #expect(frame(.text, Array("Hello".utf8)) == [0x81, 0x05] + Array("Hello".utf8))
        #expect(frame(.binary, []) == [0x82, 0x00])
    }

    @Test(
        "lengths take their shortest form",
        arguments: [
            (125, [0x82, 125]), (126, [0x82, 126, 0, 126]), (65535, [0x82, 126, 0xFF, 0xFF]),
            (65536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]),
        ] as [(Int, [UInt8])])
    func lengths(size: Int, header: [UInt8]) {
        let payload = [UInt8](repeating: 0x61, count: size)
        #expect(frame(.binary, payload) == header + payload)
    }

    @Test("a client's frame is masked as in the RFC's sample")
    func masked() {
        #expect(
            clientFrame(.text, Array("Hello".utf8), key: UInt32(littleEndian: 0x3D21_FA37))
                == [0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58])
    }

    @Test("masking twice gives back what was there, at every length and any cut")
    func maskIsItsOwnInverse() {
        var random = SeededGenerator(seed: 4)
        for size in 0..<70 {
            let bytes = random.bytes(size)
            let key = UInt32.random(in: 0 ... .max, using: &random)
            var whole = bytes
            whole.withUnsafeMutableBytes { _ = WebSocketMask.apply(key, to: $0) }
            let keyBytes = withUnsafeBytes(of: key) { Array($0) }
            #expect(whole == bytes.indices.map { bytes[$0] ^ keyBytes[$0 % 4] })
            let cut = Int.random(in: 0...size, using: &random)
            whole.withUnsafeMutableBytes {
                _ = WebSocketMask.apply(key, to: UnsafeMutableRawBufferPointer(rebasing: $0[..<cut]))
                _ = WebSocketMask.apply(
                    WebSocketMask.rotate(key, by: cut),
                    to: UnsafeMutableRawBufferPointer(rebasing: $0[cut...]))
            }
            #expect(whole == bytes)
        }
    }

    @Test("unmasking tells whether there is anything above ASCII, wherever it is")
    func maskSeesNonASCII() {
        for size in 1..<40 {
            var ascii = [UInt8](repeating: 0x7F, count: size)
            #expect(ascii.withUnsafeMutableBytes { WebSocketMask.apply(0, to: $0) } == false)
            for index in 0..<size {
                var bytes = ascii
                bytes[index] = 0x80
                #expect(bytes.withUnsafeMutableBytes { WebSocketMask.apply(0, to: $0) })
            }
        }
    }

    @Test("a shared frame holds the same bytes as one written for a connection")
    func shared() {
        for size in [0, 5, 126, 70_000] {
            let payload = [UInt8](repeating: 0x61, count: size)
            let shared = payload.withUnsafeBytes { WebSocketFrame.shared(.text, $0) }
            #expect(shared.withUnsafeBytes { Array($0) } == frame(.text, payload))
        }
    }

    @Test("a message worth it is compressed, alone and shared")
    func compressed() throws {
        let message = [UInt8](repeating: 0x61, count: 5000)
        let deflater = MessageDeflater()
        let written = frame(.text, message, deflater: deflater)
        #expect(written[0] == 0xC1)
        #expect(
            decode(written, role: .client, inflater: MessageInflater())
                == [.text(String(repeating: "a", count: 5000))])
        let shared = message.withUnsafeBytes { WebSocketFrame.shared(.text, $0, compressedBy: deflater) }
        #expect(try #require(shared).withUnsafeBytes { Array($0) } == written)
    }

    @Test("a message not worth it goes plain")
    func notCompressed() {
        let message = Array("short".utf8)
        #expect(frame(.text, message, deflater: MessageDeflater()) == frame(.text, message))
        #expect(
            message.withUnsafeBytes { WebSocketFrame.shared(.text, $0, compressedBy: MessageDeflater()) }
                == nil)
    }

    @Test("a Close frame has the code and the reason, or nothing")
    func close() {
        var buffer = ByteBuffer()
        WebSocketFrame.appendClose(.goingAway, reason: "bye", to: &buffer)
        #expect(buffer.array == [0x88, 5, 0x03, 0xE9] + Array("bye".utf8))
        buffer.clear()
        WebSocketFrame.appendClose(nil, to: &buffer)
        #expect(buffer.array == [0x88, 0])
    }

    @Test("a reason that is too long is cut between characters")
    func longReason() {
        var buffer = ByteBuffer()
        WebSocketFrame.appendClose(.normal, reason: String(repeating: "€", count: 100), to: &buffer)
        #expect(
            decode(buffer.array, role: .client) == [.close(1000, String(repeating: "€", count: 41))])
    }
}
