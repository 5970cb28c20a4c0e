@testable import Realtime

/// A decoder's event with its bytes copied out, so that events can be compared.
enum SeenEvent: Equatable {
    case text(String)
    case binary([UInt8])
    case ping([UInt8])
    case pong([UInt8])
    case close(UInt16?, String)
    case failure(WebSocketFailure)
}

/// Plays a peer's bytes to a decoder, read by read, the way an event loop does.
struct WebSocketTestReader: ~Copyable {
    var decoder: WebSocketDecoder
    let inflater: MessageInflater?
    private(set) var seen: [SeenEvent] = []

    init(role: WebSocketRole = .server, limit: Int = 64 * 1024, inflater: MessageInflater? = nil) {
        decoder = WebSocketDecoder(role: role, maximumMessageSize: limit)
        self.inflater = inflater
    }

    /// One read. The memory is overwritten afterwards, as the next read would do.
    mutating func read(_ bytes: some Sequence<UInt8>) {
        var memory = Array(bytes)
        var offset = 0
        var span = memory.mutableSpan
        while let event = decoder.next(in: &span, from: &offset, inflater: inflater) {
            seen.append(Self.copy(event, from: span.span))
        }
        precondition(offset == span.count, "the decoder left input behind")
        for index in span.indices { span[index] = 0xEE }
    }

    private static func copy(_ event: WebSocketEvent, from input: Span<UInt8>) -> SeenEvent {
        func bytes(_ payload: WebSocketPayload) -> [UInt8] {
            payload.withBytes(in: input) { span in span.withUnsafeBytes { Array($0) } }
        }
        switch event {
        case .message(.text, let payload): return .text(String(decoding: bytes(payload), as: UTF8.self))
        case .message(.binary, let payload): return .binary(bytes(payload))
        case .ping(let payload): return .ping(bytes(payload))
        case .pong(let payload): return .pong(bytes(payload))
        case .close(let code, let reason): return .close(code?.rawValue, reason)
        case .failure(let failure): return .failure(failure)
        }
    }
}

/// All events of a stream that comes in reads of the given sizes; the rest comes in one.
func decode(
    _ stream: [UInt8], reads: [Int] = [], role: WebSocketRole = .server, limit: Int = 64 * 1024,
    inflater: MessageInflater? = nil
) -> [SeenEvent] {
    var reader = WebSocketTestReader(role: role, limit: limit, inflater: inflater)
    var start = 0
    for size in reads where start < stream.count {
        let end = min(start + size, stream.count)
        reader.read(stream[start..<end])
        start = end
    }
    if start < stream.count { reader.read(stream[start...]) }
    return reader.seen
}

/// A frame as a client sends it.
func clientFrame(
    _ opcode: WebSocketOpcode, _ payload: [UInt8] = [], final: Bool = true, compressed: Bool = false,
    key: UInt32 = 0x3D21_FA37
) -> [UInt8] {
    var buffer = ByteBuffer()
    payload.withUnsafeBytes {
        WebSocketFrame.append(
            opcode, $0, isFinal: final, isCompressed: compressed, maskingKey: key, to: &buffer)
    }
    return buffer.array
}

func clientFrame(_ opcode: WebSocketOpcode, _ text: String, final: Bool = true) -> [UInt8] {
    clientFrame(opcode, Array(text.utf8), final: final)
}

/// A client's Close frame with this code, valid or not.
func clientClose(_ code: UInt16, _ reason: [UInt8] = []) -> [UInt8] {
    clientFrame(.close, [UInt8(code >> 8), UInt8(code & 0xFF)] + reason)
}

extension MessageDeflater {
    func compressed(_ message: [UInt8]) -> [UInt8]? {
        message.withUnsafeBytes { withCompressed($0) { $0.map(Array.init) } }
    }
}

extension MessageInflater {
    func inflated(_ message: [UInt8], limit: Int = 1 << 20) throws(WebSocketFailure) -> [UInt8] {
        let held = try message.span.withUnsafeBytes { (bytes) throws(WebSocketFailure) in
            try inflate(bytes, limit: limit)
        }
        return held.buffer.array
    }
}

extension SeededGenerator {
    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
