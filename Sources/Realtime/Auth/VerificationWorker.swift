/// Threads for the long work of checking RSA and EC signatures, so that no event loop waits for it.
///
/// What waits is bounded: with the queue full a check is refused at once instead of coming too late. The
/// threads end when the worker is let go of; what still waits then is refused too.
final class VerificationWorker: Sendable {
    /// Takes the outcome, on one of the worker's threads.
    typealias Completion = @Sendable (Result<VerifiedToken, TokenRefusal>) -> Void

    private struct Job {
        let token: ExaminedToken
        let completion: Completion
    }

    private struct Queue {
        /// Nil where a job has been taken, which is before `next`.
        var jobs: [Job?] = []
        var next = 0
        var isClosed = false

        var waiting: Int { jobs.count - next }

        mutating func take() -> Job? {
            guard next < jobs.count else { return nil }
            let job = jobs[next].take()
            next += 1
            // The empty places go away in large pieces, so that each job is moved at most once.
            if next * 2 >= jobs.count {
                jobs.removeFirst(next)
                next = 0
            }
            return job
        }
    }

    private let queue = Monitor(Queue())
    private let capacity: Int

    /// - Parameters:
    ///   - threads: One keeps up with a few thousand new tokens a second, and leaves the other cores to the loops.
    ///   - capacity: How many may wait. 4,096 are about a second's work of one thread; who came later would
    ///     have given up before.
    init(threads: Int = 1, capacity: Int = 4096) {
        precondition(threads > 0 && capacity > 0, "a worker needs a thread and a queue")
        self.capacity = capacity
        for _ in 0..<threads {
            // The thread knows the queue and not the worker, which could otherwise never go away.
            startThread { [queue] in VerificationWorker.work(on: queue) }
        }
    }

    deinit {
        queue.withLock { $0.isClosed = true }
        queue.wakeAll()
    }

    /// Checks the signature soon. False when too many are waiting: then `completion` is not called.
    func check(_ token: ExaminedToken, completion: @escaping Completion) -> Bool {
        let job = Job(token: token, completion: completion)
        let isTaken = queue.withLock { queue in
            guard queue.waiting < capacity else { return false }
            queue.jobs.append(job)
            return true
        }
        if isTaken { queue.wakeAll() }
        return isTaken
    }

    /// Checks the signature without keeping the caller's thread.
    func check(_ token: ExaminedToken) async throws(TokenRefusal) -> VerifiedToken {
        let outcome = await withCheckedContinuation { continuation in
            if !check(token, completion: { continuation.resume(returning: $0) }) {
                continuation.resume(returning: .failure(.unavailable))
            }
        }
        return try outcome.get()
    }

    private static func work(on queue: Monitor<Queue>) {
        while true {
            let (job, isClosed) = queue.wait { queue -> (Job?, Bool)? in
                let job = queue.take()
                return job != nil || queue.isClosed ? (job, queue.isClosed) : nil
            }
            guard let job else { return }
            job.completion(
                isClosed
                    ? .failure(.unavailable)
                    : Result { () throws(TokenRefusal) in try job.token.checkSignature() })
        }
    }
}
