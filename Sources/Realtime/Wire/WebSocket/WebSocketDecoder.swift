/// Turns the bytes that a peer sends into messages and control frames.
///
/// The caller asks for events until there is none; then all of the input has been taken in, and the next
/// read may use the same memory. A message that lies whole in the input is unmasked in place and reported
/// as a range of it: nothing is copied or allocated. Anything else is kept in `partial`, never more than
/// `maximumMessageSize` of it, and the length that a header announces is checked before a byte is stored.
///
/// Text is validated as it arrives, so a bad sequence fails before the rest of its frame has come. What
/// came whole before a broken frame is reported first.
struct WebSocketDecoder: ~Copyable {
    private let role: WebSocketRole
    /// True after a Close frame or a failure: whatever follows is dropped unread.
    private(set) var isFinished = false
    private let maximumMessageSize: Int32
    private var partial: WebSocketPartialInput?

    /// - Parameter maximumMessageSize: of an assembled message, in bytes; the same limit holds for what
    ///   a compressed one inflates to. It can't be more than 2 GiB.
    init(role: WebSocketRole = .server, maximumMessageSize: Int = 64 * 1024) {
        self.role = role
        self.maximumMessageSize = Int32(clamping: max(0, maximumMessageSize))
    }

    /// Whether nothing is under way, so that no memory is held.
    var isIdle: Bool { partial == nil }

    /// Reads on from `offset`, moves it past what was read, and reports what was found; nil when the
    /// input is used up.
    ///
    /// An event's `.input` range is of `bytes`, and stays true until the caller overwrites them.
    /// `inflater` is the connection's, or the loop's that it shares; nil where compression was not
    /// negotiated, and then a compressed message is a protocol error.
    mutating func next(
        in bytes: inout MutableSpan<UInt8>, from offset: inout Int, inflater: MessageInflater? = nil
    ) -> WebSocketEvent? {
        guard !isFinished else {
            offset = bytes.count
            return nil
        }
        return bytes.withUnsafeMutableBytes { input in
            do throws(WebSocketFailure) {
                let event = try read(input, from: &offset, inflater: inflater)
                if let partial, partial.isEmpty { self.partial = nil }
                if case .close = event { finish() }
                return event
            } catch {
                finish()
                return .failure(error)
            }
        }
    }

    private mutating func finish() {
        isFinished = true
        partial = nil
    }

    private mutating func read(
        _ input: UnsafeMutableRawBufferPointer, from offset: inout Int, inflater: MessageInflater?
    ) throws(WebSocketFailure) -> WebSocketEvent? {
        while true {
            var frame: WebSocketPartialInput.FrameUnderWay
            var message: WebSocketPartialInput.MessageUnderWay?
            if let cut = partial?.frame {
                frame = cut
                partial?.frame = nil
            } else {
                guard let header = try readHeader(input, from: &offset, inflater: inflater) else {
                    return nil
                }
                frame = .init(
                    opcode: header.opcode, isFinal: header.isFinal, remaining: Int(header.payloadLength),
                    maskingKey: header.maskingKey)
                if header.opcode == .text || header.opcode == .binary {
                    message = .init(
                        kind: header.opcode == .text ? .text : .binary, isCompressed: header.isCompressed)
                }
            }

            let chunk = offset..<offset + min(frame.remaining, input.count - offset)
            let bytes = UnsafeMutableRawBufferPointer(rebasing: input[chunk])
            let mayBeBeyondASCII = role == .client || WebSocketMask.apply(frame.maskingKey, to: bytes)
            frame.maskingKey = WebSocketMask.rotate(frame.maskingKey, by: chunk.count)
            frame.remaining -= chunk.count
            offset = chunk.upperBound

            if frame.opcode.isControl {
                guard let payload = controlPayload(chunk, of: input, endsHere: frame.remaining == 0) else {
                    keep().frame = frame
                    return nil
                }
                return try controlEvent(frame.opcode, payload, input: input)
            }

            if message == nil {
                message = partial?.message
                partial?.message = nil
            }
            guard var message else { preconditionFailure("a data frame belongs to no message") }
            let endsHere = frame.remaining == 0 && frame.isFinal
            if message.kind == .text && !message.isCompressed {
                if mayBeBeyondASCII || !message.text.isAtBoundary {
                    guard message.text.accept(UnsafeRawBufferPointer(bytes)) else { throw .invalidText }
                }
                guard !endsHere || message.text.isAtBoundary else { throw .invalidText }
            }
            if endsHere {
                return try finish(message, with: chunk, of: input, inflater: inflater)
            }
            Self.hold(chunk, of: input, in: &message.held)
            let partial = keep()
            partial.message = message
            if frame.remaining > 0 {
                partial.frame = frame
                return nil
            }
        }
    }
}

// MARK: - Headers

extension WebSocketDecoder {
    /// The next frame's header, if all of it has come; what has come is kept otherwise.
    private mutating func readHeader(
        _ input: UnsafeMutableRawBufferPointer, from offset: inout Int, inflater: MessageInflater?
    ) throws(WebSocketFailure) -> WebSocketFrameHeader? {
        guard offset < input.count else { return nil }
        let expected = WebSocketFrameHeader.Expectation(
            role: role, allowsCompression: inflater != nil, isInsideMessage: partial?.message != nil)
        var header: WebSocketFrameHeader?
        if partial == nil || partial?.header.count == 0 {
            header = try .parse(UnsafeRawBufferPointer(rebasing: input[offset...]), expecting: expected)
        }
        if let header {
            offset += header.size
        } else {
            header = try readCutHeader(input, from: &offset, expecting: expected)
        }
        if let header { try checkSize(of: header) }
        return header
    }

