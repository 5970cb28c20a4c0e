import Glibc

/// A value that several threads share, reached only while its lock is held.
///
/// It stands on a `pthread_mutex` and not on `Synchronization.Mutex`, because ThreadSanitizer understands
/// the first and gives false reports for the second. Hold it for a few assignments, never across a system
/// call that may block, and never call out to code of others while holding it.
final class Locked<Value: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    init(_ value: consuming sending Value) {
        mutex = .allocate(capacity: 1)
        let failure = pthread_mutex_init(mutex, nil)
        precondition(failure == 0, "a mutex could not be made")
        self.value = value
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` with the value while no other thread can see it.
    func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}

/// A lock for state that lies elsewhere, for the few places where several pieces of state share one.
///
/// Not a `Locked<Void>`: a field without a size has the address of its object, and ThreadSanitizer takes the read of
/// one for a write to the other.
final class BareLock: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init() {
        mutex = .allocate(capacity: 1)
        let failure = pthread_mutex_init(mutex, nil)
        precondition(failure == 0, "a mutex could not be made")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` while no other thread holds the lock.
    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}

/// A locked value that threads can also wait for: `Locked` with a condition variable.
///
/// For threads of our own that may sleep, such as the one that writes the log. An event loop may call
/// `withLock` and `wakeAll`, and must not wait.
final class Monitor<Value: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var value: Value

    init(_ value: consuming sending Value) {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        var attributes = pthread_condattr_t()
        // Time-outs are measured on the monotonic clock: setting the wall clock must not stretch them.
        let failures = [
            pthread_mutex_init(mutex, nil),
            pthread_condattr_init(&attributes),
            pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC),
            pthread_cond_init(condition, &attributes),
            pthread_condattr_destroy(&attributes),
        ]
        precondition(failures.allSatisfy { $0 == 0 }, "a condition variable could not be made")
        self.value = value
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    /// Runs `body` with the value while no other thread can see it. Wakes nobody.
    func withLock<Result: ~Copyable>(_ body: (inout sending Value) -> sending Result) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&value)
    }

    /// Lets every waiting thread look at the value again.
    func wakeAll() {
        pthread_cond_broadcast(condition)
    }

    /// Sleeps until `body` returns something, calling it at once and after every wake-up.
    func wait<Result: ~Copyable>(until body: (inout sending Value) -> sending Result?) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while true {
            if let result = body(&value) { return result }
            pthread_cond_wait(condition, mutex)
        }
    }

    /// Sleeps until `isDone` says so, or the time is up; says which it was.
    func wait(atMost limit: Duration, until isDone: (borrowing Value) -> Bool) -> Bool {
        let deadline = TimeSource.system.now + limit
        var moment = timespec(
            tv_sec: Int(deadline.nanoseconds / 1_000_000_000),
            tv_nsec: Int(deadline.nanoseconds % 1_000_000_000))
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while !isDone(value) {
            if pthread_cond_timedwait(condition, mutex, &moment) == ETIMEDOUT { return isDone(value) }
        }
        return true
    }
}
