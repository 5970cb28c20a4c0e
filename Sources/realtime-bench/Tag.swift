/// Where a message came from and its place in that stream, as sixteen lower-case hex digits on the wire.
///
/// The stream is a connection (echo) or a room; the counter goes up by one per message. Together they tell
/// a lost, doubled, reordered or misdirected message from a good one.
struct Tag: Equatable {
    static let width = 16

    var stream: UInt32
    var counter: UInt32

    func write(to digits: UnsafeMutableRawPointer) {
        Hex.write(stream, to: digits)
        Hex.write(counter, to: digits + 8)
    }

    init(stream: UInt32, counter: UInt32) {
        self.stream = stream
        self.counter = counter
    }

    /// Reads sixteen digits; nil when one is not a lower-case hex digit.
    init?(_ digits: UnsafeRawPointer) {
        guard let stream = Hex.read(digits), let counter = Hex.read(digits + 8) else { return nil }
        self.init(stream: stream, counter: counter)
    }
}

/// Eight lower-case hex digits for 32 bits.
enum Hex {
    static func write(_ value: UInt32, to digits: UnsafeMutableRawPointer) {
        for position in 0..<8 {
            let nibble = UInt8(truncatingIfNeeded: value >> UInt32(28 - 4 * position)) & 0x0F
            digits.storeBytes(
                of: nibble < 10 ? 0x30 + nibble : 0x57 + nibble, toByteOffset: position, as: UInt8.self)
        }
    }

    static func read(_ digits: UnsafeRawPointer) -> UInt32? {
        var value: UInt32 = 0
        for position in 0..<8 {
            let digit = digits.load(fromByteOffset: position, as: UInt8.self)
            switch digit {
            case 0x30...0x39: value = value << 4 | UInt32(digit - 0x30)
            case 0x61...0x66: value = value << 4 | UInt32(digit - 0x57)
            default: return nil
            }
        }
        return value
    }

    static func string(_ value: UInt32) -> String {
        withUnsafeTemporaryAllocation(byteCount: 8, alignment: 1) { digits in
            write(value, to: digits.baseAddress!)
            return String(decoding: digits, as: UTF8.self)
        }
    }
}
