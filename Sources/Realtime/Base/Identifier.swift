/// A name of a room, a user, a device or a document: 1 to 256 bytes of Unicode without control characters.
///
/// Two are the same only when their bytes are (see `ExactText`), so that what was allowed for one name is
/// never allowed for another that looks like it. `Kind` keeps a room's name from being taken for a user's.
public struct Identifier<Kind>: Hashable, Sendable {
    /// A name has at most so many bytes.
    public static var maximumByteCount: Int { 256 }

    private let text: ExactText

    /// Nil when the text can't be a name.
    public init?(_ string: String) {
        let text = ExactText(string)
        guard text.withUTF8({ IdentifierGrammar.accepts($0) }) else { return nil }
        self.text = text
    }

    /// Nil when the bytes can't be a name, or are no UTF-8.
    init?(validating bytes: UnsafeRawBufferPointer) {
        guard IdentifierGrammar.accepts(bytes),
            let string = String(validating: bytes, as: UTF8.self)
        else { return nil }
        text = ExactText(string)
    }

    /// Nil when the value is no string or can't be a name.
    init?(_ slice: JSONSlice, in json: UnsafeRawBufferPointer) {
        guard IdentifierGrammar.accepts(slice, in: json), let string = slice.string(in: json) else {
            return nil
        }
        text = ExactText(string)
    }

    /// The name as text.
    public var string: String { text.string }

    /// Lends out the UTF-8.
    @inline(__always)
    func withUTF8<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        text.withUTF8(body)
    }

    /// Whether this is the name that a message has there, without making a name of it.
    func equals(_ slice: JSONSlice, in json: UnsafeRawBufferPointer) -> Bool {
        withUTF8 { slice.equals($0, in: json) }
    }
}

extension Identifier: Comparable {
    /// The order of the bytes.
    public static func < (left: Identifier, right: Identifier) -> Bool {
        left.text < right.text
    }
}

extension Identifier: CustomStringConvertible {
    /// The name as text.
    public var description: String { text.string }
}

extension Identifier: ExpressibleByStringLiteral {
    /// For names that stand in the program: one that can't be a name stops it.
    public init(stringLiteral text: String) {
        guard let id = Identifier(text) else {
            preconditionFailure("a name has 1 to 256 bytes without control characters")
        }
        self = id
    }
}

/// What tells the kinds of names apart for the compiler; none of these has a value.
/// The kind of `RoomID`.
public enum RoomKind {}
/// The kind of `UserID`.
public enum UserKind {}
/// The kind of `DeviceID`.
public enum DeviceKind {}
/// The kind of `DocumentID`.
public enum DocumentKind {}

/// Names a room.
public typealias RoomID = Identifier<RoomKind>
/// Names a user, as the token does.
public typealias UserID = Identifier<UserKind>
/// Names a device of one user; two users may have devices of the same name.
public typealias DeviceID = Identifier<DeviceKind>
/// Names a document.
public typealias DocumentID = Identifier<DocumentKind>

/// Which texts can be names.
enum IdentifierGrammar {
    private static let maximumByteCount = 256

    /// - Parameter utf8: What is, or will be, checked to be UTF-8.
    static func accepts(_ utf8: UnsafeRawBufferPointer) -> Bool {
        guard (1...maximumByteCount).contains(utf8.count) else { return false }
        return !hasControl(utf8)
    }

    /// The same for the text of a JSON string, looked at where it stands.
    static func accepts(_ slice: JSONSlice, in json: UnsafeRawBufferPointer) -> Bool {
        guard slice.kind == .string else { return false }
        let content = slice.content(in: json)
        guard slice.isEscaped else { return accepts(content) }
        let count = JSONUnescaped(content: content).reduce(0) { count, _ in count + 1 }
        return (1...maximumByteCount).contains(count) && !hasControl(JSONUnescaped(content: content))
    }

    /// Control characters are U+0000 to U+001F, U+007F, and U+0080 to U+009F, which UTF-8 writes as C2 80 to
    /// C2 9F.
    @inline(__always)
    private static func hasControl(_ utf8: some Sequence<UInt8>) -> Bool {
        var previous: UInt8 = 0
        for byte in utf8 {
            if byte < 0x20 || byte == 0x7F || previous == 0xC2 && byte < 0xA0 { return true }
            previous = byte
        }
        return false
    }
}
