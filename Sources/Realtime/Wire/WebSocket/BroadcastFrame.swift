/// A text message on its way to many, as the WebSocket frame that they all get: framed once, and sent from
/// the same memory by every connection on every loop.
///
/// It is compressed when the first connection that takes compressed ones asks for it, so at most once on each
/// loop, and never for an audience that does not.
struct BroadcastFrame {
    private enum Compression {
        case notTried
        /// It would not have become smaller.
        case notWorthIt
        case done(SharedBytes, windowBits: Int)
    }

    /// The frame without compression.
    let plain: SharedBytes
    private var compression = Compression.notTried

    /// - Parameter plain: a frame of `WebSocketFrame.shared(.text, …)`.
    init(_ plain: SharedBytes) {
        self.plain = plain
    }

    /// The frame for a connection with this deflater; nil for one without compression. A peer with a smaller
    /// window, or with context of its own, gets the plain frame, which is always allowed.
    mutating func bytes(for deflater: MessageDeflater?) -> SharedBytes {
        guard let deflater, !deflater.keepsContext else { return plain }
        if case .notTried = compression {
            let compressed = plain.withUnsafeBytes {
                WebSocketFrame.shared(.text, WebSocketFrame.payload(of: $0), compressedBy: deflater)
            }
            compression = compressed.map { .done($0, windowBits: deflater.windowBits) } ?? .notWorthIt
        }
        guard case .done(let compressed, let windowBits) = compression, deflater.windowBits >= windowBits
        else { return plain }
        return compressed
    }
}