    /// A header that the end of the input cuts, or cut before: byte by byte, as it is rare and short.
    private mutating func readCutHeader(
        _ input: UnsafeMutableRawBufferPointer, from offset: inout Int,
        expecting expected: WebSocketFrameHeader.Expectation
    ) throws(WebSocketFailure) -> WebSocketFrameHeader? {
        let partial = keep()
        while offset < input.count {
            partial.header.append(input[offset])
            offset += 1
            let header = try partial.header.withBytes { (bytes) throws(WebSocketFailure) in
                try WebSocketFrameHeader.parse(bytes, expecting: expected)
            }
            if let header {
                partial.header.clear()
                return header
            }
        }
        return nil
    }

    /// Refuses a frame that would make its message too big, before any of its payload is stored.
    private func checkSize(of header: WebSocketFrameHeader) throws(WebSocketFailure) {
        guard !header.opcode.isControl else { return }
        let message = partial?.message
        let isCompressed = message?.isCompressed ?? header.isCompressed
        let limit = isCompressed ? maximumCompressedSize : UInt64(maximumMessageSize)
        let soFar = UInt64(message?.held?.buffer.count ?? 0)
        // No overflow: the header's length has 63 bits and `soFar` is at most the limit.
        guard soFar + header.payloadLength <= limit else { throw .messageTooBig }
    }

    /// Compressed bytes are kept until their message is whole. Deflate makes what it can't compress a
    /// little longer, so they may be a little more than the limit for what comes out of them; the
    /// allowance is that of zlib's own worst case.
    private var maximumCompressedSize: UInt64 {
        let size = UInt64(maximumMessageSize)
        return size + size / 8 + size / 64 + 64
    }
}

// MARK: - Payloads

extension WebSocketDecoder {
    private mutating func keep() -> WebSocketPartialInput {
        if let partial { return partial }
        let partial = WebSocketPartialInput()
        self.partial = partial
        return partial
    }

    private static func hold(
        _ chunk: Range<Int>, of input: UnsafeMutableRawBufferPointer, in held: inout HeldBytes?
    ) {
        guard !chunk.isEmpty else { return }
        let bytes = held ?? HeldBytes()
        held = bytes
        bytes.buffer.append(UnsafeRawBufferPointer(rebasing: input[chunk]))
    }

    private func finish(
        _ message: consuming WebSocketPartialInput.MessageUnderWay, with chunk: Range<Int>,
        of input: UnsafeMutableRawBufferPointer, inflater: MessageInflater?
    ) throws(WebSocketFailure) -> WebSocketEvent {
        if message.held != nil { Self.hold(chunk, of: input, in: &message.held) }
        guard message.isCompressed else {
            return .message(message.kind, message.held.map { .held($0) } ?? .input(chunk))
        }
        guard let inflater else { throw .reservedBits }
        let compressed = message.held?.buffer.unsafeBytes ?? UnsafeRawBufferPointer(rebasing: input[chunk])
        let inflated = try withExtendedLifetime(message.held) { () throws(WebSocketFailure) in
            try inflater.inflate(compressed, limit: Int(maximumMessageSize))
        }
        guard message.kind == .binary || UTF8Validator.isValid(inflated.buffer.unsafeBytes) else {
            throw .invalidText
        }
        return .message(message.kind, .held(inflated))
    }

    /// The whole payload of a control frame, or nil when it ends in a later read.
    private mutating func controlPayload(
        _ chunk: Range<Int>, of input: UnsafeMutableRawBufferPointer, endsHere: Bool
    ) -> WebSocketPayload? {
        guard let partial else {
            if !endsHere { Self.hold(chunk, of: input, in: &keep().control) }
            return endsHere ? .input(chunk) : nil
        }
        if endsHere && partial.control == nil { return .input(chunk) }
        Self.hold(chunk, of: input, in: &partial.control)
        guard endsHere, let whole = partial.control else { return nil }
        partial.control = nil
        return .held(whole)
    }

    private func controlEvent(
        _ opcode: WebSocketOpcode, _ payload: WebSocketPayload, input: UnsafeMutableRawBufferPointer
    ) throws(WebSocketFailure) -> WebSocketEvent {
        switch opcode {
        case .ping: return .ping(payload)
        case .pong: return .pong(payload)
        case .close, .continuation, .text, .binary:
            let bytes = input.bindMemory(to: UInt8.self).span
            return try payload.withBytes(in: bytes) { (body) throws(WebSocketFailure) in
                try body.withUnsafeBytes { (raw) throws(WebSocketFailure) in
                    try Self.closeEvent(raw)
                }
            }
        }
    }

    /// A Close frame carries nothing, or a code that may be sent and a reason in UTF-8.
    private static func closeEvent(_ body: UnsafeRawBufferPointer) throws(WebSocketFailure) -> WebSocketEvent
    {
        guard !body.isEmpty else { return .close(nil, reason: "") }
        guard body.count >= 2 else { throw .invalidClosePayload }
        let code = WebSocketCloseCode(
            rawValue: UInt16(bigEndian: body.loadUnaligned(fromByteOffset: 0, as: UInt16.self)))
        guard code.isAllowedOnTheWire else { throw .invalidCloseCode }
        let reason = UnsafeRawBufferPointer(rebasing: body[2...])
        guard UTF8Validator.isValid(reason) else { throw .invalidCloseReason }
        return .close(code, reason: String(decoding: reason, as: UTF8.self))
    }
}
