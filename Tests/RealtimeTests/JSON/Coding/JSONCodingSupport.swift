@testable import Realtime

/// Decodes from memory of just the text's size.
func decode<Value: Decodable>(
    _ type: Value.Type, _ text: [UInt8], limits: JSONLimits = .default
) throws(JSONDecodingFailure) -> Value {
    try withExactBytes(text) { bytes in
        Result { () throws(JSONDecodingFailure) in
            try JSONDecoding.decode(type, from: bytes, limits: limits)
        }
    }.get()
}

func decode<Value: Decodable>(
    _ type: Value.Type, _ text: String, limits: JSONLimits = .default
) throws(JSONDecodingFailure) -> Value {
    try decode(type, Array(text.utf8), limits: limits)
}

/// What is said of a text that is refused; nil when it is accepted.
func refusal<Value: Decodable>(
    _ type: Value.Type, _ text: String, limits: JSONLimits = .default
) -> String? {
    do throws(JSONDecodingFailure) {
        _ = try decode(type, text, limits: limits)
        return nil
    } catch {
        return error.sentence
    }
}

/// Encodes behind something that has to stay untouched.
func encode(_ value: some Encodable, depth: Int = 64) throws(JSONEncodingFailure) -> String {
    var buffer = ByteBuffer()
    buffer.append("before" as StaticString)
    do throws(JSONEncodingFailure) {
        try buffer.appendJSON(encoding: value, depth: depth)
    } catch {
        precondition(buffer.array == Array("before".utf8), "something stayed in the buffer")
        throw error
    }
    let text = String(decoding: buffer.array, as: UTF8.self)
    precondition(text.hasPrefix("before"), "what stood before was changed")
    return String(text.dropFirst(6))
}

/// What is said of a value that can't be written; nil when it can.
func refusal(encoding value: some Encodable, depth: Int = 64) -> String? {
    do throws(JSONEncodingFailure) {
        _ = try encode(value, depth: depth)
        return nil
    } catch {
        return error.sentence
    }
}

/// An error of an application.
struct OwnError: Error {}

/// Encodes by whatever the closure does.
struct Encoding: Encodable {
    let body: (any Encoder) throws -> Void

    init(_ body: @escaping (any Encoder) throws -> Void) {
        self.body = body
    }

    func encode(to encoder: any Encoder) throws {
        try body(encoder)
    }
}

/// Any key.
struct AnyKey: CodingKey, ExpressibleByStringLiteral {
    let stringValue: String
    var intValue: Int? { nil }

    init(_ key: String) {
        stringValue = key
    }

    init(stringLiteral key: String) {
        stringValue = key
    }

    init(stringValue: String) {
        self.stringValue = stringValue
    }

    init?(intValue: Int) {
        nil
    }
}
