/// Bytes that are written once and then held by reference: a broadcast frame sits in a thousand
/// outboxes on any loop as the same memory.
///
/// It never changes after `init`, which is why it may cross threads.
struct SharedBytes: @unchecked Sendable {
    private let storage: ManagedBuffer<Int, UInt8>

    /// Makes `capacity` bytes of room and keeps as many as `fill` says it wrote.
    init(capacity: Int, fill: (UnsafeMutableRawBufferPointer) -> Int) {
        storage = ManagedBuffer<Int, UInt8>.create(minimumCapacity: capacity) { _ in 0 }
        storage.withUnsafeMutablePointers { count, bytes in
            count.pointee = fill(UnsafeMutableRawBufferPointer(start: bytes, count: capacity))
            precondition(count.pointee >= 0 && count.pointee <= capacity, "wrote past the end")
        }
    }

    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(capacity: bytes.count) { room in
            room.copyMemory(from: bytes)
            return bytes.count
        }
    }

    init(_ bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { SharedBytes($0) }
    }

    init(_ buffer: borrowing ByteBuffer) {
        self.init(buffer.unsafeBytes)
    }

    init(_ text: String) {
        var text = text
        self = text.withUTF8 { SharedBytes(UnsafeRawBufferPointer($0)) }
    }

    var count: Int {
        storage.header
    }

    func withUnsafeBytes<Result, Failure>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.withUnsafeMutablePointers { count, bytes throws(Failure) in
            try body(UnsafeRawBufferPointer(start: bytes, count: count.pointee))
        }
    }

    /// The memory itself, which lives as long as a reference to these bytes does: the caller holds one
    /// until the kernel is done with it.
    var unsafePointer: UnsafeRawPointer {
        storage.withUnsafeMutablePointerToElements { UnsafeRawPointer($0) }
    }
}
