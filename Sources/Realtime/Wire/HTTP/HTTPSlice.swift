/// A piece of text out of a request head, held by reference to the head's one copy of its bytes.
///
/// Comparing needs no string; `string` makes one for whoever keeps the text longer than the request.
struct HTTPSlice: Sendable {
    private let storage: [UInt8]
    private let range: HTTPRange

    init(_ storage: [UInt8], _ range: HTTPRange) {
        precondition(range.end <= storage.count, "a slice of more than there is")
        self.storage = storage
        self.range = range
    }

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    init(_ bytes: [UInt8]) {
        storage = bytes
        range = HTTPRange(0..<storage.count)
    }

    var count: Int { range.count }
    var isEmpty: Bool { range.count == 0 }

    /// The text as a string; bytes that are not UTF-8 are replaced.
    var string: String {
        withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }

    /// The bytes, for as long as `body` runs.
    func withUnsafeBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try storage.span.extracting(range.range).withUnsafeBytes(body)
    }

    /// A part of this text; the range counts from its beginning.
    func slice(_ part: Range<Int>) -> HTTPSlice {
        precondition(part.upperBound <= count, "a slice of more than there is")
        return HTTPSlice(storage, HTTPRange(range.start + part.lowerBound..<range.start + part.upperBound))
    }

    func equals(_ text: StaticString) -> Bool {
        withUnsafeBytes { $0.equals(text) }
    }

    func hasPrefix(_ text: StaticString) -> Bool {
        withUnsafeBytes { bytes in
            text.withUTF8Buffer { bytes.starts(with: $0) }
        }
    }

    /// Whether this is the same text, where ASCII letters are equal in both cases.
    func equalsIgnoringCase(_ text: StaticString) -> Bool {
        withUnsafeBytes { $0.equalsIgnoringCase(text) }
    }
}

extension HTTPSlice: Equatable {
    static func == (left: HTTPSlice, right: HTTPSlice) -> Bool {
        left.withUnsafeBytes { left in right.withUnsafeBytes { left.elementsEqual($0) } }
    }
}

extension HTTPSlice: CustomStringConvertible {
    var description: String { string }
}

/// Where a piece of text stands in a head. Half the size of a range of `Int`; limits keep heads far below
/// what it can count.
struct HTTPRange: Equatable, Sendable {
    private let first: UInt32
    private let length: UInt32

    init(_ range: Range<Int>) {
        first = UInt32(range.lowerBound)
        length = UInt32(range.count)
    }

    var start: Int { Int(first) }
    var count: Int { Int(length) }
    var end: Int { start + count }
    var range: Range<Int> { start..<end }
}
