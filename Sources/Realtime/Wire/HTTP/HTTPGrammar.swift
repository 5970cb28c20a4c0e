/// The kinds of bytes that RFC 9110 and RFC 9112 tell apart.
enum HTTPGrammar {
    static let carriageReturn = UInt8(ascii: "\r")
    static let lineFeed = UInt8(ascii: "\n")

    /// A byte of a method, a field name or another name that the protocol gives.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// A byte of a request target: what browsers leave unescaped, which is more than RFC 3986 allows (such
    /// as `|` in a query) but has no control byte, no space, no quotation mark or angle bracket, no `#` and
    /// nothing beyond ASCII.
    static func isTarget(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">"): false
        case 0x21...0x7E: true
        default: false
        }
    }

    /// A byte of a registered name in an authority (RFC 3986, 3.2.2); that escapes are whole is not checked.
    static func isHostName(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "%"),
            UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("),
            UInt8(ascii: ")"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"),
            UInt8(ascii: "="):
            true
        default:
            false
        }
    }

    /// White space inside a line: a space or a tab.
    static func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09
    }

    /// A byte that may stand in a field's value: anything but control bytes, of which only the tab may.
    static func isFieldValue(_ byte: UInt8) -> Bool {
        (byte >= 0x20 && byte != 0x7F) || byte == 0x09
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10
    }

    /// What a hexadecimal digit stands for.
    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Whether every byte may stand in a field's value.
    ///
    /// It never leaves early, so that the compiler can look at many bytes with one instruction.
    static func isFieldValue(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var hasOther = false
        for byte in bytes {
            hasOther = hasOther || !isFieldValue(byte)
        }
        return !hasOther
    }

    /// Whether the bytes are a token, which has at least one.
    static func isToken(_ bytes: UnsafeRawBufferPointer) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { isToken($0) }
    }

    /// Whether the bytes are a host with or without a port: a name, an IPv4 address or an IPv6 address in
    /// brackets. Never empty: a recipient must refuse an http URI without a host.
    static func isHost(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var position = 0
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1,
                bytes[1..<close].allSatisfy({
                    hexValue($0) != nil || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                })
            else { return false }
            position = close + 1
        } else {
            while position < bytes.count, isHostName(bytes[position]) { position += 1 }
            if position == 0 { return false }
        }
        if position == bytes.count { return true }
        return bytes[position] == UInt8(ascii: ":") && bytes[(position + 1)...].allSatisfy(isDigit)
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the bytes are exactly this text.
    func equals(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for position in 0..<count where self[position] != text.utf8Start[position] { return false }
        return true
    }

    /// The same, where ASCII letters are equal in both cases.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        guard count == text.utf8CodeUnitCount else { return false }
        for position in 0..<count {
            let byte = self[position]
            let difference = byte ^ text.utf8Start[position]
            if difference == 0 { continue }
            guard difference == 0x20, (byte | 0x20) &- UInt8(ascii: "a") < 26 else { return false }
        }
        return true
    }

    /// The bytes without the white space around them.
    var trimmingBlanks: UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, HTTPGrammar.isBlank(self[start]) { start += 1 }
        while end > start, HTTPGrammar.isBlank(self[end - 1]) { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }

    /// Calls `body` with each element of a comma-separated list, without white space and empty elements,
    /// until it returns true; whether it did.
    func containsListElement(where body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        var start = 0
        while start <= count {
            var end = start
            while end < count, self[end] != UInt8(ascii: ",") { end += 1 }
            let element = UnsafeRawBufferPointer(rebasing: self[start..<end]).trimmingBlanks
            if !element.isEmpty, body(element) { return true }
            start = end + 1
        }
        return false
    }
}
