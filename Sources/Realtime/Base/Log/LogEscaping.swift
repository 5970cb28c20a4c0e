/// Strangers choose paths, names and addresses that end up in the log. Nothing of theirs may end a line,
/// move the cursor of a terminal, reverse the reading order, or fill the disk.
extension ByteBuffer {
    /// How much of one value is kept, in Unicode scalars.
    static let longestLogValue = 1024

    /// Appends a JSON string, harmless in a terminal too.
    mutating func append(quoted text: String) {
        append(UInt8(ascii: "\""))
        var room = ByteBuffer.longestLogValue
        for scalar in text.unicodeScalars {
            if room == 0 {
                append("…" as StaticString)
                break
            }
            room -= 1
            append(escaping: scalar)
        }
        append(UInt8(ascii: "\""))
    }

    /// Appends a value of a text line: bare where it can't be mistaken for anything else, else quoted.
    mutating func append(quotedIfNeeded text: String) {
        let isPlain =
            !text.isEmpty && text.utf8.count <= ByteBuffer.longestLogValue
            && text.unicodeScalars.allSatisfy { scalar in
                scalar != " " && scalar != "=" && !scalar.mustBeEscaped
            }
        if isPlain {
            append(text)
        } else {
            append(quoted: text)
        }
    }

    private mutating func append(escaping scalar: Unicode.Scalar) {
        guard scalar.mustBeEscaped else {
            for byte in UTF8.encode(scalar).unsafelyUnwrapped { append(byte) }
            return
        }
        append(UInt8(ascii: "\\"))
        switch scalar {
        case "\"", "\\": append(UInt8(ascii: scalar))
        case "\n": append(UInt8(ascii: "n"))
        case "\r": append(UInt8(ascii: "r"))
        case "\t": append(UInt8(ascii: "t"))
        default:
            // What must be escaped lies below U+FFFF, so that four digits are enough.
            append(UInt8(ascii: "u"))
            for shift in [12, 8, 4, 0] as [UInt32] {
                append(ByteBuffer.hexDigits[Int(scalar.value >> shift & 0xF)])
            }
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)
}

extension Unicode.Scalar {
    /// Quotes and backslashes, control characters (also those above 0x7F, which some terminals obey), line
    /// and paragraph separators, and the marks that change the reading direction.
    fileprivate var mustBeEscaped: Bool {
        switch value {
        case 0x00..<0x20, 0x22, 0x5C, 0x7F..<0xA0: true
        case 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
