/// A WebSocket message on its way to many: framed once, compressed at most once, and sent from the same
/// memory by every connection on every loop.
struct BroadcastFrame: Sendable {
    private let plain: SharedBytes
    private let compressed: SharedBytes?
    private let windowBits: Int

    /// - Parameter deflater: one that keeps no context; nil where nobody who gets the message takes
    ///   compressed ones.
    init(
        _ kind: WebSocketMessageKind, _ message: UnsafeRawBufferPointer,
        compressedBy deflater: MessageDeflater?
    ) {
        plain = WebSocketFrame.shared(kind, message)
        compressed = deflater.flatMap { WebSocketFrame.shared(kind, message, compressedBy: $0) }
        windowBits = deflater?.windowBits ?? 0
    }

    /// The frame for a connection with this deflater; nil for one without compression. A peer with a
    /// smaller window, or with context of its own, gets the plain frame, which is always allowed.
    func bytes(for deflater: MessageDeflater?) -> SharedBytes {
        guard let compressed, let deflater, !deflater.keepsContext, deflater.windowBits >= windowBits else {
            return plain
        }
        return compressed
    }
}
