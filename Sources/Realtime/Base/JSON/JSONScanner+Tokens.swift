// The tokens that a scanner reads: words, numbers and strings.

extension JSONScanner {
    mutating func literal(
        _ word: StaticString, _ kind: JSONSlice.Kind
    ) throws(JSONError) -> JSONSlice {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < text.count else { throw error(.unexpectedEnd) }
            guard byte == word.utf8Start[index] else { throw error(.invalidLiteral) }
            at &+= 1
        }
        return JSONSlice(kind: kind, start: start, end: at)
    }

    mutating func number() throws(JSONError) -> JSONSlice {
        let start = at
        if byte == UInt8(ascii: "-") { at &+= 1 }
        if at < text.count, byte == UInt8(ascii: "0") {
            at &+= 1
        } else {
            try digits()
        }
        if at < text.count, byte == UInt8(ascii: ".") {
            at &+= 1
            try digits()
        }
        if at < text.count, byte | 0x20 == UInt8(ascii: "e") {
            at &+= 1
            if at < text.count, byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { at &+= 1 }
            try digits()
        }
        // What can't follow a number is named here, where it is clear what was meant: 01, 1.2.3, 1x.
        if at < text.count, Self.isNumberLike(byte) { throw error(.invalidNumber) }
        guard at &- start <= limits.numberLength else {
            throw JSONError(reason: .numberTooLong, offset: start)
        }
        return JSONSlice(kind: .number, start: start, end: at)
    }

    /// Goes past one digit or more.
    @inline(__always)
    private mutating func digits() throws(JSONError) {
        let start = at
        while at < text.count, byte &- 0x30 <= 9 { at &+= 1 }
        if at == start { throw error(at == text.count ? .unexpectedEnd : .invalidNumber) }
    }

    private static func isNumberLike(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "+"), UInt8(ascii: "-"):
            true
        default:
            false
        }
    }
}

// MARK: - Strings

extension JSONScanner {
    /// Validates the string that starts here, eight bytes at a time, and goes past it.
    @inline(__always)
    mutating func string() throws(JSONError) -> JSONSlice {
        let start = at
        let base = base
        let end = text.count
        // Local, so that it stays in a register.
        var here = start &+ 1
        var isEscaped = false
        var highBits: UInt64 = 0
        while true {
            let found: UInt8
            if here &+ 8 <= end {
                let word = base.loadUnaligned(fromByteOffset: here, as: UInt64.self).littleEndian
                let special = JSONWord.special(word)
                guard special != 0 else {
                    highBits |= word
                    here &+= 8
                    continue
                }
                // Of this word only what stands in front of the special byte belongs to the string so far.
                highBits |= word & ((special & (0 &- special)) &- 1)
                let place = special.trailingZeroBitCount &>> 3
                here &+= place
                found = UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: place &* 8))
            } else if here < end {
                found = base.load(fromByteOffset: here, as: UInt8.self)
                guard JSONWord.isSpecial(found) else {
                    highBits |= UInt64(found)
                    here &+= 1
                    continue
                }
            } else {
                throw error(.unexpectedEnd, at: end)
            }
            switch found {
            case UInt8(ascii: "\""):
                if checksUTF8, highBits & JSONWord.highBits != 0 { try checkUTF8(start &+ 1, here) }
                at = here &+ 1
                return JSONSlice(kind: .string, isEscaped: isEscaped, start: start, end: here &+ 1)
            case UInt8(ascii: "\\"):
                isEscaped = true
                at = here
                try escape()
                here = at
            default:
                throw error(.controlCharacter, at: here)
            }
        }
    }

    private mutating func escape() throws(JSONError) {
        guard at &+ 1 < text.count else { throw error(.unexpectedEnd, at: text.count) }
        switch text[at &+ 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            at &+= 2
        case UInt8(ascii: "u"):
            let start = at
            let first = try codeUnit()
            if first & 0xFC00 == 0xDC00 { throw error(.loneSurrogate, at: start) }
            guard first & 0xFC00 == 0xD800 else { return }
            guard at < text.count else { throw error(.unexpectedEnd) }
            guard byte == UInt8(ascii: "\\") else { throw error(.loneSurrogate, at: start) }
            guard at &+ 1 < text.count else { throw error(.unexpectedEnd, at: text.count) }
            guard text[at &+ 1] == UInt8(ascii: "u") else { throw error(.loneSurrogate, at: start) }
            guard try codeUnit() & 0xFC00 == 0xDC00 else { throw error(.loneSurrogate, at: start) }
        default:
            throw error(.invalidEscape)
        }
    }

    /// Reads `\uXXXX`.
    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for offset in at &+ 2..<at &+ 6 {
            guard offset < text.count else { throw error(.unexpectedEnd, at: offset) }
            let byte = text[offset]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- 0x30
            case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
                digit = (byte | 0x20) &- 0x57
            default: throw error(.invalidEscape, at: at)
            }
            value = value << 4 | UInt32(digit)
        }
        at &+= 6
        return value
    }

    /// By the standard library, which says where it is wrong. Text from a WebSocket never comes here: it was
    /// checked as it arrived.
    @inline(never)
    private func checkUTF8(_ start: Int, _ end: Int) throws(JSONError) {
        let content = UnsafeRawBufferPointer(rebasing: text[start..<end])
        do {
            _ = try UTF8Span(validating: content.bindMemory(to: UInt8.self).span)
        } catch {
            throw self.error(.invalidUTF8, at: start + error.byteOffsets.lowerBound)
        }
    }
}

/// Looks at eight bytes of a string at once.
enum JSONWord {
    /// The highest bit of each byte.
    static let highBits: UInt64 = 0x8080_8080_8080_8080

    /// Marks the highest bit of each byte that ends a plain run: a quote, a backslash, a control
    /// character. Bytes after the first marked one may be marked too without being any of these.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quote = word ^ (ones &* UInt64(UInt8(ascii: "\"")))
        let backslash = word ^ (ones &* UInt64(UInt8(ascii: "\\")))
        return
            ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash
            | (word &- ones &* 0x20) & ~word) & highBits
    }

    @inline(__always)
    static func isSpecial(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
