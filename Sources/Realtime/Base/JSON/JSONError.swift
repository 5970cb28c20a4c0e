/// Why a text is not the JSON that was asked for, and at which byte.
///
/// The reasons are stable: they may be logged, counted and tested. Nothing of the text itself is kept, so
/// an error can be logged without leaking what a client sent.
struct JSONError: Error, Equatable, Sendable {
    /// One thing that can be wrong with a text.
    enum Reason: String, Sendable {
        case unexpectedEnd = "the text ends in the middle of a value"
        case unexpectedByte = "a byte that cannot stand here"
        case trailingBytes = "more bytes after the value"
        case invalidNumber = "not a JSON number"
        case invalidLiteral = "not true, false or null"
        case invalidEscape = "not a JSON escape"
        case loneSurrogate = "half of a surrogate pair"
        case controlCharacter = "a control character inside a string"
        case invalidUTF8 = "not UTF-8"
        case duplicateKey = "the same key twice in one object"
        case tooDeep = "nested too deep"
        case tooLarge = "too large a text"
        case tooManyMembers = "too many members in one object"
        case numberTooLong = "too long a number"
        case numberTooLarge = "a number too large for a double"
        case notAnObject = "not an object"
        case notAnArray = "not an array"
    }

    let reason: Reason

    /// Counted from the first byte of the text that was given to the scanner.
    let offset: Int
}

extension JSONError: CustomStringConvertible {
    var description: String { "\(reason.rawValue) (byte \(offset))" }
}

/// What a scanner is willing to look at.
struct JSONLimits: Sendable {
    /// Arrays and objects inside each other; the outermost counts as 1. The scanner recurses, so this also
    /// bounds its stack.
    var depth: Int

    /// Bytes of one text. Never more than `UInt32.max`, because slices keep 32-bit offsets.
    var bytes: Int

    /// Members of any one object.
    var members: Int

    /// Characters of one number. Nothing that a `Double` can tell apart needs more than 800.
    var numberLength: Int

    init(
        depth: Int = 64, bytes: Int = 16 << 20, members: Int = 16_384, numberLength: Int = 1024
    ) {
        precondition((1...512).contains(depth), "the depth limit must be 1 to 512")
        precondition((0...Int(UInt32.max)).contains(bytes), "the size limit must fit in 32 bits")
        self.depth = depth
        self.bytes = bytes
        self.members = members
        self.numberLength = numberLength
    }

    static let `default` = JSONLimits()
}
