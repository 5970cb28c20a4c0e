/// The decoder of one value, which is its single-value container too.
///
/// Two words, so that `any Decoder` holds it without memory of its own.
struct JSONValueDecoder: Decoder {
    let source: JSONDecodingSource
    /// The value's entry in the index.
    let entry: Int

    var codingPath: [any CodingKey] { source.path(to: entry) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try JSONKeyedDecoder<Key>(source, entry))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try JSONUnkeyedDecoder(source, entry)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    /// The value as a tree, in one go.
    func tree() throws -> JSONValue {
        try source.tree(at: entry)
    }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { source.isNull(entry) }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    func decode<Value: JSONPrimitive>(_ type: Value.Type) throws -> Value {
        try source.primitive(type, at: entry)
    }

    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try source.decode(type, at: entry)
    }
}
