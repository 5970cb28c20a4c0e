import CLibuv
import Glibc

/// Somebody who takes in connections.
protocol TCPListenerDelegate: AnyObject {
    /// A connection has come. The delegate owns it and opens or closes it.
    func listenerAccepted(_ stream: TCPStream, from address: SocketAddress?)
    /// Connections can't be taken, most often because the process is out of descriptors. Those that
    /// waited have been refused, so that their peers know; the listener goes on.
    func listenerFailed(_ error: LoopError)
}

/// A listening socket on an event loop.
///
/// It accepts by itself and not through libuv, which refuses connections without a word when descriptors
/// run out, and takes any number of them in one turn.
final class TCPListener {
    /// How many connections are taken in one turn, so that a storm of them leaves time for those there are.
    private static let connectionsPerTurn = 256

    unowned(unsafe) private let loop: EventLoop
    private let descriptor: Int32
    private let poll: UnsafeMutablePointer<uv_poll_t>
    private var delegate: (any TCPListenerDelegate)?
    /// A descriptor kept for the day when there are no others: closed, it makes room to accept a connection
    /// and refuse it.
    private var spare: Int32
    private var isOpen = true

    /// Listens on a bound descriptor, which it owns from then on, also when it throws.
    init(
        descriptor: Int32, backlog: Int32, on loop: EventLoop, delegate: any TCPListenerDelegate
    ) throws(LoopError) {
        loop.preconditionCurrent()
        self.loop = loop
        self.delegate = delegate
        self.descriptor = descriptor
        spare = Self.openSpare()
        poll = .allocate(capacity: 1)
        guard listen(descriptor, backlog) == 0 else {
            let reason = errno
            releaseDescriptors()
            isOpen = false
            throw LoopError(status: -reason)
        }
        uv_poll_init(loop.uv, poll, descriptor)
        poll.pointee.data = Unmanaged.passRetained(self).toOpaque()
        uv_poll_start(poll, Int32(UV_READABLE.rawValue)) { poll, _, _ in
            Unmanaged<TCPListener>.fromOpaque(poll!.pointee.data).takeUnretainedValue().takeConnections()
        }
    }

    deinit {
        poll.deallocate()
    }

    private static func openSpare() -> Int32 {
        open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private func takeConnections() {
        for _ in 0..<Self.connectionsPerTurn {
            guard isOpen, let delegate else { return }
            var address = sockaddr_storage()
            let accepted = realtime_accept(descriptor, &address)
            if accepted >= 0 {
                delegate.listenerAccepted(TCPStream(owning: accepted, on: loop), from: SocketAddress(address))
                continue
            }
            switch errno {
            case EAGAIN:
                return
            case ECONNABORTED, EINTR, EPROTO:
                // Gone before it was taken, or interrupted: the next one.
                continue
            case EMFILE, ENFILE:
                refuseWaiting()
                delegate.listenerFailed(LoopError(status: -errno))
                return
            default:
                delegate.listenerFailed(LoopError(status: -errno))
                return
            }
        }
    }

    /// Takes what waits with the spare descriptor and closes it. Left alone it would wait in the kernel, and
    /// wake the loop without end.
    private func refuseWaiting() {
        let reason = errno
        defer { errno = reason }
        guard spare >= 0 else {
            spare = Self.openSpare()
            return
        }
        close(spare)
        for _ in 0..<Self.connectionsPerTurn {
            var address = sockaddr_storage()
            let accepted = realtime_accept(descriptor, &address)
            guard accepted >= 0 else { break }
            close(accepted)
        }
        spare = Self.openSpare()
    }

    private func releaseDescriptors() {
        close(descriptor)
        if spare >= 0 { close(spare) }
    }

    /// Stops listening. Connections that were taken in go on.
    func close() {
        guard isOpen else { return }
        isOpen = false
        delegate = nil
        uv_poll_stop(poll)
        uv_close(UnsafeMutableRawPointer(poll).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            Unmanaged<TCPListener>.fromOpaque(handle!.pointee.data).release()
        }
        releaseDescriptors()
    }

    private func close(_ descriptor: Int32) {
        Glibc.close(descriptor)
    }
}
