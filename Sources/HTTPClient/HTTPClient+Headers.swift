extension HTTPClient {
    /// The headers of a request or a response, in order. Upper and lower case are the same in their names.
    public struct Headers: Sendable, ExpressibleByDictionaryLiteral {
        private(set) var fields: [(name: String, value: String)]

        /// The headers of a literal such as `["Accept": "application/json"]`.
        public init(dictionaryLiteral elements: (String, String)...) {
            fields = elements.map { (name: $0.0, value: $0.1) }
        }

        /// The value of a header; where it stands several times, all values with commas between them.
        public subscript(name: String) -> String? {
            let values = fields.filter { Self.isSame($0.name, name) }.map(\.value)
            return values.isEmpty ? nil : values.joined(separator: ", ")
        }

        /// Adds one at the end.
        public mutating func append(_ name: String, _ value: String) {
            fields.append((name: name, value: value))
        }

        /// Refuses what would end the header early and begin something else, and what would contradict the
        /// client about where the request ends.
        func check() throws(HTTPClientError) {
            for (name, value) in fields {
                guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte) else {
                    throw HTTPClientError(.badHeader, "a header's name is not a word")
                }
                guard value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                    throw HTTPClientError(.badHeader, "the value of \(name) has a control character in it")
                }
                guard !Self.own.contains(where: { Self.isSame($0, name) }) else {
                    throw HTTPClientError(.badHeader, "the client sets \(name) itself")
                }
            }
        }

        private static let own = ["Content-Length", "Transfer-Encoding", "Connection", "Expect", "Upgrade"]

        private static func isSame(_ left: String, _ right: String) -> Bool {
            left.utf8.count == right.utf8.count
                && zip(left.utf8, right.utf8).allSatisfy { lowercased($0) == lowercased($1) }
        }

        private static func lowercased(_ byte: UInt8) -> UInt8 {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }

        /// What RFC 9110 allows in a name.
        private static func isTokenByte(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
        }
    }
}
