import CLibuv
import Glibc

/// The event loops of a server, each running on a thread of its own.
final class EventLoopGroup: Sendable {
    let loops: [EventLoop]
    private let threads = Locked<[pthread_t]>([])

    /// Starts `count` loops.
    init(count: Int) {
        precondition(count > 0, "a server needs a loop")
        loops = (0..<count).map { EventLoop(index: $0) }
        for loop in loops {
            let thread = LoopThread.start(loop)
            threads.withLock { $0.append(thread) }
        }
    }

    /// Has every loop end and waits until it has. The owners of sockets and listeners close them first.
    func stopAndWait() {
        for loop in loops { loop.stop() }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in running { pthread_join(thread, nil) }
    }
}

/// Starts threads; the part that needs C's calling convention.
private enum LoopThread {
    static func start(_ loop: EventLoop) -> pthread_t {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(loop).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                let loop = Unmanaged<EventLoop>.fromOpaque(context!).takeRetainedValue()
                realtime_name_thread("realtime-\(loop.index)")
                loop.run()
                return nil
            }, context)
        precondition(status == 0, "the system gives no thread")
        return thread
    }
}
