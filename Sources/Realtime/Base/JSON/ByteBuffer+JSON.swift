extension ByteBuffer {
    /// Appends a string with its quotes and the escapes that it needs.
    mutating func appendJSON(string: String) {
        string.utf8Span.span.withUnsafeBytes { appendJSON(utf8: $0) }
    }

    /// Appends a string, given as bytes that are known to be UTF-8.
    ///
    /// Only what must be is escaped: quotes, backslashes and control characters.
    mutating func appendJSON(utf8: UnsafeRawBufferPointer) {
        // Nearly all strings need no escape: copied word by word in one go, looked at on the way.
        let room = reserve(utf8.count &+ 2)
        room[0] = UInt8(ascii: "\"")
        var at = 0
        while at &+ 8 <= utf8.count {
            let word = utf8.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            guard JSONWord.special(word.littleEndian) == 0 else { break }
            room.storeBytes(of: word, toByteOffset: at &+ 1, as: UInt64.self)
            at &+= 8
        }
        while at < utf8.count, !JSONWord.isSpecial(utf8[at]) {
            room[at &+ 1] = utf8[at]
            at &+= 1
        }
        commit(at &+ 1)
        if at < utf8.count { appendWithEscapes(UnsafeRawBufferPointer(rebasing: utf8[at...])) }
        append(UInt8(ascii: "\""))
    }

    private mutating func appendWithEscapes(_ utf8: UnsafeRawBufferPointer) {
        var run = 0
        for at in 0..<utf8.count where JSONWord.isSpecial(utf8[at]) {
            append(UnsafeRawBufferPointer(rebasing: utf8[run..<at]))
            appendEscape(utf8[at])
            run = at + 1
        }
        append(UnsafeRawBufferPointer(rebasing: utf8[run...]))
    }

    private mutating func appendEscape(_ byte: UInt8) {
        append(UInt8(ascii: "\\"))
        switch byte {
        case 0x08: append(UInt8(ascii: "b"))
        case 0x09: append(UInt8(ascii: "t"))
        case 0x0A: append(UInt8(ascii: "n"))
        case 0x0C: append(UInt8(ascii: "f"))
        case 0x0D: append(UInt8(ascii: "r"))
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): append(byte)
        default:
            append("u00" as StaticString)
            append(0x30 + byte >> 4)
            append(byte & 0x0F < 10 ? 0x30 + byte & 0x0F : 0x57 + byte & 0x0F)
        }
    }

    /// Appends the shortest digits that read back as the same double. JSON has no word for infinity and
    /// not-a-number: they become `null`, as in a browser.
    mutating func appendJSON(double: Double) {
        guard double.isFinite else { return append("null" as StaticString) }
        if let whole = Int(exactly: double), whole.magnitude < 1 << 53, whole != 0 || double.sign == .plus {
            append(decimal: whole)
        } else {
            // More than 15 characters cost an allocation; no double stands on the way of an ordinary message.
            append(double.description)
        }
    }

    mutating func appendJSON(bool: Bool) {
        if bool { append("true" as StaticString) } else { append("false" as StaticString) }
    }

    /// Appends a whole tree.
    mutating func appendJSON(_ value: JSONValue) {
        switch value {
        case .null: append("null" as StaticString)
        case .bool(let bool): appendJSON(bool: bool)
        case .int(let int): append(decimal: int)
        case .double(let double): appendJSON(double: double)
        case .string(let string): appendJSON(string: string)
        case .array(let elements):
            appendJSONArray { array in
                for element in elements { array.value(element) }
            }
        case .object(let members):
            appendJSONObject { object in
                for member in members { object.value(member.key, member.value) }
            }
        }
    }
}
