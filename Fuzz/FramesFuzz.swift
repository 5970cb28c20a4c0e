/// WebSocket frames: a header is judged as soon as it can be and never otherwise later, and what the writer
/// writes is what the decoder reads.
enum FramesFuzz: FuzzTarget {
    static func run(_ input: UnsafeRawBufferPointer) {
        for role in [WebSocketRole.server, .client] {
            for bits in 0..<4 {
                judge(
                    input,
                    .init(role: role, allowsCompression: bits & 1 != 0, isInsideMessage: bits & 2 != 0))
            }
        }
        if let options = input.first {
            roundTrip(UnsafeRawBufferPointer(rebasing: input.dropFirst()), options: options)
        }
    }

    /// Reads ever more of a header; gives away nothing before, and the same after, the byte that decides.
    private static func judge(
        _ input: UnsafeRawBufferPointer, _ expected: WebSocketFrameHeader.Expectation
    ) {
        let longest = min(input.count, WebSocketFrameHeader.longest + 1)
        let last = parse(input, expected)
        for length in 0...longest {
            let part = parse(UnsafeRawBufferPointer(rebasing: input[..<length]), expected)
            switch part {
            case .success(nil): continue
            case .success(let header?):
                precondition(header.size == length, "decided before or after the header's last byte")
            case .failure: break
            }
            precondition(part == last, "more bytes change the verdict")
            return
        }
        precondition(last == .success(nil), "no part of the header decided it")
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer, _ expected: WebSocketFrameHeader.Expectation
    ) -> Result<WebSocketFrameHeader?, WebSocketFailure> {
        Result { () throws(WebSocketFailure) in try .parse(bytes, expecting: expected) }
    }

    /// Writes the payload as a binary message or a ping, masked as a client does, and reads it again.
    private static func roundTrip(_ payload: UnsafeRawBufferPointer, options: UInt8) {
        let isPing = options & 1 != 0 && payload.count <= WebSocketFrame.longestControlPayload
        let key = UInt32(options) &* 0x0101_4F93
        var written = ByteBuffer()
        WebSocketFrame.append(isPing ? .ping : .binary, payload, maskingKey: key, to: &written)

        var decoder = WebSocketDecoder(role: .server, maximumMessageSize: payload.count)
        written.unsafeBytes.withCopy { bytes in
            var input = MutableSpan<UInt8>(_unsafeBytes: bytes)
            var offset = 0
            switch decoder.next(in: &input, from: &offset) {
            case .message(.binary, let read) where !isPing: expect(read, payload, in: bytes)
            case .ping(let read) where isPing: expect(read, payload, in: bytes)
            case let event: preconditionFailure("read as \(String(describing: event))")
            }
            precondition(offset == bytes.count && decoder.isIdle, "something is left of the frame")
        }
    }

    private static func expect(
        _ read: WebSocketPayload, _ payload: UnsafeRawBufferPointer, in input: UnsafeMutableRawBufferPointer
    ) {
        let isSame = read.withBytes(in: Span(_unsafeBytes: UnsafeRawBufferPointer(input))) { span in
            span.withUnsafeBytes { $0.elementsEqual(payload) }
        }
        precondition(isSame, "another payload after writing and reading")
    }
}
