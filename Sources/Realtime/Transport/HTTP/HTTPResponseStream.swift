/// The body of one answer, written piece by piece.
///
/// It belongs to the connection's loop. Who writes keeps an eye on `unsentBytes`: a stream that grows past the
/// outbox's limit is cut off.
final class HTTPResponseStream {
    /// Gone when the client is; nothing that is written then goes anywhere.
    private weak var carrier: HTTPCarrier?
    /// Told when everything written so far has been handed to the kernel.
    var whenEmptied: (() -> Void)?
    /// Told once when the client has gone before the end.
    var whenAborted: (() -> Void)?

    /// Where it lives: others reach it through this loop.
    let loop: EventLoop

    init(_ carrier: HTTPCarrier, on loop: EventLoop) {
        self.carrier = carrier
        self.loop = loop
    }

    /// Whether anybody still receives it.
    var isOpen: Bool { carrier?.isStreaming(self) == true }

    /// Bytes that the client has not taken yet.
    var unsentBytes: Int { carrier?.unsentBytes ?? 0 }

    /// Sends a piece.
    func write(_ bytes: UnsafeRawBufferPointer) {
        carrier?.write(bytes, to: self)
    }

    /// The body has ended, or its client has gone. Lets go of who is told, who mostly holds the stream in turn.
    func ended(aborted: Bool) {
        let told = aborted ? whenAborted : nil
        whenEmptied = nil
        whenAborted = nil
        told?()
    }

    /// Ends the body. The connection goes on to its next request.
    func finish() {
        carrier?.finish(self)
    }
}
