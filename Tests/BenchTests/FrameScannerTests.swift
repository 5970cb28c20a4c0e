import Testing

@testable import realtime_bench

@Suite("Frames from the server")
struct FrameScannerTests {
    private func scan(_ bytes: [UInt8], from start: Int = 0) throws(WireViolation) -> ServerFrame? {
        try bytes.span.withUnsafeBytes { raw throws(WireViolation) in
            try FrameScanner.next(in: raw, from: start, longest: 100_000)
        }
    }

    private func frame(_ first: UInt8, _ count: Int) -> [UInt8] {
        let length: [UInt8] =
            count < 126
            ? [UInt8(count)]
            : count < 65536
                ? [126, UInt8(count >> 8), UInt8(count & 0xFF)]
                : [127, 0, 0, 0, 0, 0, UInt8(count >> 16), UInt8(count >> 8 & 0xFF), UInt8(count & 0xFF)]
        return [first] + length + [UInt8](repeating: 0x61, count: count)
    }

    @Test("a whole frame is found by its payload", arguments: [0, 1, 125, 126, 127, 65535, 65536])
    func whole(count: Int) throws {
        let header = count < 126 ? 2 : count < 65536 ? 4 : 10
        let found = try scan(frame(0x81, count))
        #expect(found == ServerFrame(kind: .text, payload: header..<header + count))
    }

    @Test("a frame that is cut anywhere is not there yet", arguments: [0, 5, 126, 65536])
    func cut(count: Int) throws {
        let bytes = frame(0x82, count)
        let cuts = count < 1000 ? Array(0..<bytes.count) : Array(0..<20) + [bytes.count - 1]
        for cut in cuts { #expect(try scan(Array(bytes[..<cut])) == nil) }
    }

    @Test("frames are read one after the other")
    func sequence() throws {
        let bytes = frame(0x81, 3) + frame(0x89, 0) + frame(0x82, 1)
        var offset = 0
        var kinds: [ServerFrame.Kind] = []
        while let next = try scan(bytes, from: offset) {
            kinds.append(next.kind)
            offset = next.end
        }
        #expect(kinds == [.text, .ping, .binary])
        #expect(offset == bytes.count)
    }

    @Test(
        "what a server may not send is named",
        arguments: [
            ([0xC1, 0], WireViolation.reservedBits),
            ([0x83, 0], .unknownOpcode),
            ([0x81, 0x80], .masked),
            ([0x01, 0], .fragmented),
            ([0x80, 0], .fragmented),
            ([0x89, 126, 0, 126], .longControl),
            ([0x81, 126, 0, 125], .lengthNotMinimal),
            ([0x81, 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF], .lengthNotMinimal),
            ([0x81, 127, 0, 0, 0, 0, 0, 2, 0, 0], .tooLong),
            ([0x81, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], .tooLong),
        ] as [([UInt8], WireViolation)])
    func violations(bytes: [UInt8], violation: WireViolation) {
        #expect(throws: violation) { try scan(bytes) }
    }
}
