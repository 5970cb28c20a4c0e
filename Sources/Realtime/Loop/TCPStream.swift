import CLibuv
import Glibc

/// Somebody who lives on a TCP stream. Told on the loop's thread, never again after `streamClosed`.
protocol TCPStreamDelegate: AnyObject {
    /// Bytes have come. The memory is the loop's and is used for the next stream when this returns; until
    /// then it may be written to.
    func streamReceived(_ bytes: UnsafeMutableRawBufferPointer)
    /// The peer will send no more.
    func streamEnded()
    /// The connection is lost. It still has to be closed.
    func streamFailed(_ error: LoopError)
    /// All that `queue` was given has been handed to the kernel, or never will be.
    func streamWroteQueued(_ error: LoopError?)
    /// The socket is gone, and so is every promise about memory that was lent to it.
    func streamClosed()
}

/// One run of memory to be sent. The same shape as the kernel's `iovec`, which libuv's is too.
struct WriteSlice {
    var base: UnsafeRawPointer?
    var count: Int

    init(_ bytes: UnsafeRawBufferPointer) {
        base = bytes.baseAddress
        count = bytes.count
    }

    init(base: UnsafeRawPointer?, count: Int) {
        self.base = base
        self.count = count
    }
}

/// What the kernel made of an attempt to send.
enum WriteOutcome: Equatable {
    /// It took this many bytes, perhaps not all.
    case wrote(Int)
    /// Its buffer is full.
    case wouldBlock
    /// The connection is lost.
    case failed(LoopError)
}

/// A connected TCP socket on an event loop.
///
/// It keeps itself alive from `open` to `streamClosed`: libuv holds the memory until then.
final class TCPStream {
    private enum Phase {
        case open
        case closing
        case closed
    }

    /// Belongs to the loop; lives as long as the process needs it, which is longer than any stream.
    unowned(unsafe) let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private let descriptor: Int32
    private var delegate: (any TCPStreamDelegate)?
    private var phase = Phase.open
    private var isReading = false

    /// Takes over a connected, non-blocking descriptor.
    init(owning descriptor: Int32, on loop: EventLoop) {
        self.loop = loop
        self.descriptor = descriptor
        handle = .allocate(capacity: 1)
        uv_tcp_init(loop.uv, handle)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        let status = uv_tcp_open(handle, descriptor)
        precondition(status == 0, "a descriptor that was just accepted is known to the loop")
    }

    deinit {
        handle.deallocate()
    }

    private static func stream(_ handle: UnsafeMutablePointer<uv_tcp_t>) -> UnsafeMutablePointer<uv_stream_t>
    {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> TCPStream {
        Unmanaged<TCPStream>.fromOpaque(data!).takeUnretainedValue()
    }

    /// Says who is told what happens. Reading starts with `resumeReading`.
    func open(for delegate: any TCPStreamDelegate) {
        self.delegate = delegate
    }

    var isOpen: Bool { phase == .open }

    // MARK: Reading

    /// Lets bytes come in.
    func resumeReading() {
        guard phase == .open, !isReading else { return }
        isReading = true
        uv_read_start(
            Self.stream(handle),
            { handle, _, buffer in
                let room = TCPStream.of(handle!.pointee.data).loop.readBuffer
                buffer!.pointee = uv_buf_init(
                    room.baseAddress!.assumingMemoryBound(to: CChar.self), UInt32(room.count))
            },
            { handle, count, buffer in
                TCPStream.of(handle!.pointee.data).readEnded(count: count, base: buffer!.pointee.base)
            })
    }

    /// Leaves what the peer sends in the kernel, so that its window fills and it waits.
    func pauseReading() {
        guard phase == .open, isReading else { return }
        isReading = false
        uv_read_stop(Self.stream(handle))
    }

    private func readEnded(count: Int, base: UnsafeMutablePointer<CChar>?) {
        loop.catchUp()
        guard phase == .open, let delegate else { return }
        if count > 0 {
            delegate.streamReceived(UnsafeMutableRawBufferPointer(start: base, count: count))
        } else if count == Int(UV_EOF.rawValue) {
            pauseReading()
            delegate.streamEnded()
        } else if count < 0 {
            pauseReading()
            delegate.streamFailed(LoopError(status: Int32(truncatingIfNeeded: count)))
        }
    }

    // MARK: Writing

    /// Sends at once what the kernel takes, and keeps nothing.
    ///
    /// It is `uv_try_write` but for the system call: `send` costs some 0.15 µs less than the `write` that libuv
    /// uses, because it knows that it has a socket.
    func tryWrite(_ slices: UnsafeBufferPointer<WriteSlice>) -> WriteOutcome {
        guard phase == .open else { return .failed(LoopError(status: UV_ECANCELED.rawValue)) }
        let sent =
            slices.count == 1
            ? send(descriptor, slices[0].base, slices[0].count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            : slices.withMemoryRebound(to: iovec.self) { writev(descriptor, $0.baseAddress, Int32($0.count)) }
        if sent >= 0 { return .wrote(sent) }
        return errno == EAGAIN ? .wouldBlock : .failed(LoopError(status: -errno))
    }

    /// Leaves bytes with libuv to be sent when the kernel has room again. The memory must stay as it is
    /// until `streamWroteQueued`; nothing may be sent meanwhile.
    func queue(_ slices: UnsafeBufferPointer<WriteSlice>) {
        let request = UnsafeMutablePointer<uv_write_t>.allocate(capacity: 1)
        let status = slices.withMemoryRebound(to: uv_buf_t.self) {
            uv_write(request, Self.stream(handle), $0.baseAddress, UInt32($0.count)) { request, status in
                let stream = TCPStream.of(request!.pointee.handle.pointee.data)
                request!.deallocate()
                stream.delegate?.streamWroteQueued(status < 0 ? LoopError(status: status) : nil)
            }
        }
        if status < 0 {
            request.deallocate()
            delegate?.streamWroteQueued(LoopError(status: status))
        }
    }

    // MARK: Ending

    /// Tells the peer that nothing more will come; what it sends is still read.
    func shutdownWriting() {
        guard phase == .open else { return }
        var descriptor: Int32 = -1
        let base = UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)
        // Straight to the kernel: by now nothing is queued, and uv_shutdown would want a request of its own.
        if uv_fileno(base, &descriptor) == 0 { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }
    }

    /// Closes the socket. `streamClosed` follows in this or the next turn, after `streamWroteQueued` where
    /// that is owed.
    func close() {
        guard phase == .open else { return }
        phase = .closing
        isReading = false
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            let stream = Unmanaged<TCPStream>.fromOpaque(handle!.pointee.data).takeRetainedValue()
            stream.phase = .closed
            let delegate = stream.delegate
            stream.delegate = nil
            delegate?.streamClosed()
        }
    }

    /// The peer's address, asked of the kernel; nil when the connection is lost already.
    func peerAddress() -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = Int32(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &storage) {
            uv_tcp_getpeername(handle, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return status == 0 ? SocketAddress(storage) : nil
    }
}
