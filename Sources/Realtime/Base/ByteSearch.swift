import Glibc

extension UnsafeRawBufferPointer {
    /// Where a byte next stands within `range`, searched many bytes at a time.
    func position(of byte: UInt8, in range: Range<Int>) -> Int? {
        precondition(range.upperBound <= count, "searching past the end")
        guard let baseAddress, !range.isEmpty,
            let found = memchr(baseAddress + range.lowerBound, Int32(byte), range.count)
        else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }
}
