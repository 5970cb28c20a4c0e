import Glibc

/// What the threads of a scripted server share.
final class ScriptedState: @unchecked Sendable {
    struct Contents {
        var answers: [ScriptedAnswer]
        var requests: [ScriptedRequest] = []
        var descriptors: Set<Int32> = []
        var connectionCount = 0
        var isHolding = false
        var isEnded = false
    }

    private typealias Waiter = (
        isMet: @Sendable (Contents) -> Bool, continuation: CheckedContinuation<Void, Never>
    )

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Signalled at every change.
    private let changed: UnsafeMutablePointer<pthread_cond_t>
    private var contents: Contents
    private var waiters: [Waiter] = []

    init(_ answers: [ScriptedAnswer]) {
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        changed = .allocate(capacity: 1)
        pthread_cond_init(changed, nil)
        contents = Contents(answers: answers)
    }

    deinit {
        pthread_cond_destroy(changed)
        pthread_mutex_destroy(mutex)
        changed.deallocate()
        mutex.deallocate()
    }

    var requests: [ScriptedRequest] { change { $0.requests } }
    var connectionCount: Int { change { $0.connectionCount } }

    /// Registers a connection; false when the server has ended.
    func open(_ descriptor: Int32) -> Bool {
        change { contents in
            guard !contents.isEnded else { return false }
            contents.connectionCount += 1
            contents.descriptors.insert(descriptor)
            return true
        }
    }

    /// Closes a connection. Under the lock, so that `end` never shuts a descriptor that is another's by then.
    func close(_ descriptor: Int32) {
        change { contents in
            contents.descriptors.remove(descriptor)
            _ = Glibc.close(descriptor)
        }
    }

    /// Keeps a request and gives what it is answered with, when answers are not held back any more.
    func take(_ request: ScriptedRequest) -> ScriptedAnswer {
        let answer = change { contents in
            contents.requests.append(request)
            return contents.answers.count > 1 ? contents.answers.removeFirst() : contents.answers[0]
        }
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while contents.isHolding, !contents.isEnded { pthread_cond_wait(changed, mutex) }
        return answer
    }

    func hold(_ isHolding: Bool) {
        change { $0.isHolding = isHolding }
    }

    /// Ends every connection.
    func end() {
        change { contents in
            contents.isEnded = true
            for descriptor in contents.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    func wait(until isMet: @escaping @Sendable (Contents) -> Bool) async {
        await withCheckedContinuation { continuation in
            change { _ in waiters.append((isMet, continuation)) }
        }
    }

    /// Changes something, and lets go on who waited for it.
    private func change<Result>(_ body: (inout Contents) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        let result = body(&contents)
        let met = waiters.filter { $0.isMet(contents) }
        waiters.removeAll { $0.isMet(contents) }
        pthread_cond_broadcast(changed)
        pthread_mutex_unlock(mutex)
        for waiter in met { waiter.continuation.resume() }
        return result
    }
}
