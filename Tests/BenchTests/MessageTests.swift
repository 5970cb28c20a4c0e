import Testing

@testable import realtime_bench

@Suite("Prepared messages")
struct MessageTests {
    /// Undoes the mask of a whole client frame and returns its payload.
    private func unmask(_ frame: UnsafeRawBufferPointer) -> [UInt8] {
        let header = frame[1] & 0x7F == 126 ? 4 : 2
        let key = Array(frame[header..<header + 4])
        return frame[(header + 4)...].enumerated().map { $1 ^ key[$0 & 3] }
    }

    @Test(
        "a frame is masked, final text of the asked size with room and tag in place",
        arguments: [90, 200, 4000])
    func frame(size: Int) {
        let template = MessageTemplate(pattern: #"{"r":"{room}","bench":"{tag}","pad":"{pad}"}"#, size: size)
        let frame = template.frame(Tag(stream: 0xAB, counter: 0x1234_5678), room: 0xDEAD_BEEF)
        let payload = unmask(frame)
        #expect(frame[0] == 0x81)
        #expect(frame[1] & 0x80 != 0)
        #expect(payload.count == size)
        let text = String(decoding: payload, as: UTF8.self)
        #expect(text.hasPrefix(#"{"r":"deadbeef","bench":"000000ab12345678","pad":"abc"#))
        #expect(text.hasSuffix(#""}"#))
        #expect(template.dataEnd == size)
    }

    @Test("only the very message that was sent matches")
    func matches() {
        let template = MessageTemplate(pattern: Dialect.echo, size: 200)
        let tag = Tag(stream: 1, counter: 2)
        var echoed = unmask(template.frame(tag, room: 0))
        _ = template.frame(Tag(stream: 1, counter: 3), room: 0)
        #expect(echoed.withUnsafeBytes { template.matches($0, tag) })
        #expect(!echoed.withUnsafeBytes { template.matches($0, Tag(stream: 1, counter: 3)) })
        #expect(!echoed.dropLast().withUnsafeBytes { template.matches($0, tag) })
        echoed[150] ^= 1
        #expect(!echoed.withUnsafeBytes { template.matches($0, tag) })
    }

    @Test("tags survive the wire", arguments: [0, 1, 0x0123_4567, 0x89AB_CDEF, UInt32.max])
    func tags(value: UInt32) {
        let tag = Tag(stream: value, counter: ~value)
        var digits = [UInt8](repeating: 0, count: Tag.width)
        digits.withUnsafeMutableBytes { tag.write(to: $0.baseAddress!) }
        #expect(digits.withUnsafeBytes { Tag($0.baseAddress!) } == tag)
    }

    @Test("what is no lower-case hex digit makes no tag", arguments: Array("/:`gAF ".utf8))
    func badDigit(digit: UInt8) {
        for position in 0..<Tag.width {
            var digits = [UInt8](repeating: 0x30, count: Tag.width)
            digits[position] = digit
            #expect(digits.withUnsafeBytes { Tag($0.baseAddress!) } == nil)
        }
    }

    @Test("client frames have the shortest length", arguments: [(125, 6), (126, 8), (65535, 8), (65536, 14)])
    func header(count: Int, header: Int) {
        #expect(ClientFrame.header(opcode: 1, payloadCount: count).count == header)
    }

    @Test("the messages of every dialect fit into 200 bytes and end their data where they say")
    func dialects() {
        for dialect in [Dialect.plain(deliversToSender: false), .realtime, .centrifuge] {
            #expect(MessageTemplate.leastSize(of: dialect.publish) <= 200)
            let template = MessageTemplate(pattern: dialect.publish, size: 200)
            let text = String(decoding: template.plain, as: UTF8.self)
            #expect(String(decoding: template.plain[..<template.dataEnd], as: UTF8.self).hasSuffix(#""}"#))
            #expect(text.dropFirst(template.dataEnd).allSatisfy { $0 == "}" })
        }
    }
}
