import Glibc
import Synchronization
public import Testing

/// Has tests run on threads of their own. For those that wait for processes, files and sockets as plain code does: the
/// pool that tests run on has only as many threads as there are cores, and what takes them takes them from all others.
public struct OwnThreadTrait: TestTrait, SuiteTrait, TestScoping {
    /// Each test of a suite has a thread of its own.
    public var isRecursive: Bool { true }

    /// Runs the test there.
    @concurrent
    public func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadExecutor()) { try await function() }
    }
}

extension Trait where Self == OwnThreadTrait {
    /// On a thread of its own.
    public static var ownThread: Self { Self() }
}

/// Runs code that blocks, such as a plain client, on a thread of its own, as a part of the test that calls it.
public func onThread<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
    try await withTaskExecutorPreference(ThreadExecutor()) { try await concurrently(body) }
}

/// Leaves the caller's thread for the one that its task prefers.
@concurrent
private func concurrently<Result: Sendable>(
    _ body: @Sendable () throws -> Result
) async throws -> Result {
    try body()
}

/// Runs jobs one after the other on a thread that lasts as long as there are any.
private final class ThreadExecutor: TaskExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let isFirst = state.withLock { state in
            state.jobs.append(job)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if isFirst { startThread() }
    }

    private func startThread() {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(
            &thread, &attributes,
            { executor in
                Unmanaged<ThreadExecutor>.fromOpaque(executor!).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(status == 0, "no thread: \(status)")
        pthread_attr_destroy(&attributes)
    }

    private func run() {
        while let job = next() { job.runSynchronously(on: asUnownedTaskExecutor()) }
    }

    private func next() -> UnownedJob? {
        state.withLock { state in
            state.isRunning = !state.jobs.isEmpty
            return state.isRunning ? state.jobs.removeFirst() : nil
        }
    }
}
