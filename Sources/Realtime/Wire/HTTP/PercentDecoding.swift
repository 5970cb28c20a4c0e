/// The bytes that percent-encoded text stands for, one at a time and without storing them.
struct PercentDecodedBytes: IteratorProtocol {
    private let text: UnsafeRawBufferPointer
    private let plusIsSpace: Bool
    private var position = 0
    /// Whether a percent sign was met that two hexadecimal digits do not follow. The bytes end before it.
    private(set) var isMalformed = false

    init(_ text: UnsafeRawBufferPointer, plusIsSpace: Bool) {
        self.text = text
        self.plusIsSpace = plusIsSpace
    }

    mutating func next() -> UInt8? {
        guard position < text.count, !isMalformed else { return nil }
        let byte = text[position]
        switch byte {
        case UInt8(ascii: "%"):
            guard position + 2 < text.count, let high = HTTPGrammar.hexValue(text[position + 1]),
                let low = HTTPGrammar.hexValue(text[position + 2])
            else {
                isMalformed = true
                return nil
            }
            position += 3
            return high << 4 | low
        case UInt8(ascii: "+") where plusIsSpace:
            position += 1
            return 0x20
        default:
            position += 1
            return byte
        }
    }
}

extension UnsafeRawBufferPointer {
    /// The text that these percent-encoded bytes stand for; nil when an escape is broken or the result is
    /// not UTF-8.
    func percentDecoded(plusIsSpace: Bool = false) -> String? {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { room in
            var decoder = PercentDecodedBytes(self, plusIsSpace: plusIsSpace)
            var length = 0
            while let byte = decoder.next() {
                room[length] = byte
                length += 1
            }
            guard !decoder.isMalformed else { return nil }
            return String(validating: room[..<length], as: UTF8.self)
        }
    }

    /// Whether these percent-encoded bytes stand for exactly this text.
    func percentDecodedEquals(_ other: UnsafeRawBufferPointer, plusIsSpace: Bool = false) -> Bool {
        var decoder = PercentDecodedBytes(self, plusIsSpace: plusIsSpace)
        for byte in other where decoder.next() != byte { return false }
        return decoder.next() == nil && !decoder.isMalformed
    }
}
