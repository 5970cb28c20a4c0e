extension Log {
    /// What a field of an event holds.
    public enum Value: Sendable, Equatable {
        /// Any text, also a stranger's: it is escaped, and cut where it is very long.
        case string(String)
        /// A whole number.
        case integer(Int)
        /// Any other number.
        case number(Double)
        /// Yes or no.
        case boolean(Bool)
        /// A time span: `took=12.5ms` as text, `"took_ms":12.5` as JSON.
        case duration(Duration)
    }

    /// The fields of an event, in the order in which they are written.
    ///
    /// Names are part of the source, never data, so that they stay stable and can be searched for.
    public struct Fields: Sendable, ExpressibleByDictionaryLiteral {
        private(set) var entries: [(name: StaticString, value: Value)]

        /// The fields of a literal such as `["port": 8765, "host": .string(host)]`.
        public init(dictionaryLiteral elements: (StaticString, Value)...) {
            entries = elements.map { (name: $0.0, value: $0.1) }
        }

        /// Adds one more at the end.
        public mutating func append(_ name: StaticString, _ value: Value) {
            entries.append((name: name, value: value))
        }

        /// All fields of both.
        public static func + (left: Fields, right: Fields) -> Fields {
            if left.entries.isEmpty { return right }
            var sum = left
            sum.entries += right.entries
            return sum
        }
    }
}

extension Log.Value: ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// Any other number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// Yes or no.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
