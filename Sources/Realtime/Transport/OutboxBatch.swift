/// Bytes in the order in which they are to be sent, some copied in, some held by reference.
///
/// A batch exists only while its connection has something to send: it comes from the loop's pool and goes
/// back there, so an idle connection pays nothing for it and a busy one allocates nothing.
final class OutboxBatch {
    private enum Segment {
        /// The next so many bytes of `copied`.
        case copied(Int)
        case shared(SharedBytes)

        var count: Int {
            switch self {
            case .copied(let count): count
            case .shared(let bytes): bytes.count
            }
        }
    }

    private var copied = ByteBuffer()
    private var segments: [Segment] = []
    /// What is sent already: whole segments, bytes of the next one, and bytes of `copied`.
    private var sentSegments = 0
    private var sentOfNext = 0
    private var copiedStart = 0

    /// Bytes not yet sent.
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Lets `write` append bytes to the end. It may only append.
    func append(_ write: (inout ByteBuffer) -> Void) {
        let before = copied.count
        write(&copied)
        let added = copied.count - before
        guard added > 0 else { return }
        count += added
        if case .copied(let length)? = segments.last, segments.count > sentSegments {
            segments[segments.count - 1] = .copied(length + added)
        } else {
            segments.append(.copied(added))
        }
    }

    /// Appends bytes by reference.
    func append(_ bytes: SharedBytes) {
        guard bytes.count > 0 else { return }
        count += bytes.count
        segments.append(.shared(bytes))
    }

    /// Describes the unsent bytes from the front, as many runs as there is room for; says how many runs
    /// and bytes those are. The pointers hold until the next append, or until the bytes are skipped.
    func describe(into slices: UnsafeMutableBufferPointer<WriteSlice>) -> (runs: Int, bytes: Int) {
        var runs = 0
        var bytes = 0
        var position = copiedStart
        var skip = sentOfNext
        let memory = copied.unsafeBytes
        for segment in segments[sentSegments...] {
            if runs == slices.count { break }
            let length = segment.count - skip
            switch segment {
            case .copied:
                slices[runs] = WriteSlice(base: memory.baseAddress.map { $0 + position }, count: length)
                position += length
            case .shared(let shared):
                slices[runs] = WriteSlice(base: shared.unsafePointer + skip, count: length)
            }
            runs += 1
            bytes += length
            skip = 0
        }
        return (runs, bytes)
    }

    /// Forgets the first `sent` unsent bytes.
    func skip(_ sent: Int) {
        precondition(sent <= count, "more was sent than there is")
        count -= sent
        var rest = sent
        while rest > 0 {
            let segment = segments[sentSegments]
            let taken = min(rest, segment.count - sentOfNext)
            if case .copied = segment { copiedStart += taken }
            rest -= taken
            sentOfNext += taken
            if sentOfNext == segment.count {
                sentSegments += 1
                sentOfNext = 0
            }
        }
    }

    /// Appends all unsent bytes to another batch and keeps none.
    func move(into other: OutboxBatch) {
        var position = copiedStart
        var skip = sentOfNext
        for segment in segments[sentSegments...] {
            let length = segment.count - skip
            switch segment {
            case .copied:
                let run = UnsafeRawBufferPointer(rebasing: copied.unsafeBytes[position..<position + length])
                other.append { $0.append(run) }
                position += length
            case .shared(let shared) where skip == 0:
                other.append(shared)
            case .shared(let shared):
                other.append { buffer in
                    shared.withUnsafeBytes { buffer.append(UnsafeRawBufferPointer(rebasing: $0[skip...])) }
                }
            }
            skip = 0
        }
        reset(keepingAtMost: 0)
    }

    /// Empties the batch for its next user and keeps its memory, unless it grew beyond `limit`.
    func reset(keepingAtMost limit: Int) {
        copied.clear(keepingAtMost: limit)
        segments.removeAll(keepingCapacity: segments.capacity <= 64)
        sentSegments = 0
        sentOfNext = 0
        copiedStart = 0
        count = 0
    }
}

/// The spare batches of a loop.
final class OutboxPool {
    /// As many as one turn of a busy loop may use: the kernel reports at most 1,024 sockets at a time.
    private static let spareLimit = 1_024
    private static let keptBytes = 2 * 1_024

    private var spares: [OutboxBatch] = []

    func take() -> OutboxBatch {
        spares.popLast() ?? OutboxBatch()
    }

    func give(back batch: OutboxBatch) {
        guard spares.count < Self.spareLimit else { return }
        batch.reset(keepingAtMost: Self.keptBytes)
        spares.append(batch)
    }
}
