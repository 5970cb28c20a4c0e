/// Which of the two kinds of data a message holds.
enum WebSocketMessageKind: Equatable, Sendable {
    case text
    case binary
}

/// What the decoder found next in a connection's bytes.
enum WebSocketEvent {
    /// A whole message, assembled, inflated, and valid UTF-8 if it is text.
    case message(WebSocketMessageKind, WebSocketPayload)
    case ping(WebSocketPayload)
    case pong(WebSocketPayload)
    /// The peer's Close frame; what it sends after it is not read.
    case close(WebSocketCloseCode?, reason: String)
    /// The peer broke a rule; what it sends after that is not read.
    case failure(WebSocketFailure)
}

/// Where the bytes of a message or control frame are.
enum WebSocketPayload {
    /// In the caller's input, unmasked in place: nothing was copied.
    case input(Range<Int>)
    /// In memory of their own, because they came in pieces or had to be inflated.
    case held(HeldBytes)

    var count: Int {
        switch self {
        case .input(let range): range.count
        case .held(let held): held.buffer.count
        }
    }

    /// Lends the bytes; `input` is the span that the decoder read the event from.
    func withBytes<Result: ~Copyable, Failure: Error>(
        in input: Span<UInt8>, _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch self {
        case .input(let range): try body(input.extracting(range))
        case .held(let held): try body(held.buffer.unsafeBytes.bindMemory(to: UInt8.self).span)
        }
    }
}

/// Bytes of a message that could not stay in the caller's input.
///
/// The decoder fills it and then hands it over with the event; it is a class so that a decoder with
/// nothing under way holds only an empty reference.
final class HeldBytes {
    var buffer = ByteBuffer()
}
