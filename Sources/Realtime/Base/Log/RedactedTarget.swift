/// The target of a request in the form in which it may be logged: the path, and of the query only the
/// names of its parameters. `/ws?token=eyJ…&device_id=7` becomes `/ws?token&device_id`.
///
/// What has no name is `*`, for it may itself be the secret: `/ws?eyJ…`, and so is a name that no sane
/// client sends. The user and password of an absolute target are left out. It is made at once and holds
/// no copy of what it hides.
struct RedactedTarget: Sendable, Equatable, CustomStringConvertible {
    /// The harmless text.
    let description: String

    private static let longestPath = 256
    private static let longestName = 32
    private static let mostNames = 16

    init(_ target: String) {
        self.init(target.utf8.span)
    }

    init(_ target: borrowing Span<UInt8>) {
        let pathEnd = target.firstIndex(from: 0) { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
        var text = Self.path(target.extracting(..<pathEnd))
        if pathEnd < target.count, target[pathEnd] == UInt8(ascii: "?") {
            let queryEnd = target.firstIndex(from: pathEnd) { $0 == UInt8(ascii: "#") }
            text += "?" + Self.names(target.extracting((pathEnd + 1)..<queryEnd)).joined(separator: "&")
        }
        description = text
    }

    /// The path, cut where it is very long, and without what stands before an `@` in `scheme://user@host`.
    private static func path(_ target: borrowing Span<UInt8>) -> String {
        var start = 0
        var prefix = ""
        if target.count > 0, target[0] != UInt8(ascii: "/") {
            var position = 0
            while position < target.count {
                if target[position] == UInt8(ascii: "@") {
                    start = position
                    prefix = "*"
                }
                position += 1
            }
        }
        let shown = target.extracting(start..<min(target.count, start + longestPath))
        return prefix + shown.text + (start + longestPath < target.count ? "…" : "")
    }

    private static func names(_ query: borrowing Span<UInt8>) -> [String] {
        var names: [String] = []
        var start = 0
        while start <= query.count {
            guard names.count < mostNames else { return names + ["…"] }
            let end = query.firstIndex(from: start) { $0 == UInt8(ascii: "&") }
            let parameter = query.extracting(start..<end)
            let nameEnd = parameter.firstIndex(from: 0) { $0 == UInt8(ascii: "=") }
            let isName = nameEnd < parameter.count && (1...longestName).contains(nameEnd)
            names.append(isName ? parameter.extracting(..<nameEnd).text : "*")
            start = end + 1
        }
        return names
    }
}

extension Span<UInt8> {
    /// The first place at or after `start` where a byte fits, or the end.
    fileprivate func firstIndex(from start: Int, where fits: (UInt8) -> Bool) -> Int {
        var position = start
        while position < count, !fits(self[position]) { position += 1 }
        return position
    }

    /// The bytes as text, repaired where they are not UTF-8.
    fileprivate var text: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
