import Testing

@testable import Realtime

@Suite("WebSocket decoder: the rules of RFC 6455")
struct WebSocketDecoderRuleTests {
    @Test(
        "the RFC's own samples are read",
        arguments: [
            ([0x81, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58], .text("Hello")),
            ([0x8A, 0x85, 0x37, 0xFA, 0x21, 0x3D, 0x7F, 0x9F, 0x4D, 0x51, 0x58], .pong(Array("Hello".utf8))),
        ] as [([UInt8], SeenEvent)])
    func samples(stream: [UInt8], event: SeenEvent) {
        #expect(decode(stream) == [event])
    }

    @Test(
        "payloads around each form of the length come through",
        arguments: [0, 1, 125, 126, 127, 65535, 65536])
    func lengths(size: Int) {
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        #expect(decode(clientFrame(.binary, payload)) == [.binary(payload)])
    }

    @Test("each reserved bit is a protocol error", arguments: [0x10, 0x20, 0x40] as [UInt8])
    func reservedBits(bit: UInt8) {
        var frame = clientFrame(.text, "x")
        frame[0] |= bit
        #expect(decode(frame) == [.failure(.reservedBits)])
    }

    @Test(
        "each reserved opcode is a protocol error", arguments: [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] as [UInt8])
    func reservedOpcodes(opcode: UInt8) {
        #expect(decode([0x80 | opcode, 0x80, 0, 0, 0, 0]) == [.failure(.reservedOpcode)])
    }

    @Test(
        "a fragmented control frame is a protocol error",
        arguments: [.ping, .pong, .close] as [WebSocketOpcode])
    func fragmentedControl(opcode: WebSocketOpcode) {
        #expect(decode(clientFrame(opcode, final: false)) == [.failure(.fragmentedControlFrame)])
    }

    @Test("a control frame may have 125 bytes and no more")
    func controlLength() {
        let longest = [UInt8](repeating: 0x2A, count: 125)
        #expect(decode(clientFrame(.ping, longest)) == [.ping(longest)])
        #expect(decode([0x89, 0xFE, 0, 126, 0, 0, 0, 0]) == [.failure(.controlFrameTooLong)])
        #expect(decode([0x89, 0xFF]) == [.failure(.controlFrameTooLong)])
    }

    @Test("a client has to mask, even where there is nothing to mask")
    func masksDemanded() {
        #expect(decode([0x81, 0x01, 0x41]) == [.failure(.unmaskedFrame)])
        #expect(decode([0x89, 0x00]) == [.failure(.unmaskedFrame)])
    }

    @Test("a server may not mask")
    func masksRefused() {
        #expect(decode(clientFrame(.text, "x"), role: .client) == [.failure(.maskedFrame)])
        #expect(decode([0x81, 0x02, 0xC3, 0xBC], role: .client) == [.text("ü")])
        #expect(decode([0x81, 0x01, 0xFF], role: .client) == [.failure(.invalidText)])
    }

    @Test(
        "lengths have to be in their shortest form",
        arguments: [
            [0x82, 0xFE, 0, 125], [0x82, 0xFE, 0, 0], [0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF],
        ] as [[UInt8]])
    func minimalLengths(header: [UInt8]) {
        #expect(decode(header + [0, 0, 0, 0]) == [.failure(.lengthNotMinimal)])
    }

