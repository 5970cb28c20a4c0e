/// The members of an object by key.
struct JSONKeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let source: JSONDecodingSource
    /// The object's entry in the index.
    private let object: Int

    init(_ source: JSONDecodingSource, _ entry: Int) throws {
        guard source.kind(of: entry) == .object else {
            throw source.mismatch([String: JSONValue].self, .object, at: entry)
        }
        self.source = source
        object = entry
    }

    var codingPath: [any CodingKey] { source.path(to: object) }

    var allKeys: [Key] { source.keys(of: object).compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { entry(key) != nil }

    func decodeNil(forKey key: Key) throws -> Bool { source.isNull(try present(key)) }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    @inline(__always)
    func decode<Value: JSONPrimitive>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try primitive(type, key)
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try source.decode(type, at: try present(key))
    }

    /// One search instead of the three that the standard library would make.
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        guard let entry = entry(key), !source.isNull(entry) else { return nil }
        return try source.decode(type, at: entry)
    }

    @inline(__always)
    func primitive<Value: JSONPrimitive>(_ type: Value.Type, _ key: Key) throws -> Value {
        try source.primitive(type, at: try present(key))
    }

    @inline(__always)
    func primitiveIfPresent<Value: JSONPrimitive>(_ type: Value.Type, _ key: Key) throws -> Value? {
        guard let entry = entry(key), !source.isNull(entry) else { return nil }
        return try source.primitive(type, at: entry)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        KeyedDecodingContainer(try JSONKeyedDecoder<Nested>(source, try present(key)))
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try JSONUnkeyedDecoder(source, try present(key))
    }

    func superDecoder() throws -> any Decoder {
        let key = JSONPathKey("super")
        guard let entry = source.value(of: key.stringValue, in: object) else {
            throw source.missing(key, in: object)
        }
        return JSONValueDecoder(source: source, entry: entry)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder {
        JSONValueDecoder(source: source, entry: try present(key))
    }

    @inline(__always)
    private func entry(_ key: Key) -> Int? { source.value(of: key.stringValue, in: object) }

    @inline(__always)
    private func present(_ key: Key) throws -> Int {
        guard let entry = entry(key) else { throw source.missing(key, in: object) }
        return entry
    }
}
