/// One Swift file, read closely enough to tell what it imports, declares and mentions.
///
/// This is no parser: comments and the text of string literals are blanked out, and what remains is read as
/// words. That is enough for names of types, which are never spelled in pieces.
struct SwiftSource {
    /// Below the folder that was read, as in `Wire/HTTP/RequestParser.swift`.
    let path: String
    let lineCount: Int
    let imports: Set<String>
    /// Types declared at the top level that other files can see.
    let sharedTypes: Set<String>
    /// Every type declared anywhere in the file; such a name may be the folder's own and no mention of another's.
    let ownTypes: Set<String>
    /// Every word that is not a member's name, that is, does not follow a dot.
    let words: Set<String>

    init(path: String, text: String) {
        self.path = path
        lineCount = text.utf8.count { $0 == UInt8(ascii: "\n") }

        var imports: Set<String> = []
        var sharedTypes: Set<String> = []
        var ownTypes: Set<String> = []
        var words: Set<String> = []
        for line in CodeOnly.lines(of: text) {
            let isTopLevel = line.first.map { !$0.isWhitespace } ?? false
            let found = Self.words(of: line)
            words.formUnion(found.filter { !$0.isMember }.map(\.text))
            let names = found.map(\.text)
            if let keyword = names.firstIndex(of: "import"), keyword + 1 < names.count, isTopLevel {
                // `import struct Glibc.timespec` imports from Glibc too.
                let kinds: Set = ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]
                imports.insert(names.dropFirst(keyword + 1).first { !kinds.contains($0) } ?? "")
                continue
            }
            for (index, name) in names.enumerated().dropLast() where Self.declarers.contains(name) {
                let declared = names[index + 1]
                // `class func` and `class var` declare no type.
                guard declared.first?.isUppercase == true else { continue }
                ownTypes.insert(declared)
                let isHidden = names[..<index].contains { $0 == "private" || $0 == "fileprivate" }
                if isTopLevel, !isHidden { sharedTypes.insert(declared) }
            }
        }
        self.imports = imports
        self.sharedTypes = sharedTypes
        self.ownTypes = ownTypes
        self.words = words
    }

    /// The first folder of the path.
    var folder: String {
        String(path.prefix { $0 != "/" })
    }

    private static let declarers: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]

    private struct Word {
        let text: String
        /// Whether a dot stands before it.
        let isMember: Bool
    }

    private static func words(of line: String) -> [Word] {
        var words: [Word] = []
        var current: [UInt8] = []
        var previous = UInt8(ascii: " ")
        var isMember = false
        for byte in line.utf8 {
            if isWordByte(byte) {
                if current.isEmpty { isMember = previous == UInt8(ascii: ".") }
                current.append(byte)
            } else if !current.isEmpty {
                words.append(Word(text: String(decoding: current, as: UTF8.self), isMember: isMember))
                current.removeAll()
            }
            previous = byte
        }
        if !current.isEmpty {
            words.append(Word(text: String(decoding: current, as: UTF8.self), isMember: isMember))
        }
        return words
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }
}
