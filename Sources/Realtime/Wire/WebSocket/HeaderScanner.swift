/// Walks over the value of a handshake header, skipping blanks between its parts.
struct HeaderScanner {
    let bytes: UnsafeRawBufferPointer
    private var index = 0

    init(bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        skipBlanks()
    }

    var isAtEnd: Bool { index == bytes.count }

    func isAt(_ mark: Unicode.Scalar) -> Bool {
        !isAtEnd && bytes[index] == UInt8(ascii: mark)
    }

    /// Steps over `mark` and the blanks after it, if it is next.
    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard isAt(mark) else { return false }
        index += 1
        skipBlanks()
        return true
    }

    /// A run of token characters (RFC 9110, section 5.6.2), or nil where there is none.
    mutating func token() -> String? {
        let start = index
        while !isAtEnd, Self.isTokenCharacter(bytes[index]) { index += 1 }
        guard index > start else { return nil }
        let token = String(decoding: bytes[start..<index], as: UTF8.self)
        skipBlanks()
        return token
    }

    /// A quoted string whose content, without backslashes, is a token: nothing else may be quoted here.
    mutating func quotedToken() -> String? {
        guard isAt("\"") else { return nil }
        index += 1
        var content: [UInt8] = []
        while !isAtEnd, !isAt("\"") {
            if isAt("\\") { index += 1 }
            guard !isAtEnd, Self.isTokenCharacter(bytes[index]) else { return nil }
            content.append(bytes[index])
            index += 1
        }
        guard isAt("\""), !content.isEmpty else { return nil }
        index += 1
        skipBlanks()
        return String(decoding: content, as: UTF8.self)
    }

    /// Tokens separated by commas up to the end, or nil where something else is between them.
    mutating func tokenList() -> [String]? {
        var tokens: [String] = []
        while true {
            // Empty elements are allowed in any HTTP list.
            while skip(",") {}
            if isAtEnd { return tokens }
            guard let token = token() else { return nil }
            tokens.append(token)
            guard isAt(",") || isAtEnd else { return nil }
        }
    }

    private mutating func skipBlanks() {
        while !isAtEnd, bytes[index] == 0x20 || bytes[index] == 0x09 { index += 1 }
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}
