/// What comes in for one request, bounded while it comes.
struct ResponseCollector {
    /// More than any server of good will sends as headers.
    private static let maximumHeadBytes = 64 << 10

    private let maximumBodyBytes: Int
    private(set) var headers: HTTPClient.Headers = [:]
    private(set) var body: [UInt8] = []
    /// Whether more came than is allowed.
    private(set) var isOverfull = false
    private var headByteCount = 0
    private var isHeadWhole = false

    init(maximumBodyBytes: Int) {
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// Takes one line of the head with its end. False: no more, please.
    mutating func take(headerLine line: UnsafeRawBufferPointer) -> Bool {
        headByteCount += line.count
        guard headByteCount <= Self.maximumHeadBytes else {
            isOverfull = true
            return false
        }
        if line.starts(with: "HTTP/".utf8) {
            // An interim answer such as 100 has a head of its own before the one that counts.
            headers = [:]
            isHeadWhole = false
            return true
        }
        // What follows the body is not of the head, and could contradict it.
        guard !isHeadWhole else { return true }
        let text = String(decoding: line, as: UTF8.self)
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else {
            isHeadWhole = line.allSatisfy { $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\n") }
            return true
        }
        let value = text[colon...].dropFirst()
        headers.append(String(text[..<colon]), String(Self.trimmed(value.utf8)))
        return true
    }

    /// Takes a piece of the body. False: no more, please.
    mutating func take(bodyPiece bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maximumBodyBytes - body.count else {
            isOverfull = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        var text = text.drop(while: isSpace)
        while let last = text.last, isSpace(last) { text.removeLast() }
        return Substring(text)
    }
}
