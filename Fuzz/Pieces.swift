extension UnsafeRawBufferPointer {
    /// A place to cut the input in two. It follows from the bytes, so that an input which fails always fails.
    var cut: Int {
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        for byte in prefix(8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        if let last { hash = (hash ^ UInt64(last)) &* 0x100_0000_01B3 }
        return Int((hash >> 32) % UInt64(count + 1))
    }

    /// Lends a copy in memory of its own, which ends where the bytes end: the sanitizer sees a step over it.
    func withCopy<Result>(_ body: (UnsafeMutableRawBufferPointer) -> Result) -> Result {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { copy.deallocate() }
        copy.copyMemory(from: self)
        return body(copy)
    }

    /// Lends copies of the two pieces that `cut` makes, one after the other.
    func inTwo(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        let cut = cut
        UnsafeRawBufferPointer(rebasing: self[..<cut]).withCopy(body)
        UnsafeRawBufferPointer(rebasing: self[cut...]).withCopy(body)
    }

    /// Lends a copy of every single byte, in order.
    func inBytes(_ body: (UnsafeMutableRawBufferPointer) -> Void) {
        for index in indices { UnsafeRawBufferPointer(rebasing: self[index...index]).withCopy(body) }
    }
}

/// What a parser reported, in a form in which two runs can be compared. Bytes that were reported in pieces
/// count as if they had come at once.
struct Transcript: Equatable {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    /// Nothing is read after a failure.
    var isOver = false

    mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        for byte in bytes { add(byte) }
    }

    mutating func add(_ text: String) {
        for byte in text.utf8 { add(byte) }
        add(0xFF)
    }

    mutating func add(_ number: Int) {
        for shift in stride(from: 0, to: 64, by: 8) { add(UInt8(truncatingIfNeeded: number >> shift)) }
    }
}
