/// A notification's id: `ntf_` and 32 hexadecimal digits that sort by time.
///
/// 48 bits of milliseconds since 1970, then what tells those of one millisecond apart. The database keeps it as a
/// `uuid`.
struct NotificationID: Hashable, Sendable {
    let high: UInt64
    let low: UInt64

    /// How many bytes the written form has, always.
    static let byteCount = 36

    private static let prefix: StaticString = "ntf_"

    init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Reads the written form; nil for any other text.
    init?(_ text: UnsafeRawBufferPointer) {
        guard text.count == Self.byteCount,
            text.starts(with: UnsafeBufferPointer(start: Self.prefix.utf8Start, count: 4)),
            let high = Self.read(UnsafeRawBufferPointer(rebasing: text[4..<20])),
            let low = Self.read(UnsafeRawBufferPointer(rebasing: text[20..<36]))
        else { return nil }
        self.high = high
        self.low = low
    }

    /// Reads the written form; nil for any other text.
    init?(_ text: String) {
        guard let id = ExactText(text).withUTF8({ NotificationID($0) }) else { return nil }
        self = id
    }

    private static func read(_ digits: UnsafeRawBufferPointer) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            let bits: UInt8
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): bits = digit - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): bits = digit - UInt8(ascii: "a") + 10
            default: return nil
            }
            value = value << 4 | UInt64(bits)
        }
        return value
    }

    fileprivate func write(to room: UnsafeMutableRawBufferPointer) {
        room.baseAddress?.copyMemory(from: Self.prefix.utf8Start, byteCount: 4)
        for place in 0..<16 {
            room[4 + place] = Self.digit(high >> UInt64(60 - place * 4))
            room[20 + place] = Self.digit(low >> UInt64(60 - place * 4))
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let bits = UInt8(truncatingIfNeeded: value & 15)
        return bits < 10 ? UInt8(ascii: "0") + bits : UInt8(ascii: "a") + bits - 10
    }
}

extension NotificationID: CustomStringConvertible {
    var description: String {
        String(unsafeUninitializedCapacity: Self.byteCount) { bytes in
            write(to: UnsafeMutableRawBufferPointer(bytes))
            return Self.byteCount
        }
    }
}
