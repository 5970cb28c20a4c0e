/// Writes frames (RFC 6455, section 5.2): straight into a connection's output, or once into memory that
/// any number of connections then send from.
enum WebSocketFrame {
    /// What a control frame may carry at most.
    static let longestControlPayload = 125
    /// The longest header, that of a masked frame of more than 64 KiB.
    static let longestHeader = WebSocketFrameHeader.longest

    /// Appends one frame.
    ///
    /// - Parameters:
    ///   - isFinal: false for every fragment of a message but the last.
    ///   - isCompressed: sets RSV1, on the first frame of a message whose payload is deflated.
    ///   - maskingKey: for clients, four bytes in the order of memory; servers send unmasked.
    static func append(
        _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, isFinal: Bool = true,
        isCompressed: Bool = false, maskingKey: UInt32? = nil, to output: inout ByteBuffer
    ) {
        precondition(
            !opcode.isControl || payload.count <= longestControlPayload, "control frame too long")
        let room = output.reserve(longestHeader + payload.count)
        let size = writeHeader(
            opcode, length: payload.count, isFinal: isFinal, isCompressed: isCompressed,
            maskingKey: maskingKey, to: room)
        let body = UnsafeMutableRawBufferPointer(rebasing: room[size..<size + payload.count])
        body.copyMemory(from: payload)
        if let maskingKey { _ = WebSocketMask.apply(maskingKey, to: body) }
        output.commit(size + payload.count)
    }

    /// Appends a whole message from a server, compressed where `deflater` is given and finds it worth it.
    static func appendMessage(
        _ kind: WebSocketMessageKind, _ message: UnsafeRawBufferPointer, deflater: MessageDeflater? = nil,
        to output: inout ByteBuffer
    ) {
        guard let deflater else { return append(opcode(for: kind), message, to: &output) }
        deflater.withCompressed(message) { compressed in
            append(
                opcode(for: kind), compressed ?? message, isCompressed: compressed != nil, to: &output)
        }
    }

    /// One whole message from a server, for any number of receivers.
    static func shared(_ kind: WebSocketMessageKind, _ message: UnsafeRawBufferPointer) -> SharedBytes {
        shared(opcode(for: kind), message, isCompressed: false)
    }

    /// The same message compressed, or nil where `deflater` finds it not worth it.
    ///
    /// It may go to every connection that agreed on compression, has a window of at least the
    /// deflater's, and no context of its own on the server's side; the others get the plain frame, which
    /// is always allowed.
    static func shared(
        _ kind: WebSocketMessageKind, _ message: UnsafeRawBufferPointer,
        compressedBy deflater: MessageDeflater
    ) -> SharedBytes? {
        precondition(!deflater.keepsContext, "a stream with context has one receiver")
        return deflater.withCompressed(message) { compressed in
            compressed.map { shared(opcode(for: kind), $0, isCompressed: true) }
        }
    }

    /// What a server's whole frame carries, for those who send it in another form.
    static func payload(of frame: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        let header =
            switch frame[1] & 0x7F {
            case 126: 4
            case 127: 10
            default: 2
            }
        return UnsafeRawBufferPointer(rebasing: frame[header...])
    }

    /// Appends a Close frame. A reason that is too long is cut between two characters; without a code
    /// there can be none.
    static func appendClose(
        _ code: WebSocketCloseCode?, reason: String = "", maskingKey: UInt32? = nil,
        to output: inout ByteBuffer
    ) {
        guard let code else {
            return append(
                .close, UnsafeRawBufferPointer(start: nil, count: 0), maskingKey: maskingKey, to: &output)
        }
        precondition(code.isAllowedOnTheWire, "close code \(code.rawValue) may not be sent")
        withUnsafeTemporaryAllocation(byteCount: longestControlPayload, alignment: 2) { payload in
            payload.storeBytes(of: code.rawValue.bigEndian, as: UInt16.self)
            var end = 2
            for character in reason.unicodeScalars {
                let encoded = Unicode.UTF8.encode(character)
                guard let encoded, end + encoded.count <= payload.count else { break }
                for byte in encoded {
                    payload[end] = byte
                    end += 1
                }
            }
            append(
                .close, UnsafeRawBufferPointer(rebasing: payload[..<end]), maskingKey: maskingKey, to: &output
            )
        }
    }

    private static func opcode(for kind: WebSocketMessageKind) -> WebSocketOpcode {
        switch kind {
        case .text: .text
        case .binary: .binary
        }
    }

    private static func shared(
        _ opcode: WebSocketOpcode, _ payload: UnsafeRawBufferPointer, isCompressed: Bool
    ) -> SharedBytes {
        SharedBytes(capacity: longestHeader + payload.count) { room in
            let size = writeHeader(
                opcode, length: payload.count, isFinal: true, isCompressed: isCompressed, maskingKey: nil,
                to: room)
            UnsafeMutableRawBufferPointer(rebasing: room[size...]).copyMemory(from: payload)
            return size + payload.count
        }
    }

    /// Writes a header with the shortest form of the length and returns its size.
    private static func writeHeader(
        _ opcode: WebSocketOpcode, length: Int, isFinal: Bool, isCompressed: Bool, maskingKey: UInt32?,
        to room: UnsafeMutableRawBufferPointer
    ) -> Int {
        room[0] = (isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue
        let maskBit: UInt8 = maskingKey == nil ? 0 : 0x80
        var size: Int
        if length <= 125 {
            room[1] = maskBit | UInt8(truncatingIfNeeded: length)
            size = 2
        } else if length <= 0xFFFF {
            room[1] = maskBit | 126
            room.storeBytes(
                of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 2, as: UInt16.self)
            size = 4
        } else {
            room[1] = maskBit | 127
            room.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 2, as: UInt64.self)
            size = 10
        }
        if let maskingKey {
            room.storeBytes(of: maskingKey, toByteOffset: size, as: UInt32.self)
            size += 4
        }
        return size
    }
}
