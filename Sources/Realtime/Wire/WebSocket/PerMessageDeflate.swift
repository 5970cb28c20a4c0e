// Messages compressed by permessage-deflate (RFC 7692, section 7.2): each is a run of deflate blocks,
// flushed to a byte boundary, without the four bytes 00 00 FF FF that every such flush ends in.

/// Inflates the messages that one peer sends or, where nothing is remembered from one message to the
/// next, those of all the peers on one event loop, one after the other.
final class MessageInflater {
    private static let flushTail: InlineArray<4, UInt8> = [0x00, 0x00, 0xFF, 0xFF]

    private let windowBits: Int
    private let keepsContext: Bool
    /// Made for the first compressed message: its window alone is 32 KiB.
    private var stream: InflateStream?
    /// Used again for the next message where connections share it, unless somebody still holds it. A
    /// connection's own inflater lets go of it, so as to hold no message while idle.
    private var output = HeldBytes()

    /// - Parameter keepsContext: whether messages may refer to earlier ones ("context takeover"). Then
    ///   this inflater is for one connection only.
    init(windowBits: Int = 15, keepsContext: Bool = false) {
        self.windowBits = windowBits
        self.keepsContext = keepsContext
    }

    /// The message that `compressed` holds. It stops as soon as the output exceeds `limit`: how large a
    /// small input would become is never found out.
    ///
    /// The bytes are good until they are released and the next message is inflated.
    func inflate(
        _ compressed: UnsafeRawBufferPointer, limit: Int
    ) throws(WebSocketFailure) -> HeldBytes {
        if keepsContext || !isKnownUniquelyReferenced(&output) { output = HeldBytes() }
        output.buffer.clear(keepingAtMost: 128 * 1024)
        defer { if keepsContext { output = HeldBytes() } }
        // Strictly an empty message is one byte, 00. But zlib gives nothing at all for the second of two
        // empty messages in a row, so peers that use it send that.
        guard !compressed.isEmpty else { return output }

        if stream == nil { stream = InflateStream(windowBits: windowBits) }
        if !keepsContext { stream?.reset() }
        let isAtEnd = try run(compressed, limit: limit)
        if !isAtEnd {
            _ = try Self.flushTail.span.withUnsafeBytes { (tail) throws(WebSocketFailure) in
                try run(tail, limit: limit)
            }
            // Elsewhere the message was cut short: what looked like its tail was read as data.
            guard stream?.isBetweenBlocks == true else { throw .invalidCompression }
        }
        return output
    }

    /// Inflates `input` to the output's end; true when that ended with a block marked as the last.
    private func run(_ input: UnsafeRawBufferPointer, limit: Int) throws(WebSocketFailure) -> Bool {
        stream?.setInput(input)
        while true {
            // One byte more than allowed is enough to know that it is too much.
            let wanted = min(max(1024, input.count), limit + 1 - output.buffer.count)
            let room = output.buffer.reserve(wanted)
            let bounded = UnsafeMutableRawBufferPointer(
                rebasing: room.prefix(limit + 1 - output.buffer.count))
            guard let (written, progress) = stream?.inflate(into: bounded) else { return false }
            output.buffer.commit(written)
            guard output.buffer.count <= limit else { throw .messageTooBig }
            switch progress {
            case .needsRoom:
                continue
            case .needsInput:
                return false
            case .ended(let unread):
                // A last block does not end the message (RFC 7692, section 7.2.3.4): more blocks may
                // follow it, if only the empty one that makes room for the tail.
                stream?.resetKeepingWindow()
                if unread == 0 { return true }
            case .broken:
                throw .invalidCompression
            }
        }
    }
}

/// Deflates messages for one peer or, where nothing is remembered from one message to the next, for all
/// the peers on one event loop that allow its window.
final class MessageDeflater {
    /// How to trade time and memory for size.
    struct Settings: Equatable, Sendable {
        /// zlib's level, 1 to 9.
        var level = 3
        /// zlib's memory level, 1 to 9: the stream takes 2^(level + 9) bytes, and the window four times
        /// its own size.
        var memoryLevel = 8
        /// Messages below this many bytes are sent as they are. Up to about 1 KiB a message takes one
        /// packet either way, so compressing it would cost both sides some microseconds and save nothing.
        var threshold = 1024
    }

    let windowBits: Int
    let keepsContext: Bool
    private let settings: Settings
    /// Made for the first message that is worth it: 256 KiB with the default settings.
    private var stream: DeflateStream?
    private var scratch = ByteBuffer()

    /// - Parameters:
    ///   - windowBits: 9 to 15, at most what the peer can take.
    ///   - keepsContext: whether messages may refer to earlier ones. Then this deflater is for one
    ///     connection only, and each of its messages has to be sent, in order.
    init(windowBits: Int = 15, keepsContext: Bool = false, settings: Settings = Settings()) {
        self.windowBits = windowBits
        self.keepsContext = keepsContext
        self.settings = settings
    }

    /// Compresses `message` and lends the result to `body`, or nil where the message had better be sent
    /// as it is.
    func withCompressed<Result: ~Copyable>(
        _ message: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard message.count >= settings.threshold else { return body(nil) }
        compress(message)
        // With context the peer's inflater has to see what this one has seen, even where it grew.
        let isWorthIt = keepsContext || scratch.count < message.count
        let result = body(isWorthIt ? scratch.unsafeBytes : nil)
        scratch.clear(keepingAtMost: keepsContext ? 0 : 128 * 1024)
        return result
    }

    private func compress(_ message: UnsafeRawBufferPointer) {
        scratch.clear()
        if stream == nil {
            stream = DeflateStream(
                windowBits: windowBits, level: settings.level, memoryLevel: settings.memoryLevel)
        }
        if !keepsContext { stream?.reset() }
        stream?.deflate(message, to: &scratch)
        // Nothing at all comes out for an empty message that follows another.
        if scratch.count >= 4 { scratch.removeLast(4) } else { scratch.append(0x00) }
    }
}

/// The streams that the connections of one event loop share. It belongs to that loop's thread.
///
/// By default nothing is remembered between messages, so one stream serves every connection, and an
/// idle one holds none.
final class DeflateContext {
    /// For every peer that was told not to keep context; its window is the largest, which fits any sender.
    let inflater = MessageInflater()
    private let settings: MessageDeflater.Settings
    /// By window bits, made when first asked for.
    private var deflaters: [Int: MessageDeflater] = [:]

    init(settings: MessageDeflater.Settings = .init()) {
        self.settings = settings
    }

    /// The shared deflater for peers that can take a window of 2^`windowBits`.
    func deflater(windowBits: Int = 15) -> MessageDeflater {
        if let deflater = deflaters[windowBits] { return deflater }
        let deflater = MessageDeflater(windowBits: windowBits, settings: settings)
        deflaters[windowBits] = deflater
        return deflater
    }

    /// The inflater for a connection that agreed on `parameters`: shared, or its own where the peer
    /// keeps context.
    func inflater(for parameters: WebSocketDeflateParameters) -> MessageInflater {
        parameters.clientKeepsContext
            ? MessageInflater(windowBits: parameters.clientWindowBits, keepsContext: true) : inflater
    }

    /// The deflater for a connection that agreed on `parameters`: shared, or its own where the server
    /// keeps context.
    func deflater(for parameters: WebSocketDeflateParameters) -> MessageDeflater {
        parameters.serverKeepsContext
            ? MessageDeflater(windowBits: parameters.serverWindowBits, keepsContext: true, settings: settings)
            : deflater(windowBits: parameters.serverWindowBits)
    }
}
