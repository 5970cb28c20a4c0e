// The standard library refuses integers of 128 bits in a method of its own for each container, for which the
// container's generic method does not stand.

extension JSONValueDecoder {
    func decode(_ type: Int128.Type) throws -> Int128 {
        try source.primitive(type, at: entry)
    }

    func decode(_ type: UInt128.Type) throws -> UInt128 {
        try source.primitive(type, at: entry)
    }
}

extension JSONKeyedDecoder {
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 {
        try primitive(type, key)
    }

    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 {
        try primitive(type, key)
    }
}

extension JSONUnkeyedDecoder {
    mutating func decode(_ type: Int128.Type) throws -> Int128 {
        try primitive(type)
    }

    mutating func decode(_ type: UInt128.Type) throws -> UInt128 {
        try primitive(type)
    }
}

extension JSONValueEncoder {
    func encode(_ value: Int128) throws {
        try target.add(value, as: .whole, of: handle)
    }

    func encode(_ value: UInt128) throws {
        try target.add(value, as: .whole, of: handle)
    }
}

extension JSONKeyedEncoder {
    func encode(_ value: Int128, forKey key: Key) throws {
        try target.add(value, as: .member(key.stringValue), of: handle)
    }

    func encode(_ value: UInt128, forKey key: Key) throws {
        try target.add(value, as: .member(key.stringValue), of: handle)
    }
}

extension JSONUnkeyedEncoder {
    func encode(_ value: Int128) throws {
        try target.add(value, as: .element, of: handle)
    }

    func encode(_ value: UInt128) throws {
        try target.add(value, as: .element, of: handle)
    }
}
