import CLinux
import Glibc

/// One thread's epoll. Whoever registers a socket chooses the key that its events carry.
///
/// It is made on the main thread and then handed to one thread at a time; nothing in it is locked.
final class Poller: @unchecked Sendable {
    /// A socket that is ready.
    struct Event {
        let key: Int
        let isWritable: Bool
        /// There is something to read, or the socket has ended.
        let isReadable: Bool
    }

    private let descriptor: Int32
    private let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: 512)

    init() throws(BenchFailure) {
        descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
        if descriptor < 0 { throw BenchFailure(errno: errno, in: "epoll_create1") }
    }

    deinit {
        if descriptor >= 0 { close(descriptor) }
        events.deallocate()
    }

    /// Waits for events until `deadline` at most and returns how many there are.
    func wait(until deadline: UInt64) throws(BenchFailure) -> Int {
        let now = Clock.now()
        let wait = deadline > now ? deadline - now : 0
        var timeout = timespec(tv_sec: Int(wait / Clock.second), tv_nsec: Int(wait % Clock.second))
        let ready = epoll_pwait2(descriptor, events.baseAddress, Int32(events.count), &timeout, nil)
        if ready >= 0 { return Int(ready) }
        if errno == EINTR { return 0 }
        throw BenchFailure(errno: errno, in: "epoll_pwait2")
    }

    /// One of those that the latest `wait` counted.
    subscript(position: Int) -> Event {
        let event = events[position]
        return Event(
            key: Int(event.data.u64),
            isWritable: event.events & EPOLLOUT.rawValue != 0,
            isReadable: event.events & ~EPOLLOUT.rawValue != 0)
    }

    /// Adds a socket or changes what is waited for; returns 0, or why that can't be.
    func watch(_ socket: Int32, key: Int, _ operation: Int32, writable: Bool = false) -> Int32 {
        let interest = EPOLLIN.rawValue | (writable ? EPOLLOUT.rawValue : 0)
        var event = epoll_event(events: interest, data: epoll_data_t(u64: UInt64(key)))
        return epoll_ctl(descriptor, operation, socket, &event) == 0 ? 0 : errno
    }
}
