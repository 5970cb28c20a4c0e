import Glibc

/// A client frame that is masked once and then only gets its few changing digits written into it.
///
/// The pattern's placeholders are `{room}` (eight hex digits), `{tag}` (a `Tag`) and `{pad}` (what fills
/// the message up to its size). It owns its two pieces of memory; one thread uses it.
final class MessageTemplate {
    /// The payload as the server sees it after unmasking, with the digits of the latest `frame(…)`.
    let plain: UnsafeMutableRawBufferPointer
    private let masked: UnsafeMutableRawBufferPointer
    private let headerCount: Int
    private let roomOffset: Int?
    let tagOffset: Int
    /// Where the padding and the two characters that close `data` after it end.
    let dataEnd: Int

    /// `size` is at least the pattern's `leastSize`.
    init(pattern: String, size: Int) {
        let padding = size - Self.leastSize(of: pattern)
        precondition(padding >= 0, "the message is too small for its pattern")
        let expanded = Self.expand(pattern, padding: padding)
        roomOffset = expanded.room
        tagOffset = expanded.tag
        dataEnd = expanded.padEnd + Dialect.ending.utf8.count
        plain = .allocate(byteCount: size, alignment: 8)
        plain.copyBytes(from: expanded.bytes)

        let header = ClientFrame.header(opcode: 1, payloadCount: size)
        headerCount = header.count
        masked = .allocate(byteCount: header.count + size, alignment: 8)
        masked.copyBytes(from: header)
        for index in 0..<size {
            masked[headerCount + index] = plain[index] ^ ClientFrame.maskKey[index & 3]
        }
    }

    deinit {
        plain.deallocate()
        masked.deallocate()
    }

    /// The masked frame with this tag and room; good until the next call.
    func frame(_ tag: Tag, room: UInt32) -> UnsafeRawBufferPointer {
        setPlain(tag)
        remask(tagOffset, Tag.width)
        if let roomOffset {
            Hex.write(room, to: plain.baseAddress! + roomOffset)
            remask(roomOffset, 8)
        }
        return UnsafeRawBufferPointer(masked)
    }

    /// Whether the payload is exactly what was sent with this tag.
    func matches(_ payload: UnsafeRawBufferPointer, _ tag: Tag) -> Bool {
        guard payload.count == plain.count else { return false }
        setPlain(tag)
        return memcmp(payload.baseAddress!, plain.baseAddress!, payload.count) == 0
    }

    private func setPlain(_ tag: Tag) {
        tag.write(to: plain.baseAddress! + tagOffset)
    }

    private func remask(_ offset: Int, _ count: Int) {
        ClientFrame.maskKey.withUnsafeBufferPointer { key in
            for index in offset..<offset + count {
                masked[headerCount + index] = plain[index] ^ key[index & 3]
            }
        }
    }

    /// How many bytes the pattern takes without padding.
    static func leastSize(of pattern: String) -> Int {
        expand(pattern, padding: 0).bytes.count
    }

    private static func expand(
        _ pattern: String, padding: Int
    ) -> (bytes: [UInt8], room: Int?, tag: Int, padEnd: Int) {
        var bytes: [UInt8] = []
        var room: Int?
        var tag = 0
        var padEnd = 0
        var rest = Substring(pattern)
        while let character = rest.first {
            if rest.hasPrefix("{room}") {
                room = bytes.count
                bytes += [UInt8](repeating: 0x30, count: 8)
                rest.removeFirst(6)
            } else if rest.hasPrefix("{tag}") {
                tag = bytes.count
                bytes += [UInt8](repeating: 0x30, count: Tag.width)
                rest.removeFirst(5)
            } else if rest.hasPrefix("{pad}") {
                bytes += (0..<padding).map { 0x61 + UInt8($0 % 26) }
                padEnd = bytes.count
                rest.removeFirst(5)
            } else {
                bytes += Array(String(character).utf8)
                rest.removeFirst()
            }
        }
        return (bytes, room, tag, padEnd)
    }
}
