/// What a frame is (RFC 6455, section 5.2).
enum WebSocketOpcode: UInt8 {
    case continuation = 0x0
    case text = 0x1
    case binary = 0x2
    case close = 0x8
    case ping = 0x9
    case pong = 0xA

    var isControl: Bool { rawValue & 0x8 != 0 }
}

/// Which end of the connection this is: clients mask what they send, servers do not.
enum WebSocketRole: Equatable, Sendable {
    case server
    case client
}

/// The 2 to 14 bytes in front of a frame's payload, read and checked.
struct WebSocketFrameHeader: Equatable {
    static let longest = 14

    let opcode: WebSocketOpcode
    let isFinal: Bool
    /// RSV1: a message compressed by permessage-deflate begins here.
    let isCompressed: Bool
    let payloadLength: UInt64
    /// The four mask bytes in the order of memory; zero where the frame is not masked.
    let maskingKey: UInt32
    /// Bytes taken by the header itself.
    let size: Int

    /// What the next frame is allowed to be.
    struct Expectation {
        let role: WebSocketRole
        let allowsCompression: Bool
        let isInsideMessage: Bool
    }

    /// Reads the header at the start of `bytes`; nil means that more bytes are needed.
    ///
    /// Each byte is judged as soon as it is there and in order, so a peer that breaks a rule is told of
    /// the same one however its bytes were cut.
    static func parse(
        _ bytes: UnsafeRawBufferPointer, expecting expected: Expectation
    ) throws(WebSocketFailure) -> WebSocketFrameHeader? {
        guard bytes.count >= 1 else { return nil }
        let first = bytes[0]
        let isFinal = first & 0x80 != 0
        let isCompressed = first & 0x40 != 0
        guard first & 0x30 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else { throw .reservedOpcode }
        guard !isCompressed || expected.allowsCompression && (opcode == .text || opcode == .binary) else {
            throw .reservedBits
        }
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControlFrame }
        } else if opcode == .continuation {
            guard expected.isInsideMessage else { throw .nothingToContinue }
        } else {
            guard !expected.isInsideMessage else { throw .messageInterrupted }
        }

        guard bytes.count >= 2 else { return nil }
        let isMasked = bytes[1] & 0x80 != 0
        let shortLength = bytes[1] & 0x7F
        guard !opcode.isControl || shortLength <= 125 else { throw .controlFrameTooLong }
        switch expected.role {
        case .server: guard isMasked else { throw .unmaskedFrame }
        case .client: guard !isMasked else { throw .maskedFrame }
        }

        let length: UInt64
        let lengthEnd: Int
        switch shortLength {
        case 126:
            guard bytes.count >= 4 else { return nil }
            length = UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            lengthEnd = 4
            guard length > 125 else { throw .lengthNotMinimal }
        case 127:
            guard bytes.count >= 10 else { return nil }
            length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            lengthEnd = 10
            guard length >> 63 == 0 else { throw .lengthTooLarge }
            guard length > 0xFFFF else { throw .lengthNotMinimal }
        default:
            length = UInt64(shortLength)
            lengthEnd = 2
        }

        var maskingKey: UInt32 = 0
        let size = isMasked ? lengthEnd + 4 : lengthEnd
        if isMasked {
            guard bytes.count >= size else { return nil }
            maskingKey = bytes.loadUnaligned(fromByteOffset: lengthEnd, as: UInt32.self)
        }
        return WebSocketFrameHeader(
            opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, payloadLength: length,
            maskingKey: maskingKey, size: size)
    }
}
