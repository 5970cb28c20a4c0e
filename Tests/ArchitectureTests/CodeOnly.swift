/// Blanks out comments and the text of string literals, and keeps the code inside interpolations.
struct CodeOnly {
    /// The lines of the text with only code left in them, each of the length it had.
    static func lines(of text: String) -> [String] {
        var reader = CodeOnly(source: Array(text.utf8))
        reader.readCode(untilParenthesis: false)
        return reader.output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private let source: [UInt8]
    private var output: [UInt8]
    private var position = 0

    private init(source: [UInt8]) {
        self.source = source
        output = source.map { $0 == UInt8(ascii: "\n") ? $0 : UInt8(ascii: " ") }
    }

    /// Reads code to the end of the text, or to the parenthesis that closes an interpolation.
    private mutating func readCode(untilParenthesis: Bool) {
        var depth = 0
        while position < source.count {
            if follows("//") {
                while position < source.count, source[position] != UInt8(ascii: "\n") { position += 1 }
            } else if follows("/*") {
                skipBlockComment()
            } else if let hashes = stringStart() {
                readString(hashes: hashes)
            } else {
                if source[position] == UInt8(ascii: "(") { depth += 1 }
                if source[position] == UInt8(ascii: ")") { depth -= 1 }
                if untilParenthesis, depth < 0 { return }
                output[position] = source[position]
                position += 1
            }
        }
    }

    /// Block comments nest.
    private mutating func skipBlockComment() {
        var depth = 0
        while position < source.count {
            if follows("/*") {
                depth += 1
                position += 2
            } else if follows("*/") {
                depth -= 1
                position += 2
                if depth == 0 { return }
            } else {
                position += 1
            }
        }
    }

    /// How many `#` stand before the quotation mark, when a string literal begins here.
    private func stringStart() -> Int? {
        var end = position
        while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
        return end < source.count && source[end] == UInt8(ascii: "\"") ? end - position : nil
    }

    private mutating func readString(hashes: Int) {
        position += hashes
        let fence = String(repeating: "#", count: hashes)
        let quotes = follows("\"\"\"") ? "\"\"\"" : "\""
        position += quotes.utf8.count
        while position < source.count {
            if follows(quotes + fence) {
                position += quotes.utf8.count + hashes
                return
            }
            if follows("\\" + fence + "(") {
                position += hashes + 2
                readCode(untilParenthesis: true)
            } else if follows("\\" + fence) {
                // The escaped character may be a quotation mark.
                position += hashes + 1
            }
            position += 1
        }
    }

    private func follows(_ text: String) -> Bool {
        source[position...].starts(with: text.utf8)
    }
}
