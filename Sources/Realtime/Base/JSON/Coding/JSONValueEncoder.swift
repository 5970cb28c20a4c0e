/// The encoder of one value, which is its single-value container too.
///
/// Two words, so that `any Encoder` holds it without memory of its own.
struct JSONValueEncoder: Encoder {
    let target: JSONEncodingTarget
    let handle: JSONEncodingTarget.Handle

    var codingPath: [any CodingKey] { target.text.path(to: handle) }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        KeyedEncodingContainer(
            JSONKeyedEncoder<Key>(target: target, handle: target.text.container(.object, for: handle)))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        JSONUnkeyedEncoder(target: target, handle: target.text.container(.array, for: handle))
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    /// Writes a whole tree at once.
    func encode(tree: JSONValue) throws {
        try target.add(tree: tree, as: .whole, of: handle)
    }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    func encodeNil() throws {
        try target.addNull(as: .whole, of: handle)
    }

    /// Stands for each of the protocol's methods for a type of JSON's own.
    func encode(_ value: some JSONPrimitive) throws {
        try target.add(value, as: .whole, of: handle)
    }

    func encode(_ value: some Encodable) throws {
        try target.add(value, as: .whole, of: handle)
    }
}
