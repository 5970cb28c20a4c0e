import Glibc

/// A growable run of bytes that encoders append to and sockets send from.
///
/// Unlike an array its memory stays where it is while nothing is appended, so a pointer into it may be
/// given to the kernel; and clearing it keeps the memory, so that an encoder that runs for every message
/// allocates nothing. It has one owner: it can't be copied.
///
/// Being the only one who knows the memory is also why it may be handed to another thread.
struct ByteBuffer: ~Copyable, @unchecked Sendable {
    private var base: UnsafeMutableRawPointer?
    private(set) var capacity: Int
    private(set) var count: Int

    /// Makes an empty buffer; memory is taken at the first append, or at once where a capacity is asked for.
    init(capacity: Int = 0) {
        self.base = nil
        self.capacity = 0
        self.count = 0
        if capacity > 0 { grow(to: capacity) }
    }

    deinit {
        free(base)
    }

    var isEmpty: Bool { count == 0 }

    /// The bytes written so far. The pointer holds until the next append, removal or the buffer's end.
    var unsafeBytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count)
    }

    /// A copy of the bytes written so far, for tests and cold paths.
    var array: [UInt8] { [UInt8](unsafeBytes) }

    /// Forgets the bytes and keeps the memory.
    mutating func clear() {
        count = 0
    }

    /// Forgets the bytes and gives the memory back when it is more than `limit`, so that one huge
    /// message does not hold its memory for ever.
    mutating func clear(keepingAtMost limit: Int) {
        count = 0
        if capacity > limit {
            free(base)
            base = nil
            capacity = 0
        }
    }

    /// Removes the first `n` bytes by moving the rest forward.
    mutating func removeFirst(_ n: Int) {
        precondition(n >= 0 && n <= count, "removing more than there is")
        guard n > 0, let base else { return }
        count -= n
        memmove(base, base + n, count)
    }

    mutating func removeLast(_ n: Int) {
        precondition(n >= 0 && n <= count, "removing more than there is")
        count -= n
    }

    mutating func append(_ byte: UInt8) {
        if count == capacity { grow(to: count + 1) }
        base.unsafelyUnwrapped.storeBytes(of: byte, toByteOffset: count, as: UInt8.self)
        count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard let source = bytes.baseAddress, bytes.count > 0 else { return }
        if capacity - count < bytes.count { grow(to: count + bytes.count) }
        memcpy(base.unsafelyUnwrapped + count, source, bytes.count)
        count += bytes.count
    }

    mutating func append(_ bytes: borrowing Span<UInt8>) {
        bytes.withUnsafeBytes { append($0) }
    }

    mutating func append(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { append($0) }
    }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// Appends the string's UTF-8.
    mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends the number in decimal digits, without making a string of it.
    mutating func append(decimal value: some FixedWidthInteger) {
        withUnsafeTemporaryAllocation(byteCount: 40, alignment: 1) { digits in
            var rest = value.magnitude
            var start = digits.count
            repeat {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                start -= 1
                digits[start] = UInt8(truncatingIfNeeded: remainder) &+ 0x30
                rest = quotient
            } while rest > 0
            if value < 0 {
                start -= 1
                digits[start] = 0x2D
            }
            append(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Room for at least `size` more bytes, for a writer that fills memory itself; what it wrote counts
    /// after `commit`.
    mutating func reserve(_ size: Int) -> UnsafeMutableRawBufferPointer {
        if capacity - count < size { grow(to: count + size) }
        return UnsafeMutableRawBufferPointer(start: base.map { $0 + count }, count: capacity - count)
    }

    /// Takes in `n` bytes that were written into the memory from `reserve`.
    mutating func commit(_ n: Int) {
        precondition(n >= 0 && n <= capacity - count, "committing more than was reserved")
        count += n
    }

    private mutating func grow(to needed: Int) {
        var size = max(capacity, 64)
        while size < needed { size *= 2 }
        guard let grown = realloc(base, size) else { fatalError("out of memory for \(size) bytes") }
        base = grown
        capacity = size
    }
}
