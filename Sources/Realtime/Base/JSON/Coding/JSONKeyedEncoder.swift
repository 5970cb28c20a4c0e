/// Writes the members of an object.
struct JSONKeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let target: JSONEncodingTarget
    let handle: JSONEncodingTarget.Handle

    var codingPath: [any CodingKey] { target.text.path(to: handle) }

    func encodeNil(forKey key: Key) throws {
        try target.addNull(as: .member(key.stringValue), of: handle)
    }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    @inline(__always)
    func encode(_ value: some JSONPrimitive, forKey key: Key) throws {
        try target.add(value, as: .member(key.stringValue), of: handle)
    }

    func encode(_ value: some Encodable, forKey key: Key) throws {
        try target.add(value, as: .member(key.stringValue), of: handle)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        let nested = target.text.nestedContainer(.object, as: .member(key.stringValue), of: handle)
        return KeyedEncodingContainer(JSONKeyedEncoder<Nested>(target: target, handle: nested))
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        let nested = target.text.nestedContainer(.array, as: .member(key.stringValue), of: handle)
        return JSONUnkeyedEncoder(target: target, handle: nested)
    }

    func superEncoder() -> any Encoder {
        JSONValueEncoder(target: target, handle: target.text.startLater(.member("super"), of: handle))
    }

    func superEncoder(forKey key: Key) -> any Encoder {
        JSONValueEncoder(target: target, handle: target.text.startLater(.member(key.stringValue), of: handle))
    }
}
