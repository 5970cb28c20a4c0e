import CLibuv

/// Somebody who wants to know when a descriptor can be read or written.
protocol LoopPollDelegate: AnyObject {
    /// The descriptor can be read or written, or something is wrong with it, which reading or writing will tell.
    /// Told on the loop's thread, again and again for as long as it is so.
    func pollReady(_ readiness: LoopPoll.Readiness)
}

/// Watches a descriptor that belongs to somebody else, such as a library with a socket of its own.
///
/// The owner closes the poll before it closes the descriptor. The poll keeps itself alive until libuv has let go
/// of its memory.
final class LoopPoll {
    /// What a descriptor is ready for.
    struct Readiness: OptionSet {
        let rawValue: Int32

        static let readable = Readiness(rawValue: Int32(UV_READABLE.rawValue))
        static let writable = Readiness(rawValue: Int32(UV_WRITABLE.rawValue))
        /// The peer has reset the connection, or the descriptor is none. Nothing more will be told.
        static let failed = Readiness(rawValue: 1 << 30)
    }

    private unowned(unsafe) let loop: EventLoop
    private let handle: UnsafeMutablePointer<uv_poll_t>
    private weak var delegate: (any LoopPollDelegate)?
    private var interest: Readiness = []
    private var isOpen = true

    /// Watches a descriptor, which becomes non-blocking; nothing is told before `watch(for:)`.
    init(descriptor: Int32, on loop: EventLoop, delegate: any LoopPollDelegate) throws(LoopError) {
        loop.preconditionCurrent()
        self.loop = loop
        self.delegate = delegate
        handle = .allocate(capacity: 1)
        let status = uv_poll_init(loop.uv, handle, descriptor)
        guard status == 0 else {
            isOpen = false
            throw LoopError(status: status)
        }
        handle.pointee.data = Unmanaged.passRetained(self).toOpaque()
    }

    deinit {
        handle.deallocate()
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> LoopPoll {
        Unmanaged<LoopPoll>.fromOpaque(data!).takeUnretainedValue()
    }

    /// Says what to watch for from now on, until it is said again.
    func watch(for wanted: Readiness) {
        guard isOpen, wanted != interest else { return }
        interest = wanted
        let status = uv_poll_start(handle, wanted.rawValue) { handle, status, events in
            LoopPoll.of(handle!.pointee.data)
                .told(status < 0 ? .failed : LoopPoll.Readiness(rawValue: events))
        }
        precondition(status == 0, "an open descriptor can be watched")
    }

    private func told(_ readiness: Readiness) {
        // What other loops had posted before this came is done first, as it is for streams.
        loop.catchUp()
        guard isOpen else { return }
        delegate?.pollReady(readiness)
    }

    /// Watches no longer. Nothing is told from now on, and the descriptor may be closed at once.
    func close() {
        guard isOpen else { return }
        isOpen = false
        uv_poll_stop(handle)
        uv_close(UnsafeMutableRawPointer(handle).assumingMemoryBound(to: uv_handle_t.self)) { handle in
            Unmanaged<LoopPoll>.fromOpaque(handle!.pointee.data).release()
        }
    }
}
