/// Crockford's base 32: digits and capitals without I, L, O and U.
///
/// Its digits stand in the order of their ASCII codes, so texts of the same length sort as their numbers.
enum Base32 {
    private static let digits: StaticString = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

    /// Writes the low `room.count * 5` bits, all of them.
    @inline(__always)
    static func write(_ value: UInt64, to room: UnsafeMutableRawBufferPointer) {
        var rest = value
        var at = room.count
        while at > 0 {
            at &-= 1
            room[at] = digits.utf8Start[Int(truncatingIfNeeded: rest & 31)]
            rest &>>= 5
        }
    }

    /// Reads what `write` wrote: at most 64 bits, in capitals. Nil for any other text.
    static func read(_ text: UnsafeRawBufferPointer) -> UInt64? {
        var value: UInt64 = 0
        for byte in text {
            guard value >> 59 == 0, let digit = digit(of: byte) else { return nil }
            value = value << 5 | digit
        }
        return value
    }

    private static func digit(of byte: UInt8) -> UInt64? {
        for index in 0..<32 where digits.utf8Start[index] == byte { return UInt64(index) }
        return nil
    }
}
