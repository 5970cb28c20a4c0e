import Glibc

/// Where one value stands in a scanned text, and of what kind it is.
///
/// It holds offsets, not memory: it stays right when the text moves as a whole, and every question about
/// its content takes the text again. Only a scanner makes one, so what it covers is well-formed.
struct JSONSlice: Equatable, Sendable {
    /// The kinds of value.
    enum Kind: UInt8, Sendable {
        case object, array, string, number, `true`, `false`, null
    }

    let kind: Kind

    /// Whether a string has escapes, which is when its bytes are not its text.
    let isEscaped: Bool

    private let start: UInt32
    private let end: UInt32

    init(kind: Kind, isEscaped: Bool = false, start: Int, end: Int) {
        self.kind = kind
        self.isEscaped = isEscaped
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
    }

    /// The bytes of the value as they were received, a string's quotes included.
    var range: Range<Int> {
        Range(uncheckedBounds: (Int(start), Int(end)))
    }

    /// The value as it was received, for relaying.
    func bytes(in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[range])
    }

    /// A string's bytes between the quotes, with the escapes as they were received.
    func content(in text: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        assert(kind == .string)
        return UnsafeRawBufferPointer(rebasing: text[Int(start) + 1..<Int(end) - 1])
    }

    /// The text of a string with escapes resolved; `nil` when it is not a string.
    func string(in text: UnsafeRawBufferPointer) -> String? {
        guard kind == .string else { return nil }
        let content = content(in: text)
        guard isEscaped else { return String(decoding: content, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: content.count) { room in
            var count = 0
            for byte in JSONUnescaped(content: content) {
                room.initializeElement(at: count, to: byte)
                count += 1
            }
            return count
        }
    }

    /// Whether this is a string with just this text.
    func equals(_ other: StaticString, in text: UnsafeRawBufferPointer) -> Bool {
        equals(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount), in: text)
    }

    /// Whether this is a string with just these bytes of UTF-8, escapes resolved.
    func equals(_ other: UnsafeRawBufferPointer, in text: UnsafeRawBufferPointer) -> Bool {
        guard kind == .string else { return false }
        let content = content(in: text)
        if isEscaped { return JSONUnescaped(content: content).elementsEqual(other) }
        guard content.count == other.count else { return false }
        guard let left = content.baseAddress, let right = other.baseAddress else { return other.isEmpty }
        return memcmp(left, right, other.count) == 0
    }

    /// The value of a number written without fraction and exponent that fits; `nil` otherwise.
    func int(in text: UnsafeRawBufferPointer) -> Int? {
        integer(in: text)
    }

    /// The same for any width.
    func integer<Integer: FixedWidthInteger>(in text: UnsafeRawBufferPointer) -> Integer? {
        guard kind == .number else { return nil }
        let digits = bytes(in: text)
        let isNegative = digits[0] == UInt8(ascii: "-")
        var value: Integer = 0
        for byte in digits[(isNegative ? 1 : 0)...] {
            let digit = byte &- 0x30
            guard digit <= 9 else { return nil }
            let (shifted, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return nil }
            // Counts downwards for negative numbers, whose range is wider by one.
            let step = Integer(truncatingIfNeeded: digit)
            let (next, carry) =
                isNegative
                ? shifted.subtractingReportingOverflow(step) : shifted.addingReportingOverflow(step)
            guard !carry else { return nil }
            value = next
        }
        return value
    }

    /// The nearest double; `nil` when it is not a number or is too large for a double.
    func double(in text: UnsafeRawBufferPointer) -> Double? {
        guard kind == .number else { return nil }
        let bytes = bytes(in: text)
        return JSONDecimal(bytes).double ?? JSONDecimal.slowDouble(bytes)
    }

    var bool: Bool? {
        switch kind {
        case .true: true
        case .false: false
        case .object, .array, .string, .number, .null: nil
        }
    }

    var isNull: Bool { kind == .null }
}

/// The UTF-8 of a string whose escapes are known to be well-formed, byte by byte.
struct JSONUnescaped: Sequence, IteratorProtocol {
    private let content: UnsafeRawBufferPointer
    private var at = 0

    /// What is left of a scalar from an escape, the next byte lowest, and how many bytes that is.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    /// - Parameter content: What stands between the quotes.
    init(content: UnsafeRawBufferPointer) {
        self.content = content
    }

    mutating func next() -> UInt8? {
        if pendingCount > 0 {
            let byte = UInt8(truncatingIfNeeded: pending)
            pending >>= 8
            pendingCount -= 1
            return byte
        }
        guard at < content.count else { return nil }
        let byte = content[at]
        at += 1
        guard byte == UInt8(ascii: "\\") else { return byte }
        let letter = content[at]
        at += 1
        switch letter {
        case UInt8(ascii: "b"): return 0x08
        case UInt8(ascii: "f"): return 0x0C
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "u"): return scalar()
        default: return letter
        }
    }

    private mutating func scalar() -> UInt8? {
        var value = codeUnit()
        if value & 0xFC00 == 0xD800 {
            at += 2
            value = 0x10000 + (value & 0x3FF) << 10 + (codeUnit() & 0x3FF)
        }
        guard value >= 0x80 else { return UInt8(value) }
        let tail = { (shift: UInt32) in 0x80 | (value >> shift) & 0x3F }
        if value < 0x800 {
            pending = tail(0)
            pendingCount = 1
            return UInt8(0xC0 | value >> 6)
        } else if value < 0x10000 {
            pending = tail(6) | tail(0) << 8
            pendingCount = 2
            return UInt8(0xE0 | value >> 12)
        } else {
            pending = tail(12) | tail(6) << 8 | tail(0) << 16
            pendingCount = 3
            return UInt8(0xF0 | value >> 18)
        }
    }

    private mutating func codeUnit() -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            let byte = content[at]
            at += 1
            value = value << 4 | UInt32(byte < 0x3A ? byte - 0x30 : (byte | 0x20) - 0x57)
        }
        return value
    }
}
