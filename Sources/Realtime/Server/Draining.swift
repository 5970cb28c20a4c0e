extension LoopTransport {
    /// Says goodbye to every connection and calls `done` when the last is gone. Those that are left after `limit`
    /// are cut off and counted.
    func drain(
        within limit: Duration, farewell: @escaping () -> [UInt8], _ done: @escaping (_ cut: Int) -> Void
    ) {
        var cut = 0
        let deadline = DrainDeadline { [self] in
            cut = connections.count
            abortAll()
        }
        deadline.start(after: limit, on: loop)
        drain(farewell: farewell) {
            deadline.cancel()
            done(cut)
        }
    }
}

/// Ends what a drain did not.
private final class DrainDeadline: LoopTimerTarget {
    private let told: () -> Void
    private var timer: LoopTimer?
    private var loop: EventLoop?

    init(_ told: @escaping () -> Void) {
        self.told = told
    }

    func start(after delay: Duration, on loop: EventLoop) {
        self.loop = loop
        timer = loop.schedule(after: delay, self)
    }

    func cancel() {
        if let timer { loop?.cancel(timer) }
        timer = nil
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        told()
    }
}
