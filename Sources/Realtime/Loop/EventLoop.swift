import CLibuv
import Glibc
import Synchronization

/// One thread that waits for sockets and timers and does what they ask for, for as long as the server
/// lives. Every connection belongs to one loop and is touched by that loop's thread alone.
///
/// A loop is also an executor: a task that prefers it runs on its thread between two waits, so a handler
/// may use `await` and still touch what the loop owns.
///
/// Which thread may touch what: `mailbox`, `threadID` and `index` any thread; everything else the loop's
/// own. That is what makes it `Sendable`, and each entry point checks it.
final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// How finely timers are kept. Deadlines here are seconds; nothing gains from a finer clock.
    static let tickMilliseconds: UInt64 = 50
    /// Large enough that a busy stream needs few reads, small enough to stay in the processor's cache.
    private static let readBufferSize = 64 * 1_024
    /// How many jobs one turn runs before sockets are looked at again.
    private static let jobsPerTurn = 4_096

    /// The position among the loops of its group.
    let index: Int

    /// libuv's loop. Only files of this folder use it.
    let uv: UnsafeMutablePointer<uv_loop_t>
    private let mailbox: Mailbox
    private let wake: UnsafeMutablePointer<uv_async_t>
    private let beforeWait: UnsafeMutablePointer<uv_prepare_t>
    private let spin: UnsafeMutablePointer<uv_idle_t>
    private let ticker: UnsafeMutablePointer<uv_timer_t>
    private let threadID = Atomic<UInt>(0)

    /// Where every stream of the loop reads into: one buffer serves them all, as each is done with its
    /// bytes before the next is read.
    let readBuffer: UnsafeMutableRawBufferPointer

    private var arrived: [Mailbox.Item] = []
    private var jobs: [Mailbox.Item] = []
    private var timers: TimerWheel<any LoopTimerTarget>
    private var ended: [(key: LoopTimer, payload: any LoopTimerTarget)] = []
    private var turnHooks: [any LoopTurnHook] = []
    private var isSpinning = false
    private var isTicking = false
    private var isStopping = false
    private var runningTasks = 0

    /// Makes a loop that does not run yet: `run()` is its life.
    init(index: Int) {
        self.index = index
        uv = .allocate(capacity: 1)
        wake = .allocate(capacity: 1)
        beforeWait = .allocate(capacity: 1)
        spin = .allocate(capacity: 1)
        ticker = .allocate(capacity: 1)
        readBuffer = .allocate(byteCount: Self.readBufferSize, alignment: 64)
        let status = uv_loop_init(uv)
        precondition(status == 0, "the kernel gives no event loop: \(LoopError(status: status))")
        // The wake handle is the one thing of libuv that other threads may use.
        let bell = LoopBell(handle: wake)
        mailbox = Mailbox { bell.ring() }
        timers = TimerWheel(tick: uv_now(uv) / Self.tickMilliseconds)
        prepareHandles()
    }

    private func prepareHandles() {
        let me = Unmanaged.passUnretained(self).toOpaque()
        uv_async_init(uv, wake) { EventLoop.of($0!.pointee.data).collectMail() }
        uv_prepare_init(uv, beforeWait)
        uv_idle_init(uv, spin)
        uv_timer_init(uv, ticker)
        wake.pointee.data = me
        beforeWait.pointee.data = me
        spin.pointee.data = me
        ticker.pointee.data = me
        uv_prepare_start(beforeWait) { EventLoop.of($0!.pointee.data).endTurn() }
    }

    private static func of(_ data: UnsafeMutableRawPointer?) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(data!).takeUnretainedValue()
    }

    deinit {
        readBuffer.deallocate()
        ticker.deallocate()
        spin.deallocate()
        beforeWait.deallocate()
        wake.deallocate()
        uv.deallocate()
    }

    // MARK: Life

    /// Runs on the calling thread until `stop()`, then gives back everything that libuv holds.
    func run() {
        threadID.store(UInt(pthread_self()), ordering: .releasing)
        // Writing to a connection that the peer has reset raises it in this thread; the error is enough.
        var brokenPipe = sigset_t()
        sigemptyset(&brokenPipe)
        sigaddset(&brokenPipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &brokenPipe, nil)
        uv_run(uv, UV_RUN_DEFAULT)
        mailbox.close()
        collectMail()
        while !jobs.isEmpty { runJobs() }
        let status = uv_loop_close(uv)
        precondition(status == 0, "a handle outlived its loop")
    }

    /// Ends the loop from any thread, once the owners of its sockets and listeners have closed them. It
    /// waits for the tasks that it runs, whose continuations would otherwise have nowhere to go.
    func stop() {
        mailbox.post(
            .work { [self] in
                guard !isStopping else { return }
                isStopping = true
                if runningTasks == 0 { closeHandles() }
            })
    }

    private func closeHandles() {
        turnHooks = []
        uv_close(UnsafeMutableRawPointer(beforeWait).assumingMemoryBound(to: uv_handle_t.self), nil)
        uv_close(UnsafeMutableRawPointer(spin).assumingMemoryBound(to: uv_handle_t.self), nil)
        uv_close(UnsafeMutableRawPointer(ticker).assumingMemoryBound(to: uv_handle_t.self), nil)
        uv_close(UnsafeMutableRawPointer(wake).assumingMemoryBound(to: uv_handle_t.self), nil)
    }

    // MARK: The door

    /// True on the loop's own thread.
    var isCurrent: Bool {
        threadID.load(ordering: .relaxed) == UInt(pthread_self())
    }

    /// Stops the program when called from another thread: touching a loop's state from elsewhere is a
    /// bug of ours, never an input.
    func preconditionCurrent() {
        precondition(isCurrent, "this belongs to another event loop")
    }

    /// Has work done on the loop's thread, from any thread. Work posted by one thread is done in its
    /// order. Says false when the loop has ended.
    @discardableResult
    func post(_ work: @escaping @Sendable () -> Void) -> Bool {
        mailbox.post(.work(work))
    }

    /// Does something on the loop and returns what came of it, to any caller.
    func perform<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { done in
            post { done.resume(returning: body()) }
        }
    }

    /// Begins something on the loop and returns when it calls what it was given, which it must do once.
    func suspend(_ body: @escaping @Sendable (_ resume: @escaping () -> Void) -> Void) async {
        await withCheckedContinuation { done in
            post { body { done.resume() } }
        }
    }

    private func collectMail() {
        mailbox.take(replacing: &arrived)
        guard !arrived.isEmpty else { return }
        jobs.append(contentsOf: arrived)
        arrived.removeAll(keepingCapacity: true)
    }

    // MARK: The turn

    /// Adds something that is told at the end of every turn, before the loop waits again.
    func addTurnHook(_ hook: any LoopTurnHook) {
        preconditionCurrent()
        turnHooks.append(hook)
    }

    /// Asks for a next turn without waiting, for work that was cut short to let sockets have their share.
    func requestTurn() {
        guard !isSpinning, !isStopping else { return }
        isSpinning = true
        uv_idle_start(spin) { _ in }
    }

    private func endTurn() {
        if isSpinning {
            isSpinning = false
            uv_idle_stop(spin)
        }
        runJobs()
        for hook in turnHooks { hook.turnEnds() }
        // A hook may have resumed a task.
        if !jobs.isEmpty { requestTurn() }
    }

    /// Does what was posted before now. Called before bytes that came are handled: who has learnt something that
    /// another loop did, and asks this one, finds here what the other loop had posted by then.
    func catchUp() {
        collectMail()
        runJobs()
    }

    private func runJobs() {
        guard !jobs.isEmpty else { return }
        var done = 0
        while done < jobs.count, done < Self.jobsPerTurn {
            let item = jobs[done]
            done += 1
            switch item {
            case .job(let job):
                job.runSynchronously(
                    isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .work(let work):
                work()
            }
        }
        jobs.removeFirst(done)
        if !jobs.isEmpty { requestTurn() }
    }

    // MARK: Tasks

    /// Runs asynchronous code on this loop, at once and up to its first suspension before this returns.
    @discardableResult
    func spawn(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        preconditionCurrent()
        runningTasks += 1
        return Task.immediate(executorPreference: self) {
            await body()
            self.taskEnded()
        }
    }

    private func taskEnded() {
        preconditionCurrent()
        runningTasks -= 1
        if isStopping, runningTasks == 0 { closeHandles() }
    }

    // MARK: Time

    /// Milliseconds of a clock that never goes back, as of the start of this turn.
    var milliseconds: UInt64 {
        uv_now(uv)
    }

    /// Tells `target` once, `delay` from now or up to one tick later.
    func schedule(after delay: Duration, _ target: any LoopTimerTarget) -> LoopTimer {
        let timer = timers.schedule(at: deadline(after: delay), target)
        startTicking()
        return timer
    }

    /// Gives a waiting timer a new time; says false when it has ended.
    @discardableResult
    func move(_ timer: LoopTimer, after delay: Duration) -> Bool {
        timers.move(timer, to: deadline(after: delay))
    }

    /// Drops a timer.
    func cancel(_ timer: LoopTimer) {
        timers.cancel(timer)
    }

    /// Has an owner's one timer end `delay` from now, in place of any earlier time; nil is never.
    func set(_ timer: inout LoopTimer?, after delay: Duration?, _ target: any LoopTimerTarget) {
        guard let delay else {
            if let timer { cancel(timer) }
            timer = nil
            return
        }
        if let timer, move(timer, after: delay) { return }
        timer = schedule(after: delay, target)
    }

    private func deadline(after delay: Duration) -> UInt64 {
        let due = milliseconds + UInt64(clamping: delay.milliseconds)
        return (due + Self.tickMilliseconds - 1) / Self.tickMilliseconds
    }

    /// The ticker stands still while nobody waits, so an idle server sleeps.
    private func startTicking() {
        guard !isTicking, !isStopping else { return }
        isTicking = true
        uv_timer_start(
            ticker, { EventLoop.of($0!.pointee.data).sweepTimers() }, Self.tickMilliseconds,
            Self.tickMilliseconds)
    }

    private func sweepTimers() {
        timers.sweep(to: milliseconds / Self.tickMilliseconds, into: &ended)
        let due = ended
        ended.removeAll(keepingCapacity: true)
        for timer in due { timer.payload.timerEnded(timer.key) }
        if timers.isEmpty {
            isTicking = false
            uv_timer_stop(ticker)
        }
    }

    // MARK: Executor

    func enqueue(_ job: consuming ExecutorJob) {
        let item = Mailbox.Item.job(UnownedJob(job))
        if isCurrent {
            jobs.append(item)
        } else if !mailbox.post(item) {
            preconditionFailure("a task that the loop did not start was left on it when it ended")
        }
    }

    func checkIsolated() {
        preconditionCurrent()
    }

    func isIsolatingCurrentContext() -> Bool? {
        isCurrent
    }
}

/// Names a timer of an event loop.
typealias LoopTimer = TimerWheel<any LoopTimerTarget>.Key

/// Somebody who waits for a time.
protocol LoopTimerTarget: AnyObject {
    /// The time has come. Told on the loop's thread, perhaps once more for a timer that was dropped or moved
    /// in the very sweep that ended it: compare the name.
    func timerEnded(_ ended: LoopTimer)
}

/// Somebody who acts once per turn, when all that the sockets brought has been handled.
protocol LoopTurnHook: AnyObject {
    func turnEnds()
}

/// The part of a loop that other threads may touch.
private struct LoopBell: @unchecked Sendable {
    let handle: UnsafeMutablePointer<uv_async_t>

    func ring() {
        uv_async_send(handle)
    }
}