    @Test("a length of 64 bits is no length")
    func topBit() {
        let header: [UInt8] = [0x82, 0xFF, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        #expect(decode(header) == [.failure(.lengthTooLarge)])
    }

    @Test("a continuation needs a message to continue")
    func nothingToContinue() {
        #expect(decode(clientFrame(.continuation, "x")) == [.failure(.nothingToContinue)])
        let afterEnd =
            clientFrame(.text, "a", final: false) + clientFrame(.continuation, "b")
            + clientFrame(.continuation, "c")
        #expect(decode(afterEnd) == [.text("ab"), .failure(.nothingToContinue)])
    }

    @Test("a message may not begin inside another")
    func interrupted() {
        let stream = clientFrame(.text, "a", final: false) + clientFrame(.text, "b")
        #expect(decode(stream) == [.failure(.messageInterrupted)])
    }

    @Test("control frames come through between fragments")
    func interleavedControl() {
        let stream =
            clientFrame(.text, "Hel", final: false) + clientFrame(.ping, "are you there")
            + clientFrame(.continuation, "lo, ", final: false) + clientFrame(.pong, "")
            + clientFrame(.continuation, "world")
        #expect(decode(stream) == [.ping(Array("are you there".utf8)), .pong([]), .text("Hello, world")])
    }

    @Test("fragments may be empty, the first, the last or all of them")
    func emptyFragments() {
        let none = clientFrame(.text, "", final: false) + clientFrame(.continuation, "")
        #expect(decode(none) == [.text("")])
        let last = clientFrame(.binary, "x", final: false) + clientFrame(.continuation, "")
        #expect(decode(last) == [.binary([0x78])])
        let first = clientFrame(.binary, "", final: false) + clientFrame(.continuation, "x")
        #expect(decode(first) == [.binary([0x78])])
    }

    @Test("what came whole before a broken frame is reported first")
    func earlierMessageFirst() {
        let broken = [0xF1, 0x80] as [UInt8]
        #expect(
            decode(clientFrame(.text, "first") + clientFrame(.ping) + broken + clientFrame(.text, "after"))
                == [.text("first"), .ping([]), .failure(.reservedBits)])
    }

    @Test("a failure is reported once, and nothing after it is read")
    func failureIsFinal() {
        var reader = WebSocketTestReader()
        reader.read(clientFrame(.continuation, "x") + clientFrame(.text, "y"))
        reader.read(clientFrame(.text, "z"))
        #expect(reader.seen == [.failure(.nothingToContinue)])
        let isFinished = reader.decoder.isFinished
        #expect(isFinished)
    }
}

@Suite("WebSocket decoder: Close frames")
struct WebSocketDecoderCloseTests {
    @Test("a Close frame may be empty, or have a code, or a code and a reason")
    func forms() {
        #expect(decode(clientFrame(.close)) == [.close(nil, "")])
        #expect(decode(clientClose(1000)) == [.close(1000, "")])
        #expect(decode(clientClose(1001, Array("tschüß".utf8))) == [.close(1001, "tschüß")])
    }

    @Test(
        "registered, library and application codes are taken",
        arguments: [
            1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
        ] as [UInt16])
    func validCodes(code: UInt16) {
        #expect(decode(clientClose(code)) == [.close(code, "")])
    }

    @Test(
        "codes that may not be sent are a protocol error",
        arguments: [
            0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
        ] as [UInt16])
    func invalidCodes(code: UInt16) {
        #expect(decode(clientClose(code)) == [.failure(.invalidCloseCode)])
        #expect(WebSocketFailure.invalidCloseCode.closeCode == .protocolError)
    }

    @Test("a payload of one byte is a protocol error")
    func oneByte() {
        #expect(decode(clientFrame(.close, [3])) == [.failure(.invalidClosePayload)])
    }

    @Test("a reason that is not UTF-8 fails with 1007")
    func brokenReason() {
        #expect(decode(clientClose(1000, [0xCE, 0xBA, 0xE1])) == [.failure(.invalidCloseReason)])
        #expect(WebSocketFailure.invalidCloseReason.closeCode == .invalidPayload)
    }

    @Test("what follows a Close frame is not read")
    func nothingAfterClose() {
        var reader = WebSocketTestReader()
        reader.read(clientClose(1000) + clientFrame(.ping) + [0xFF, 0xFF])
        reader.read(clientFrame(.text, "late"))
        #expect(reader.seen == [.close(1000, "")])
    }
}
