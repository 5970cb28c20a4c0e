import CLibuv
import Glibc

/// Somebody who takes in connections.
protocol TCPListenerDelegate: AnyObject {
    /// A connection has come. The delegate owns it and opens or closes it.
    func listenerAccepted(_ stream: TCPStream)
    /// One could not be taken, most often because the process is out of descriptors. libuv has refused
    /// it by then, so the listener goes on.
    func listenerFailed(_ error: LoopError)
}

/// A listening socket on an event loop.
final class TCPListener {
    unowned(unsafe) private let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_tcp_t>
    private var delegate: (any TCPListenerDelegate)?
    private var isOpen = true

    /// Listens on a bound descriptor, which it owns from then on, also when it throws.
    init(
        descriptor: Int32, backlog: Int32, on loop: EventLoop, delegate: any TCPListenerDelegate
    ) throws(LoopError) {
        loop.preconditionCurrent()
        self.loop = loop
        self.delegate = delegate
        handle = .allocate(capacity: 1)
        uv_tcp_init(loop.uv, handle)
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
        do {
            try LoopError.check(uv_tcp_open(handle, descriptor))
        } catch {
            Glibc.close(descriptor)
            close()
            throw error
        }
        do {
            try LoopError.check(
                uv_listen(stream, backlog) { listener, status in
                    Unmanaged<TCPListener>.fromOpaque(listener!.pointee.data).takeUnretainedValue()
                        .connectionCame(status)
                })
        } catch {
            close()
            throw error
        }
    }

    deinit {
        handle.deallocate()
    }

    private var stream: UnsafeMutablePointer<uv_stream_t> {
        UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_stream_t.self)
    }

    private func connectionCame(_ status: Int32) {
        guard isOpen, let delegate else { return }
        if status < 0 {
            delegate.listenerFailed(LoopError(status: status))
            return
        }
        do throws(LoopError) {
            delegate.listenerAccepted(try TCPStream(accepting: stream, on: loop))
        } catch {
            delegate.listenerFailed(error)
        }
    }

    /// Stops listening. Connections that were taken in go on.
    func close() {
        guard isOpen else { return }
        isOpen = false
        delegate = nil
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            Unmanaged<TCPListener>.fromOpaque(handle!.pointee.data).release()
        }
    }
}
