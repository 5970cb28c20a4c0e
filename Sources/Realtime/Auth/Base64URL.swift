/// Base64 with the URL alphabet and without padding (RFC 4648, section 5), as tokens and key sets have it.
///
/// Decoding is canonical: for every run of bytes there is exactly one text that is accepted, so nobody can
/// change a token's text and still have the same token.
enum Base64URL {
    private static let alphabet: StaticString =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

    /// The bytes that the text stands for; nil for anything but the canonical form.
    static func decode(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        // One digit alone can't hold a byte.
        guard text.count % 4 != 1 else { return nil }
        var isCanonical = true
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count * 3 / 4) { room, count in
            var group: UInt32 = 0
            var bits = 0
            for byte in text {
                let digit = value(of: byte)
                isCanonical = isCanonical && digit < 64
                group = group << 6 | UInt32(digit & 63)
                bits += 6
                guard bits >= 8 else { continue }
                bits -= 8
                room.initializeElement(at: count, to: UInt8(truncatingIfNeeded: group >> UInt32(bits)))
                count += 1
            }
            // What is left of the last digit belongs to no byte and must be zero.
            if group & (1 << UInt32(bits) - 1) != 0 { isCanonical = false }
        }
        return isCanonical ? bytes : nil
    }

    /// The same for a string.
    static func decode(_ text: String) -> [UInt8]? {
        text.utf8Span.span.withUnsafeBytes { decode($0) }
    }

    /// The text of some bytes.
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        let digits = alphabet.utf8Start
        var text: [UInt8] = []
        var group: UInt32 = 0
        var bits = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(digits[Int(group >> UInt32(bits) & 63)])
            }
        }
        if bits > 0 { text.append(digits[Int(group << UInt32(6 - bits) & 63)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// 0 to 63 for a digit, 255 for any other byte.
    @inline(__always)
    private static func value(of byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte &- 0x41
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte &- 0x47
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &+ 4
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: 255
        }
    }
}
