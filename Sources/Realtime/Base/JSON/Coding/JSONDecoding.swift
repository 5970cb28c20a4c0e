/// Reads a JSON text into a value of the application's own type.
///
/// It is as strict as the scanner: the whole text is validated before anything is decoded. Unknown members
/// are ignored, `null` is nil, keys are the same when their UTF-8 is. Whole numbers are written without
/// fraction and exponent and must fit. Types of Foundation come as their own `Codable` has them.
enum JSONDecoding {
    /// - Parameters:
    ///   - json: The text; it is not needed any more when this returns.
    ///   - isUTF8: True when the text is known to be UTF-8.
    static func decode<Value: Decodable>(
        _ type: Value.Type, from json: UnsafeRawBufferPointer, limits: JSONLimits = .default,
        isUTF8: Bool = false
    ) throws(JSONDecodingFailure) -> Value {
        var index = JSONIndex(forTextOf: json.count)
        do throws(JSONError) {
            var scanner = JSONScanner(json, limits: limits, isUTF8: isUTF8)
            try scanner.soleIndex(into: &index)
        } catch {
            throw JSONDecodingFailure(problem: .json(error), path: "")
        }
        let source = JSONDecodingSource(text: json, index: consume index)
        defer { source.end() }
        do {
            return try source.decode(type, at: 0)
        } catch {
            throw source.failure(error)
        }
    }
}

/// The text that is being decoded, shared by all decoders and containers of it.
///
/// A value that keeps its decoder for later finds the source ended: the text is gone by then.
final class JSONDecodingSource {
    private let text: UnsafeRawBufferPointer
    private var index: JSONIndex
    private var isOpen = true

    /// The innermost value whose `init(from:)` threw something that does not say where.
    private var refused: Int?

    init(text: UnsafeRawBufferPointer, index: consuming JSONIndex) {
        self.text = text
        self.index = index
    }

    func end() {
        isOpen = false
    }

    /// The text, for as long as there is one.
    private var openText: UnsafeRawBufferPointer {
        precondition(isOpen, "a decoder is used only while its value is being decoded")
        return text
    }

    /// Decodes the value at an entry of the index.
    func decode<Value: Decodable>(_ type: Value.Type, at entry: Int) throws -> Value {
        refused = nil
        do {
            return try Value(from: JSONValueDecoder(source: self, entry: entry))
        } catch {
            if refused == nil, JSONDecodingFailure(carriedBy: error) == nil { refused = entry }
            throw error
        }
    }

    @inline(__always)
    func primitive<Value: JSONPrimitive>(_ type: Value.Type, at entry: Int) throws -> Value {
        let text = openText
        guard let value = Value(json: index[entry], in: text) else {
            throw mismatch(type, Value.expectation, at: entry)
        }
        return value
    }

    /// The value at an entry as a tree. The scanner has bounded how deep this recurses.
    func tree(at entry: Int) throws -> JSONValue {
        let text = openText
        switch index[entry].kind {
        case .object:
            var members: [JSONValue.Member] = []
            members.reserveCapacity(count(in: entry))
            var next = first(in: entry)
            while let key = next {
                members.append(JSONValue.Member(index[key].string(in: text) ?? "", try tree(at: key + 1)))
                next = self.next(after: key)
            }
            return .object(members)
        case .array:
            var elements: [JSONValue] = []
            elements.reserveCapacity(count(in: entry))
            var next = first(in: entry)
            while let element = next {
                elements.append(try tree(at: element))
                next = self.next(after: element)
            }
            return .array(elements)
        case .string, .number, .true, .false, .null:
            guard let scalar = JSONValue(scalar: index[entry], in: text) else {
                throw mismatch(Double.self, .number, at: entry)
            }
            return scalar
        }
    }
}

// MARK: - Looking up

extension JSONDecodingSource {
    func kind(of entry: Int) -> JSONSlice.Kind { index[entry].kind }

    func isNull(_ entry: Int) -> Bool { index[entry].isNull }

    func count(in container: Int) -> Int { index.count(in: container) }

    func first(in container: Int) -> Int? { index.first(in: container) }

    func next(after entry: Int) -> Int? { index.next(after: entry) }

    /// The value of a member; nil when there is none with this key.
    @inline(__always)
    func value(of key: String, in object: Int) -> Int? {
        let text = openText
        return key.utf8Span.span.withUnsafeBytes { index.value(of: $0, in: object, of: text) }
    }

    /// The keys of an object, in the order of the text.
    func keys(of object: Int) -> [String] {
        let text = openText
        var keys: [String] = []
        keys.reserveCapacity(count(in: object))
        var entry = first(in: object)
        while let key = entry {
            keys.append(index[key].string(in: text) ?? "")
            entry = next(after: key)
        }
        return keys
    }

    func path(to entry: Int) -> [any CodingKey] { index.path(to: entry, in: openText) }
}

// MARK: - Failing

extension JSONDecodingSource {
    /// What the whole decoding failed with.
    func failure(_ error: any Error) -> JSONDecodingFailure {
        JSONDecodingFailure(error, at: refused.map { path(to: $0) } ?? [])
    }

    /// A value of the wrong kind, or `null` where there has to be one.
    @inline(never)
    func mismatch(_ type: any Any.Type, _ expectation: JSONExpectation, at entry: Int) -> DecodingError {
        let path = path(to: entry)
        let failure = JSONDecodingFailure(problem: .mustBe(expectation), path: JSONFieldPath.text(of: path))
        return isNull(entry)
            ? .valueNotFound(type, context(failure, at: path))
            : .typeMismatch(type, context(failure, at: path))
    }

    @inline(never)
    func missing(_ key: any CodingKey, in object: Int) -> DecodingError {
        let path = path(to: object)
        let failure = JSONDecodingFailure(problem: .missing, path: JSONFieldPath.text(of: path + [key]))
        return .keyNotFound(key, context(failure, at: path))
    }

    @inline(never)
    func missing(_ type: any Any.Type, place: Int, in array: Int) -> DecodingError {
        let path = path(to: array) + [JSONPathKey(place)]
        let failure = JSONDecodingFailure(problem: .missing, path: JSONFieldPath.text(of: path))
        return .valueNotFound(type, context(failure, at: path))
    }

    private func context(
        _ failure: JSONDecodingFailure, at path: [any CodingKey]
    ) -> DecodingError.Context {
        DecodingError.Context(
            codingPath: path, debugDescription: failure.sentence, underlyingError: failure)
    }
}
