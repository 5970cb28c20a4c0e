/// A client's own id of one of its messages: any 1 to 64 characters. The answer carries it back.
///
/// It is kept apart from the message because the answer may come from another loop, long after the bytes
/// that it was read from are gone. Up to 15 bytes of it take no memory of their own.
struct ClientMessageID: Hashable, Sendable {
    /// Characters are Unicode scalars here: each is at most four bytes, so this bounds the memory too.
    static let maximumLength = 64

    private let text: ExactText

    /// Nil when there are none or too many characters.
    init?(_ string: String) {
        guard (1...Self.maximumLength).contains(string.unicodeScalars.count) else { return nil }
        text = ExactText(string)
    }

    /// Nil when the value is no string, or one with none or too many characters.
    init?(_ slice: JSONSlice, in json: UnsafeRawBufferPointer) {
        guard Self.accepts(slice, in: json), let string = slice.string(in: json) else { return nil }
        text = ExactText(string)
    }

    /// Whether the value can be such an id, looked at where it stands.
    static func accepts(_ slice: JSONSlice, in json: UnsafeRawBufferPointer) -> Bool {
        guard slice.kind == .string else { return false }
        let content = slice.content(in: json)
        if content.isEmpty { return false }
        if content.count <= maximumLength { return true }
        return slice.isEscaped
            ? length(JSONUnescaped(content: content)) <= maximumLength : length(content) <= maximumLength
    }

    /// Every byte but those that go on with a scalar begins one.
    private static func length(_ utf8: some Sequence<UInt8>) -> Int {
        utf8.reduce(0) { length, byte in byte & 0xC0 == 0x80 ? length : length + 1 }
    }

    var string: String { text.string }

    /// Lends out the UTF-8.
    @inline(__always)
    func withUTF8<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.withUTF8(body)
    }
}

extension ClientMessageID: ExpressibleByStringLiteral {
    /// For ids that stand in the program, as in tests; they must be allowed ones.
    init(stringLiteral text: StaticString) {
        guard let id = ClientMessageID(text.description) else { preconditionFailure("1 to 64 characters") }
        self = id
    }
}
