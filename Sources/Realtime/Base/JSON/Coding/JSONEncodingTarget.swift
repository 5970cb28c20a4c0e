/// What is written to, shared by all encoders and containers of one encoding: the text, and the part of the
/// work in which the application's own `encode(to:)` is called.
final class JSONEncodingTarget {
    typealias Handle = JSONEncodedText.Handle
    typealias Role = JSONEncodedText.Role

    var text: JSONEncodedText

    /// The way to the innermost value whose `encode(to:)` threw something that does not say where.
    private var refused: [any CodingKey]?

    init(depth: Int) {
        text = JSONEncodedText(depth: depth)
    }

    func encodeOutermost(_ value: some Encodable) throws {
        defer { text.forgetPlaces() }
        let outermost = text.startOutermost()
        try encode(value, at: outermost)
        text.finish(outermost)
    }

    /// Writes a value of JSON's own.
    @inline(__always)
    func add<Value: JSONPrimitive>(_ value: Value, as role: Role, of handle: Handle) throws {
        do throws(JSONEncodedText.Refusal) {
            try text.add(value, as: role, of: handle)
        } catch {
            throw encodingError(error, value)
        }
    }

    func addNull(as role: Role, of handle: Handle) throws {
        do throws(JSONEncodedText.Refusal) {
            try text.addNull(as: role, of: handle)
        } catch {
            throw encodingError(error, JSONValue.null)
        }
    }

    func add(tree: JSONValue, as role: Role, of handle: Handle) throws {
        do throws(JSONEncodedText.Refusal) {
            try text.add(tree: tree, as: role, of: handle)
        } catch {
            throw encodingError(error, tree)
        }
    }

    /// Writes a value of any type. When it throws, nothing of the value stays.
    func add(_ value: some Encodable, as role: Role, of handle: Handle) throws {
        let part: JSONEncodedText.Part
        do throws(JSONEncodedText.Refusal) {
            part = try text.begin(role, of: handle)
        } catch {
            throw encodingError(error, value)
        }
        do {
            if case .whole = role {
                try encode(value, at: handle)
            } else {
                let inner = text.start(role, of: part)
                try encode(value, at: inner)
                text.finish(inner)
            }
        } catch {
            text.undo(part)
            throw error
        }
        text.end(part)
    }

    /// Lets a value write itself at a place.
    private func encode(_ value: some Encodable, at handle: Handle) throws {
        refused = nil
        let outerFloor = text.confine(to: handle)
        defer { text.floor = outerFloor }
        do {
            try value.encode(to: JSONValueEncoder(target: self, handle: handle))
        } catch {
            if refused == nil, JSONEncodingFailure(carriedBy: error) == nil {
                refused = text.path(to: handle)
            }
            throw error
        }
        if let misuse = text.misuse { throw encodingError(misuse, value) }
    }
}

// MARK: - Failing

extension JSONEncodingTarget {
    /// What the whole encoding failed with.
    func failure(_ error: any Error) -> JSONEncodingFailure {
        text.misuse.map { JSONEncodingFailure($0) } ?? JSONEncodingFailure(error, at: refused ?? [])
    }

    @inline(never)
    private func encodingError(_ refusal: JSONEncodedText.Refusal, _ value: Any) -> EncodingError {
        let failure = JSONEncodingFailure(refusal)
        return .invalidValue(
            value,
            EncodingError.Context(
                codingPath: refusal.path, debugDescription: failure.sentence, underlyingError: failure))
    }
}
