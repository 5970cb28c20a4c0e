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
            let thread = DetachedThread.create {
                realtime_name_thread("realtime-\(loop.index)")
                loop.run()
            }
            threads.withLock { $0.append(thread) }
        }
    }

    /// Has every loop end and returns when they have. The owners of sockets and listeners close them first.
    func stopped() async {
        for loop in loops { loop.stop() }
        let running = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        // Joining waits, which neither an executor of the caller nor a loop may do: a thread for it alone.
        await withCheckedContinuation { done in
            DetachedThread.start {
                for thread in running { pthread_join(thread, nil) }
                done.resume()
            }
        }
    }
}

/// Starts threads; the part that needs C's calling convention.
enum DetachedThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    /// Starts a thread that nobody has to join.
    static func start(_ body: @escaping @Sendable () -> Void) {
        pthread_detach(create(body))
    }

    /// Starts a thread that somebody joins.
    fileprivate static func create(_ body: @escaping @Sendable () -> Void) -> pthread_t {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(Body(body)).toOpaque()
        let status = pthread_create(
            &thread, nil,
            { context in
                Unmanaged<Body>.fromOpaque(context!).takeRetainedValue().run()
                return nil
            }, context)
        precondition(status == 0, "the system gives no thread")
        return thread
    }
}
