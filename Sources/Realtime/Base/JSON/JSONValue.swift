/// A JSON value of any shape: what an application's event holds where its members are not known beforehand,
/// and the tree of configuration files and key sets.
public enum JSONValue: Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number written without fraction and exponent that fits.
    case int(Int)
    /// Any other number.
    case double(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSONValue])
    /// Members in the order in which they were written, each key once.
    case object([Member])

    /// One member of an object.
    public struct Member: Sendable {
        /// The name.
        public let key: String
        /// What it stands for.
        public let value: JSONValue

        /// Makes a member.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Reads a whole text.
    static func parse(
        _ text: UnsafeRawBufferPointer, limits: JSONLimits = .default
    ) throws(JSONError) -> JSONValue {
        var scanner = JSONScanner(text, limits: limits)
        return try scanner.soleTree()
    }

    static func parse(_ text: [UInt8], limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        // `withUnsafeBytes` forgets the error's type, so the outcome comes out as a value.
        try text.withUnsafeBytes { bytes in
            Result { () throws(JSONError) in try parse(bytes, limits: limits) }
        }.get()
    }

    static func parse(_ text: String, limits: JSONLimits = .default) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8), limits: limits)
    }

    /// The member of an object; `nil` when there is none or this is no object.
    ///
    /// Keys are the same when their UTF-8 is, not when they only look the same.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    /// The text; nil when this is no string.
    public var string: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The whole number; nil when this is none that was written as one.
    public var int: Int? {
        if case .int(let value) = self { value } else { nil }
    }

    /// The number, whole or not; nil when this is none.
    public var double: Double? {
        switch self {
        case .double(let value): value
        case .int(let value): Double(value)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// Nil when this is neither true nor false.
    public var bool: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The elements; nil when this is no array.
    public var array: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members in order; nil when this is no object.
    public var object: [Member]? {
        if case .object(let value) = self { value } else { nil }
    }
}

extension JSONValue {
    /// The value of a number, a string or a word; `nil` when a number is too large for a double.
    init?(scalar slice: JSONSlice, in text: UnsafeRawBufferPointer) {
        switch slice.kind {
        case .null: self = .null
        case .true: self = .bool(true)
        case .false: self = .bool(false)
        case .string: self = .string(slice.string(in: text) ?? "")
        case .number:
            if let int = slice.int(in: text) {
                self = .int(int)
            } else {
                guard let double = slice.double(in: text) else { return nil }
                self = .double(double)
            }
        case .object, .array: preconditionFailure("not a scalar")
        }
    }
}

extension JSONValue: Equatable {
    /// Same values, however a number was written. The order of members does not matter, and text is the
    /// same when its UTF-8 is.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.int(let int), .double(let double)), (.double(let double), .int(let int)):
            Double(exactly: int) == double
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): sorted(left) == sorted(right)
        case (.null, _), (.bool, _), (.int, _), (.double, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    private static func sorted(_ members: [Member]) -> [Member] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}

extension JSONValue.Member: Equatable {
    /// Whether both have the same bytes as key, and the same value.
    public static func == (left: Self, right: Self) -> Bool {
        left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }
}
