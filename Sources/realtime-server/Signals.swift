import Glibc

/// The signals that the process is sent, as requests in their order.
final class Signals: Sendable {
    enum Request: Sendable {
        /// SIGHUP: read keys and certificates again.
        case reload
        /// The first SIGTERM or SIGINT.
        case stop
        /// The second one.
        case stopNow
    }

    let requests: AsyncStream<Request>
    private let requested: AsyncStream<Request>.Continuation

    /// Blocks the signals for this thread and all that it starts.
    init() {
        (requests, requested) = AsyncStream.makeStream()
        var set = Self.set
        pthread_sigmask(SIG_BLOCK, &set, nil)
    }

    private static var set: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in [SIGTERM, SIGINT, SIGHUP] { sigaddset(&set, signal) }
        return set
    }

    /// Waits for signals on the calling thread for as long as the process lives.
    func collect() -> Never {
        var set = Self.set
        var isStopping = false
        while true {
            var signal: Int32 = 0
            guard sigwait(&set, &signal) == 0 else { continue }
            if signal == SIGHUP {
                requested.yield(.reload)
            } else {
                requested.yield(isStopping ? .stopNow : .stop)
                isStopping = true
            }
        }
    }
}
