/// WebSocket messages: they are the same however the connection's bytes were cut. The first byte of the
/// input chooses the role, compression and the size limit.
enum AssemblerFuzz: FuzzTarget {
    /// Shared by all runs, as a loop's connections share it. libFuzzer has one thread.
    private nonisolated(unsafe) static let inflater = MessageInflater()

    static func run(_ input: UnsafeRawBufferPointer) {
        guard let options = input.first else { return }
        let stream = UnsafeRawBufferPointer(rebasing: input.dropFirst())
        let whole = read(options: options) { stream.withCopy($0) }
        precondition(read(options: options, stream.inTwo) == whole, "cut in two, the messages are others")
        if stream.count <= 256, whole.hash & 7 == 0 {
            precondition(
                read(options: options, stream.inBytes) == whole, "byte by byte, the messages are others")
        }
    }

    /// Reads the pieces as one connection.
    private static func read(
        options: UInt8, _ pieces: ((UnsafeMutableRawBufferPointer) -> Void) -> Void
    ) -> Transcript {
        let limit = 16 << Int(options >> 2 & 7)
        let inflater = options & 2 == 0 ? nil : inflater
        var decoder = WebSocketDecoder(role: options & 1 == 0 ? .server : .client, maximumMessageSize: limit)
        var transcript = Transcript()
        pieces { piece in
            var offset = 0
            while true {
                var input = MutableSpan<UInt8>(_unsafeBytes: piece)
                guard let event = decoder.next(in: &input, from: &offset, inflater: inflater) else { break }
                precondition(offset <= piece.count, "read past the input")
                precondition(!transcript.isOver, "an event after the last one")
                note(event, of: UnsafeRawBufferPointer(piece), limit: limit, in: &transcript)
            }
            precondition(offset == piece.count, "stopped before the end of the input")
            precondition(transcript.isOver == decoder.isFinished, "finished without saying so")
        }
        return transcript
    }

    private static func note(
        _ event: WebSocketEvent, of input: UnsafeRawBufferPointer, limit: Int, in transcript: inout Transcript
    ) {
        switch event {
        case .message(let kind, let payload):
            precondition(payload.count <= limit, "a message over the limit")
            transcript.add(kind == .text ? 1 : 2)
            note(payload, of: input, isText: kind == .text, in: &transcript)
        case .ping(let payload):
            transcript.add(3)
            note(payload, of: input, isText: false, in: &transcript)
        case .pong(let payload):
            transcript.add(4)
            note(payload, of: input, isText: false, in: &transcript)
        case .close(let code, let reason):
            transcript.add(Int(code?.rawValue ?? 0))
            transcript.add(reason)
            transcript.isOver = true
        case .failure(let failure):
            transcript.add(failure.reason.description)
            transcript.isOver = true
        }
    }

    private static func note(
        _ payload: WebSocketPayload, of input: UnsafeRawBufferPointer, isText: Bool,
        in transcript: inout Transcript
    ) {
        transcript.add(payload.count)
        payload.withBytes(in: Span(_unsafeBytes: input)) { span in
            span.withUnsafeBytes { bytes in
                transcript.add(bytes)
                precondition(
                    !isText || String(validating: bytes, as: UTF8.self) != nil, "text that is not UTF-8")
            }
        }
    }
}
