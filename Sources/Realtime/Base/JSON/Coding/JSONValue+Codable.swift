extension JSONValue: Codable {
    /// Reads any value, as it was written: members keep their order, and a number stays whole or not.
    ///
    /// Other decoders than this library's own lose the order of members, and some of them the difference
    /// between `1` and `1.0`.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? JSONValueDecoder {
            self = try decoder.tree()
            return
        }
        if let container = try? decoder.container(keyedBy: JSONPathKey.self) {
            self = .object(
                try container.allKeys.map { key in
                    Member(key.stringValue, try container.decode(JSONValue.self, forKey: key))
                })
        } else if var container = try? decoder.unkeyedContainer() {
            var elements: [JSONValue] = []
            while !container.isAtEnd { elements.append(try container.decode(JSONValue.self)) }
            self = .array(elements)
        } else {
            self = try JSONValue(scalarIn: decoder.singleValueContainer())
        }
    }

    private init(scalarIn container: any SingleValueDecodingContainer) throws {
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let int = try? container.decode(Int.self) {
            self = .int(int)
        } else if let double = try? container.decode(Double.self) {
            self = .double(double)
        } else {
            self = .string(try container.decode(String.self))
        }
    }

    /// Writes the value. A number that is infinite or not a number is an error.
    public func encode(to encoder: any Encoder) throws {
        if let encoder = encoder as? JSONValueEncoder {
            try encoder.encode(tree: self)
            return
        }
        switch self {
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .bool(let bool): try bool.encode(to: encoder)
        case .int(let int): try int.encode(to: encoder)
        case .double(let double): try double.encode(to: encoder)
        case .string(let string): try string.encode(to: encoder)
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .object(let members):
            var container = encoder.container(keyedBy: JSONPathKey.self)
            for member in members { try container.encode(member.value, forKey: JSONPathKey(member.key)) }
        }
    }
}

extension JSONValue {
    /// What keeps this tree from being written, if anything does, and the way to it from the inside out.
    ///
    /// - Parameter depth: How many arrays and objects may stand inside each other.
    func obstacle(depth: Int) -> (problem: JSONEncodingFailure.Problem, path: [JSONPathKey])? {
        switch self {
        case .null, .bool, .int, .string:
            return nil
        case .double(let double):
            return double.isFinite ? nil : (.notFinite, [])
        case .array(let elements):
            guard depth > 0 else { return (.tooDeep, []) }
            for (place, element) in elements.enumerated() {
                guard let (problem, path) = element.obstacle(depth: depth - 1) else { continue }
                return (problem, path + [JSONPathKey(place)])
            }
            return nil
        case .object(let members):
            guard depth > 0 else { return (.tooDeep, []) }
            for member in members {
                guard let (problem, path) = member.value.obstacle(depth: depth - 1) else { continue }
                return (problem, path + [JSONPathKey(member.key)])
            }
            return nil
        }
    }
}
