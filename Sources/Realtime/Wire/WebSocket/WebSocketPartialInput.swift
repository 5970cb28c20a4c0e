/// What a connection has to remember between two reads because a frame or a message has not all come.
///
/// It exists only for as long as that is so. An idle connection has none, which is why it may be large,
/// and why the decoder itself stays at a few bytes.
final class WebSocketPartialInput {
    /// The bytes of a header that was cut.
    var header = CutHeader()
    /// The frame whose header has been read and whose payload has not all come.
    var frame: FrameUnderWay?
    /// The data message that has begun and not ended. Control frames may come in between.
    var message: MessageUnderWay?
    /// The payload of a control frame that was cut.
    var control: HeldBytes?

    var isEmpty: Bool {
        header.count == 0 && frame == nil && message == nil && control == nil
    }

    /// The first bytes of a frame header, collected until it is whole.
    struct CutHeader {
        private var bytes = InlineArray<14, UInt8>(repeating: 0)
        private(set) var count = 0

        mutating func append(_ byte: UInt8) {
            bytes[count] = byte
            count += 1
        }

        mutating func clear() {
            count = 0
        }

        func withBytes<Result, Failure: Error>(
            _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
        ) throws(Failure) -> Result {
            try bytes.span.extracting(0..<count).withUnsafeBytes(body)
        }
    }

    /// A frame between its header and its last payload byte.
    struct FrameUnderWay {
        let opcode: WebSocketOpcode
        let isFinal: Bool
        var remaining: Int
        /// Turned so that its first byte is for the next payload byte.
        var maskingKey: UInt32
    }

    /// A data message between its first and its last byte.
    struct MessageUnderWay {
        let kind: WebSocketMessageKind
        let isCompressed: Bool
        var text = UTF8Validator()
        /// Nil as long as nothing had to be kept, so that a message whose bytes are all in the
        /// caller's input is reported from there.
        var held: HeldBytes?
    }
}
