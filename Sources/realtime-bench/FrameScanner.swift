/// One frame that the server sent, as ranges of the bytes that were scanned.
struct ServerFrame: Equatable {
    enum Kind: UInt8 {
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10
    }

    let kind: Kind
    let payload: Range<Int>

    /// The offset of the byte after the frame.
    var end: Int { payload.upperBound }
}

/// Why the bytes are not what a server may send to this client.
enum WireViolation: String, Error {
    case reservedBits = "reserved bits are set without an extension"
    case unknownOpcode = "the opcode is not one of RFC 6455"
    case masked = "the server masked a frame"
    case fragmented = "a message came in fragments, which no benchmark asks for"
    case longControl = "a control frame is longer than 125 bytes"
    case lengthNotMinimal = "the length is not in its shortest form"
    case tooLong = "a frame is longer than the generator's read buffer"
}

/// Reads server frames (RFC 6455, section 5.2) from the front of a run of bytes.
///
/// Written apart from the server's parser on purpose: what both get wrong the same way nobody notices.
enum FrameScanner {
    /// The frame that begins at `start`, or nil when it is not all there yet.
    static func next(
        in bytes: UnsafeRawBufferPointer, from start: Int, longest: Int
    ) throws(WireViolation) -> ServerFrame? {
        guard bytes.count - start >= 2 else { return nil }
        let first = bytes[start]
        let second = bytes[start + 1]
        if first & 0x70 != 0 { throw .reservedBits }
        let opcode = first & 0x0F
        if opcode == 0 { throw .fragmented }
        guard let kind = ServerFrame.Kind(rawValue: opcode) else { throw .unknownOpcode }
        if first & 0x80 == 0 { throw .fragmented }
        if second & 0x80 != 0 { throw .masked }

        var length = Int(second)
        var header = 2
        if length == 126 {
            header = 4
            guard bytes.count - start >= header else { return nil }
            length = Int(bytes[start + 2]) << 8 | Int(bytes[start + 3])
            if length < 126 { throw .lengthNotMinimal }
        } else if length == 127 {
            header = 10
            guard bytes.count - start >= header else { return nil }
            var wide: UInt64 = 0
            for offset in 2..<10 { wide = wide << 8 | UInt64(bytes[start + offset]) }
            if wide < 65536 { throw .lengthNotMinimal }
            if wide > UInt64(longest) { throw .tooLong }
            length = Int(wide)
        }
        if opcode >= 8, length > 125 { throw .longControl }
        if length + header > longest { throw .tooLong }
        guard bytes.count - start >= header + length else { return nil }
        return ServerFrame(kind: kind, payload: start + header..<start + header + length)
    }
}
