import Glibc

/// Writes lines to a file descriptor from a thread of its own, so that a full pipe or a stopped terminal
/// never stops an event loop.
///
/// Lines wait in a buffer of bounded size. What does not fit is dropped and counted, and the count is
/// written as a line of its own as soon as there is room. The thread ends when the writer is let go of,
/// after writing what was waiting.
final class LogWriter: LogSink {
    /// Appends the line that says how many were dropped.
    typealias DropReport = @Sendable (_ count: Int, _ line: inout ByteBuffer) -> Void

    private struct Queue: ~Copyable {
        var pending = ByteBuffer()
        var dropped = 0
        /// The thread holds lines that it has not written yet.
        var isWriting = false
        var isClosed = false
    }

    private let queue: Monitor<Queue>
    private let limit: Int

    /// The descriptor stays the caller's, and must stay open for as long as the writer lives.
    init(descriptor: Int32, limit: Int = 1 << 20, dropReport: @escaping DropReport) {
        let queue = Monitor(Queue())
        self.queue = queue
        self.limit = limit
        // The thread knows the queue and not the writer, which could otherwise never go away.
        startThread {
            LogWriter.writeLines(of: queue, to: descriptor, dropReport)
        }
    }

    deinit {
        queue.withLock { $0.isClosed = true }
        queue.wakeAll()
    }

    func accept(_ line: UnsafeRawBufferPointer) {
        let mustWake = queue.withLock { queue in
            guard queue.pending.count + line.count <= limit else {
                queue.dropped += 1
                return false
            }
            let isFirst = queue.pending.isEmpty
            queue.pending.append(line)
            return isFirst
        }
        if mustWake { queue.wakeAll() }
    }

    func flush(within limit: Duration) -> Bool {
        queue.wait(atMost: limit) { $0.pending.isEmpty && !$0.isWriting }
    }

    private static func writeLines(
        of queue: Monitor<Queue>, to descriptor: Int32, _ dropReport: DropReport
    ) {
        var batch = ByteBuffer()
        while true {
            batch.clear(keepingAtMost: 64 << 10)
            let dropped = queue.wait { queue -> Int? in
                guard !queue.pending.isEmpty || queue.isClosed else { return nil }
                swap(&batch, &queue.pending)
                queue.isWriting = true
                defer { queue.dropped = 0 }
                return queue.dropped
            }
            // The queue is never empty before it is closed and everything in it is written.
            if batch.isEmpty { return }
            if dropped > 0 { dropReport(dropped, &batch) }
            write(batch.unsafeBytes, to: descriptor)
            queue.withLock { $0.isWriting = false }
            queue.wakeAll()
        }
    }

    /// Writes everything, waiting as long as it takes. Where nobody reads any more the bytes are lost:
    /// there is no place left to complain to.
    private static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let written = Glibc.write(
                descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
            if written >= 0 {
                rest = rest.dropFirst(written)
            } else if errno == EAGAIN {
                // Whoever gave us the descriptor made it non-blocking; this thread may wait all the same.
                var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&readiness, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }
}
