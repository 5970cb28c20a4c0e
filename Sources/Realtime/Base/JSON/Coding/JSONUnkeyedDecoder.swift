/// The elements of an array, one after the other.
///
/// Its numbers are 32 bits wide, so that the existential holds it without memory of its own.
struct JSONUnkeyedDecoder: UnkeyedDecodingContainer {
    private let source: JSONDecodingSource
    /// The array's entry in the index.
    private let array: UInt32
    /// The entry of the element that comes next; 0 behind the last.
    private var next: UInt32
    private var place: UInt32 = 0

    init(_ source: JSONDecodingSource, _ entry: Int) throws {
        guard source.kind(of: entry) == .array else {
            throw source.mismatch([JSONValue].self, .array, at: entry)
        }
        self.source = source
        array = UInt32(truncatingIfNeeded: entry)
        next = UInt32(truncatingIfNeeded: source.first(in: entry) ?? 0)
    }

    var codingPath: [any CodingKey] { source.path(to: Int(array)) }
    var count: Int? { source.count(in: Int(array)) }
    var isAtEnd: Bool { next == 0 }
    var currentIndex: Int { Int(place) }

    /// Goes on only where there is a `null`.
    mutating func decodeNil() throws -> Bool {
        let entry = try element(Never.self)
        guard source.isNull(entry) else { return false }
        advance(from: entry)
        return true
    }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    mutating func decode<Value: JSONPrimitive>(_ type: Value.Type) throws -> Value {
        try primitive(type)
    }

    mutating func primitive<Value: JSONPrimitive>(_ type: Value.Type) throws -> Value {
        let entry = try element(type)
        let value = try source.primitive(type, at: entry)
        advance(from: entry)
        return value
    }

    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let entry = try element(type)
        let value = try source.decode(type, at: entry)
        advance(from: entry)
        return value
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        let entry = try element([String: JSONValue].self)
        let container = try JSONKeyedDecoder<Nested>(source, entry)
        advance(from: entry)
        return KeyedDecodingContainer(container)
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        let entry = try element([JSONValue].self)
        let container = try JSONUnkeyedDecoder(source, entry)
        advance(from: entry)
        return container
    }

    mutating func superDecoder() throws -> any Decoder {
        let entry = try element((any Decoder).self)
        advance(from: entry)
        return JSONValueDecoder(source: source, entry: entry)
    }

    /// The element that comes next. One that can't be decoded stays the next.
    private func element(_ type: any Any.Type) throws -> Int {
        guard next != 0 else { throw source.missing(type, place: Int(place), in: Int(array)) }
        return Int(next)
    }

    private mutating func advance(from entry: Int) {
        next = UInt32(truncatingIfNeeded: source.next(after: entry) ?? 0)
        place += 1
    }
}
