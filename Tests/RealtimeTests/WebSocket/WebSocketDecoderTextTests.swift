import Testing

@testable import Realtime

@Suite("WebSocket decoder: text")
struct WebSocketDecoderTextTests {
    @Test("broken text in a whole frame fails with 1007")
    func wholeFrame() {
        #expect(decode(clientFrame(.text, [0x61, 0xFF])) == [.failure(.invalidText)])
        #expect(WebSocketFailure.invalidText.closeCode == .invalidPayload)
    }

    @Test("binary messages may hold anything")
    func binary() {
        #expect(decode(clientFrame(.binary, [0xFF, 0xC0])) == [.binary([0xFF, 0xC0])])
    }

    @Test("a message may not end inside a character")
    func endsInside() {
        #expect(decode(clientFrame(.text, [0x61, 0xC3])) == [.failure(.invalidText)])
    }

    @Test("a character may be cut between fragments, with control frames in between")
    func characterAcrossFragments() {
        let euro = Array("€".utf8)
        let stream =
            clientFrame(.text, [euro[0]], final: false) + clientFrame(.ping)
            + clientFrame(.continuation, [euro[1]], final: false) + clientFrame(.continuation, [euro[2]])
        #expect(decode(stream) == [.ping([]), .text("€")])
    }

    @Test("a fragment that can't be the beginning of text fails before the message ends")
    func brokenFragment() {
        var reader = WebSocketTestReader()
        reader.read(clientFrame(.text, "κόσμε", final: false))
        #expect(reader.seen == [])
        reader.read(clientFrame(.continuation, [0xF4, 0x90, 0x80, 0x80], final: false))
        #expect(reader.seen == [.failure(.invalidText)])
    }

    @Test("the second half of a character fails in the fragment where it turns out wrong")
    func brokenAcrossFragments() {
        var reader = WebSocketTestReader()
        reader.read(clientFrame(.text, [0x61, 0xF4], final: false))
        #expect(reader.seen == [])
        reader.read(clientFrame(.continuation, [0x90], final: false))
        #expect(reader.seen == [.failure(.invalidText)])
    }

    @Test("a character that plain ASCII interrupts fails there, not at the end of the message")
    func interruptedByASCII() {
        var reader = WebSocketTestReader()
        reader.read(clientFrame(.text, [0xC3], final: false))
        reader.read(clientFrame(.continuation, "a", final: false))
        #expect(reader.seen == [.failure(.invalidText)])
    }

    @Test("a bad byte fails as soon as it is there, before the rest of its frame")
    func midFrame() {
        let frame = clientFrame(.text, Array("κόσμε".utf8) + [0xF4, 0x90, 0x80, 0x80] + Array("edited".utf8))
        let bad = 6 + "κόσμε".utf8.count + 2  // header, greeting, F4 90
        var reader = WebSocketTestReader()
        reader.read(frame[..<(bad - 1)])
        #expect(reader.seen == [])
        reader.read(frame[(bad - 1)..<bad])
        #expect(reader.seen == [.failure(.invalidText)])
    }
}

@Suite("WebSocket decoder: bounds and memory")
struct WebSocketDecoderBoundsTests {
    @Test("a decoder with nothing under way is small")
    func size() {
        #expect(MemoryLayout<WebSocketDecoder>.size <= 16)
    }

    @Test("a whole message is reported in place, and leaves nothing behind")
    func inPlace() throws {
        var memory = clientFrame(.text, "in place")
        var decoder = WebSocketDecoder()
        var span = memory.mutableSpan
        var offset = 0
        let event = try #require(decoder.next(in: &span, from: &offset))
        guard case .message(.text, .input(let range)) = event else {
            Issue.record("the message was copied")
            return
        }
        #expect(range == 6..<14)
        let isIdle = decoder.isIdle
        #expect(isIdle)
    }

    @Test("a payload that is whole is reported in place even where its header was cut")
    func inPlaceAfterCutHeader() {
        let frame = clientFrame(.text, "in place")
        var decoder = WebSocketDecoder()
        var head = Array(frame[..<3])
        var headSpan = head.mutableSpan
        var offset = 0
        let nothing = decoder.next(in: &headSpan, from: &offset)
        #expect(nothing == nil)
        let isIdleInside = decoder.isIdle
        #expect(!isIdleInside)

        var rest = Array(frame[3...])
        var restSpan = rest.mutableSpan
        offset = 0
        guard case .message(.text, .input(3..<11)) = decoder.next(in: &restSpan, from: &offset) else {
            Issue.record("the message was copied")
            return
        }
        let isIdle = decoder.isIdle
        #expect(isIdle)
    }

    @Test("once a message that came in pieces is reported, nothing is held for it")
    func idleAfterAssembly() {
        var reader = WebSocketTestReader()
        let stream =
            clientFrame(.text, "Hel", final: false) + clientFrame(.ping, "p")
            + clientFrame(.continuation, "lo")
        for byte in stream { reader.read([byte]) }
        #expect(reader.seen == [.ping([0x70]), .text("Hello")])
        let isIdle = reader.decoder.isIdle
        #expect(isIdle)
    }

    @Test("a held payload stays as it was while the decoder goes on")
    func heldPayloadLives() throws {
        var decoder = WebSocketDecoder()
        var memory =
            clientFrame(.text, "one", final: false) + clientFrame(.continuation, "!")
            + clientFrame(.text, "two", final: false) + clientFrame(.continuation, "!")
        var span = memory.mutableSpan
        var offset = 0
        let first = try #require(decoder.next(in: &span, from: &offset))
        let second = try #require(decoder.next(in: &span, from: &offset))
        guard case .message(_, .held(let one)) = first, case .message(_, .held(let two)) = second else {
            Issue.record("fragments were not assembled")
            return
        }
        #expect(one.buffer.array == Array("one!".utf8))
        #expect(two.buffer.array == Array("two!".utf8))
    }

    @Test("a frame that announces too much fails before its payload comes")
    func announcedTooBig() {
        let frame = clientFrame(.binary, [UInt8](repeating: 1, count: 201))
        #expect(decode(Array(frame[..<8]), limit: 200) == [.failure(.messageTooBig)])
        #expect(decode(clientFrame(.binary, [UInt8](repeating: 1, count: 200)), limit: 200).count == 1)
        let huge: [UInt8] = [0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
        #expect(decode(huge, limit: .max) == [.failure(.messageTooBig)])
        #expect(WebSocketFailure.messageTooBig.closeCode == .messageTooBig)
    }

    @Test("fragments are counted together")
    func assembledTooBig() {
        let stream =
            clientFrame(.binary, [UInt8](repeating: 1, count: 100), final: false)
            + clientFrame(.continuation, [UInt8](repeating: 2, count: 100), final: false)
        #expect(decode(stream, limit: 200) == [])
        #expect(decode(stream + clientFrame(.continuation, [3]), limit: 200) == [.failure(.messageTooBig)])
        #expect(decode(stream + clientFrame(.continuation, []), limit: 200).count == 1)
    }

    @Test("65,536 fragments make one message")
    func manyFragments() {
        let fragment = clientFrame(.continuation, [0x2A], final: false)
        var stream = clientFrame(.binary, [0x2A], final: false)
        for _ in 0..<65534 { stream += fragment }
        stream += clientFrame(.continuation, [0x2A])
        #expect(decode(stream) == [.binary([UInt8](repeating: 0x2A, count: 65536))])
    }
}
