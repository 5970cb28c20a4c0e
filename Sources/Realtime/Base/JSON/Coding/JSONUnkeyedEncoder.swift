/// Writes the elements of an array.
struct JSONUnkeyedEncoder: UnkeyedEncodingContainer {
    let target: JSONEncodingTarget
    let handle: JSONEncodingTarget.Handle

    var codingPath: [any CodingKey] { target.text.path(to: handle) }
    var count: Int { target.text.count(in: handle) }

    func encodeNil() throws {
        try target.addNull(as: .element, of: handle)
    }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    func encode(_ value: some JSONPrimitive) throws {
        try target.add(value, as: .element, of: handle)
    }

    func encode(_ value: some Encodable) throws {
        try target.add(value, as: .element, of: handle)
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) -> KeyedEncodingContainer<Nested> {
        let nested = target.text.nestedContainer(.object, as: .element, of: handle)
        return KeyedEncodingContainer(JSONKeyedEncoder<Nested>(target: target, handle: nested))
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONUnkeyedEncoder(
            target: target, handle: target.text.nestedContainer(.array, as: .element, of: handle))
    }

    func superEncoder() -> any Encoder {
        JSONValueEncoder(target: target, handle: target.text.startLater(.element, of: handle))
    }
}
