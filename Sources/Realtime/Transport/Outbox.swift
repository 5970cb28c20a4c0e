/// What waits to be sent on one connection, in order.
///
/// During a turn of the loop it only collects; at the turn's end it is flushed with one system call. What
/// the kernel does not take then is lent to libuv as a whole (in flight), and what comes meanwhile
/// collects behind it. It does no I/O itself: the owner passes in what writes.
struct Outbox {
    /// How a flush ended.
    enum Flush: Equatable {
        /// Everything was taken.
        case done
        /// The kernel's buffer is full and bytes remain: they have to be queued.
        case blocked
        /// The connection is lost.
        case failed(LoopError)
    }

    /// Copied frames up to this size are cheaper to copy once more than to describe to the kernel as a
    /// run of their own.
    private static let copyLimit = 256

    /// The usual case of a broadcast, one shared frame and nothing else, needs no batch.
    private var single: SharedBytes?
    private var collecting: OutboxBatch?
    private var inFlight: OutboxBatch?

    init() {}

    /// Bytes not yet taken by the kernel, which is what the limit counts.
    var count: Int {
        (single?.count ?? 0) + (collecting?.count ?? 0) + (inFlight?.count ?? 0)
    }

    var isEmpty: Bool { single == nil && collecting == nil && inFlight == nil }

    /// True while libuv holds the front of the outbox; nothing may be flushed past it.
    var isInFlight: Bool { inFlight != nil }

    /// Lets `write` append bytes to the end.
    mutating func append(from pool: OutboxPool, _ write: (inout ByteBuffer) -> Void) {
        batch(from: pool).append(write)
    }

    /// Appends bytes by reference; short ones behind others are copied instead.
    mutating func append(_ bytes: SharedBytes, from pool: OutboxPool) {
        if single == nil, collecting == nil {
            single = bytes
        } else if bytes.count <= Self.copyLimit {
            batch(from: pool).append { buffer in bytes.withUnsafeBytes { buffer.append($0) } }
        } else {
            batch(from: pool).append(bytes)
        }
    }

    private mutating func batch(from pool: OutboxPool) -> OutboxBatch {
        if let collecting { return collecting }
        let batch = pool.take()
        collecting = batch
        if let first = single {
            batch.append(first)
            single = nil
        }
        return batch
    }

    /// Writes what was collected until it is gone or the kernel takes no more.
    mutating func flush(
        describing slices: UnsafeMutableBufferPointer<WriteSlice>, pool: OutboxPool,
        write: (UnsafeBufferPointer<WriteSlice>) -> WriteOutcome
    ) -> Flush {
        guard inFlight == nil else { return .done }
        if let only = single {
            slices[0] = WriteSlice(base: only.unsafePointer, count: only.count)
            let outcome = write(UnsafeBufferPointer(rebasing: slices[..<1]))
            switch outcome {
            case .wrote(only.count):
                single = nil
                return .done
            case .wrote(let sent):
                batch(from: pool).skip(sent)
                return .blocked
            case .wouldBlock:
                _ = batch(from: pool)
                return .blocked
            case .failed(let error):
                return .failed(error)
            }
        }
        guard let batch = collecting else { return .done }
        while !batch.isEmpty {
            let (runs, bytes) = batch.describe(into: slices)
            switch write(UnsafeBufferPointer(rebasing: slices[..<runs])) {
            case .wrote(let sent):
                batch.skip(sent)
                if sent < bytes { return .blocked }
            case .wouldBlock:
                return .blocked
            case .failed(let error):
                return .failed(error)
            }
        }
        collecting = nil
        pool.give(back: batch)
        return .done
    }

    /// After a flush that was blocked: lends the front of what remains to `queue`, which keeps the memory
    /// until `queuedWasWritten`.
    mutating func lend(
        describing slices: UnsafeMutableBufferPointer<WriteSlice>,
        to queue: (UnsafeBufferPointer<WriteSlice>) -> Void
    ) {
        guard inFlight == nil, let batch = collecting else { return }
        inFlight = batch
        collecting = nil
        let (runs, _) = batch.describe(into: slices)
        queue(UnsafeBufferPointer(rebasing: slices[..<runs]))
    }

    /// What was lent has been sent. Whatever of that batch did not fit into one description is collected
    /// again, in front of what came meanwhile.
    mutating func queuedWasWritten(
        describing slices: UnsafeMutableBufferPointer<WriteSlice>, pool: OutboxPool
    ) {
        guard let batch = inFlight else { return }
        batch.skip(batch.describe(into: slices).bytes)
        inFlight = nil
        guard !batch.isEmpty else {
            pool.give(back: batch)
            return
        }
        let later = collecting
        if let shared = single {
            batch.append(shared)
            single = nil
        }
        later?.move(into: batch)
        collecting = batch
        if let later { pool.give(back: later) }
    }

    /// Hands everything collected to `consume`, run by run, and empties it: how plain bytes go through
    /// encryption.
    mutating func drain(
        describing slices: UnsafeMutableBufferPointer<WriteSlice>, pool: OutboxPool,
        _ consume: (UnsafeRawBufferPointer) -> Void
    ) {
        if let only = single {
            only.withUnsafeBytes(consume)
            single = nil
        }
        guard let batch = collecting else { return }
        while !batch.isEmpty {
            let (runs, bytes) = batch.describe(into: slices)
            for slice in slices[..<runs] {
                consume(UnsafeRawBufferPointer(start: slice.base, count: slice.count))
            }
            batch.skip(bytes)
        }
        collecting = nil
        pool.give(back: batch)
    }

    /// Forgets everything that libuv does not hold.
    mutating func discard() {
        single = nil
        collecting = nil
    }
}
