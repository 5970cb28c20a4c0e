/// Joins small writes into full TLS records: each record costs a header, a tag and a call, so a hundred
/// small messages in one record take a fraction of the time and space of a hundred records.
///
/// One per loop, shared by all its sessions: it holds bytes only while a session writes.
final class TLSRecordBuffer {
    /// The most that one record holds.
    static let recordSize = 16 * 1024

    private let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: recordSize, alignment: 64)
    private var count = 0
    private var isInUse = false

    init() {}

    deinit {
        memory.deallocate()
    }

    /// Lends the buffer to one session for as long as `body` runs, after which nothing may be left in it.
    func use(_ body: () -> Void) {
        precondition(!isInUse, "one session writes at a time")
        isInUse = true
        body()
        precondition(count == 0, "bytes of one session were left for another")
        isInUse = false
    }

    /// Takes a run of bytes; those that make full records are passed to `write`.
    func add(_ run: UnsafeRawBufferPointer, _ write: (UnsafeRawBufferPointer) -> Void) {
        var run = run
        if count > 0 {
            let taken = min(run.count, memory.count - count)
            keep(UnsafeRawBufferPointer(rebasing: run[..<taken]))
            run = UnsafeRawBufferPointer(rebasing: run[taken...])
            if count == memory.count { flush(write) }
        }
        // Whole records need no copy.
        let whole = run.count - run.count % memory.count
        if whole > 0 { write(UnsafeRawBufferPointer(rebasing: run[..<whole])) }
        keep(UnsafeRawBufferPointer(rebasing: run[whole...]))
    }

    private func keep(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
        count += bytes.count
    }

    /// Passes on what is left.
    func flush(_ write: (UnsafeRawBufferPointer) -> Void) {
        guard count > 0 else { return }
        write(UnsafeRawBufferPointer(rebasing: memory[..<count]))
        count = 0
    }
}
