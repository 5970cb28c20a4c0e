/// Checks UTF-8 as it arrives, in pieces of any size, and refuses at the first byte that no valid text
/// could go on with (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
///
/// What it remembers between pieces is three bytes: how many continuation bytes the open sequence still
/// needs, and the range in which the next of them must lie.
struct UTF8Validator: Equatable {
    private var missing: UInt8 = 0
    private var lowest: UInt8 = 0x80
    private var highest: UInt8 = 0xBF

    /// Whether `bytes` by themselves are valid UTF-8.
    static func isValid(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var validator = UTF8Validator()
        return validator.accept(bytes) && validator.isAtBoundary
    }

    /// True where no sequence is open, so that the text may end here.
    var isAtBoundary: Bool { missing == 0 }

    /// Takes the next bytes of the text. False means that the text is broken for good; the validator is
    /// of no use after that.
    mutating func accept(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        while true {
            while missing > 0 {
                guard index < bytes.count else { return true }
                let byte = bytes[index]
                guard byte >= lowest && byte <= highest else { return false }
                missing -= 1
                lowest = 0x80
                highest = 0xBF
                index += 1
            }
            index = Self.skipWhole(bytes, from: index)
            guard index < bytes.count else { return true }
            guard open(bytes[index]) else { return false }
            index += 1
        }
    }

    /// Begins a sequence of two to four bytes. The bounds on its second byte are what keeps out overlong
    /// forms (E0, F0), surrogates (ED) and what lies beyond Unicode (F4).
    private mutating func open(_ lead: UInt8) -> Bool {
        switch lead {
        case 0xC2...0xDF: missing = 1
        case 0xE0...0xEF: missing = 2
        case 0xF0...0xF4: missing = 3
        default: return false
        }
        switch lead {
        case 0xE0: lowest = 0xA0
        case 0xED: highest = 0x9F
        case 0xF0: lowest = 0x90
        case 0xF4: highest = 0x8F
        default: break
        }
        return true
    }

    /// The index behind all the characters from `start` on that are valid and can be judged by loading
    /// four bytes at once. Byte by byte is left what comes after: the last few, or what is broken.
    private static func skipWhole(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while true {
            index = skipASCII(bytes, from: index)
            guard bytes.count - index >= 4 else { return index }
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt32.self).littleEndian
            let length = sequenceLength(word)
            guard length > 0 else { return index }
            index += length
        }
    }

    /// The length of the sequence of two to four bytes that `word`, the first byte lowest, begins with;
    /// 0 where it does not begin with a valid one.
    private static func sequenceLength(_ word: UInt32) -> Int {
        if word & 0x00C0_C0F0 == 0x0080_80E0 {
            let high = word << 6 & 0x3C0 | word >> 8 & 0x3F  // the character's bits above its last six
            return high >= 0x20 && high & 0x3E0 != 0x360 ? 3 : 0
        }
        if word & 0x0000_C0E0 == 0x0000_80C0 {
            return word & 0x1E != 0 ? 2 : 0
        }
        if word & 0xC0C0_C0F8 == 0x8080_80F0 {
            let high = word << 6 & 0x1C0 | word >> 8 & 0x3F  // the character's bits above its last twelve
            return high >= 0x10 && high <= 0x10F ? 4 : 0
        }
        return 0
    }

    /// The index of the first byte above 0x7F at or after `start`, or the end: four words at a time,
    /// then one, then bytes.
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        let highBits: UInt64 = 0x8080_8080_8080_8080
        var index = start
        // In text that is not ASCII most calls end here, before any word is loaded.
        guard index < bytes.count, bytes[index] < 0x80 else { return index }
        while bytes.count - index >= 32 {
            let words =
                bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                | bytes.loadUnaligned(fromByteOffset: index + 8, as: UInt64.self)
                | bytes.loadUnaligned(fromByteOffset: index + 16, as: UInt64.self)
                | bytes.loadUnaligned(fromByteOffset: index + 24, as: UInt64.self)
            guard words & highBits == 0 else { break }
            index += 32
        }
        while bytes.count - index >= 8 {
            let marked = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self).littleEndian & highBits
            guard marked == 0 else { return index + marked.trailingZeroBitCount / 8 }
            index += 8
        }
        while index < bytes.count, bytes[index] < 0x80 { index += 1 }
        return index
    }
}
