/// An answer: a status, fields and a body. What frames the message (its length, what the connection does
/// next, the date) is not among the fields; the writer says that.
struct HTTPResponse: Sendable {
    /// What follows the head.
    enum Body: Sendable {
        case none
        case bytes([UInt8])
        /// Bytes that many answers share, such as a file.
        case shared(SharedBytes)
        /// Written piece by piece after the head; of this length, where it is known before.
        case streamed(length: Int?)
    }

    /// A field, whose value was checked.
    struct Field: Sendable {
        let name: StaticString
        let value: String
    }

    var status: HTTPStatus
    private(set) var fields: [Field] = []
    var body: Body
    /// Whether the connection ends after this answer, whatever the client would like.
    var closesConnection = false

    init(_ status: HTTPStatus, body: Body = .none) {
        self.status = status
        self.body = body
    }

    /// Adds a field whose value came from somewhere else. A value with a line end would let whoever wrote
    /// it add fields or a second answer, so such a value is refused.
    mutating func add(_ name: StaticString, _ value: String) throws(HTTPFieldError) {
        var value = value
        guard value.withUTF8({ HTTPGrammar.isFieldValue(UnsafeRawBufferPointer($0)) }) else {
            throw HTTPFieldError.controlCharacter
        }
        append(name, value)
    }

    /// Adds a field whose value stands in the source.
    mutating func add(_ name: StaticString, fixed value: StaticString) {
        let bytes = UnsafeRawBufferPointer(start: value.utf8Start, count: value.utf8CodeUnitCount)
        precondition(HTTPGrammar.isFieldValue(bytes), "a field's value has a control character")
        append(name, value.description)
    }

    /// Adds a field whose value is a number.
    mutating func add(_ name: StaticString, _ value: Int) {
        append(name, String(value))
    }

    /// Whether there is a field of this name, which is compared without regard to case.
    func hasField(_ name: StaticString) -> Bool {
        let wanted = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        return fields.contains { wanted.equalsIgnoringCase($0.name) }
    }

    private mutating func append(_ name: StaticString, _ value: String) {
        let bytes = UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
        precondition(HTTPGrammar.isToken(bytes), "a field's name is no token")
        precondition(!Self.framing.contains { bytes.equalsIgnoringCase($0) }, "\(name) is the writer's")
        fields.append(Field(name: name, value: value))
    }

    private static let framing: [StaticString] = [
        "connection", "content-length", "date", "transfer-encoding",
    ]
}

/// Why a field was not added to an answer.
enum HTTPFieldError: Error {
    /// The value has a line end or another control character.
    case controlCharacter
}

extension HTTPResponse {
    /// An answer in JSON, which nobody may keep: it says how things are now.
    static func json(_ status: HTTPStatus, _ json: borrowing ByteBuffer) -> HTTPResponse {
        var response = HTTPResponse(status, body: .bytes(json.array))
        response.add("Content-Type", fixed: "application/json")
        response.add("Cache-Control", fixed: "no-store")
        return response
    }

    /// An error in the form that every error has: `{"error":{"code":"…","message":"…"}}`.
    static func error(_ status: HTTPStatus, _ code: ErrorCode, _ message: String) -> HTTPResponse {
        var text = ByteBuffer()
        text.appendJSONObject { body in
            body.object("error") { error in
                error.string("code", code.rawValue)
                error.string("message", message)
            }
        }
        return json(status, text)
    }

    /// The answer to a request that could not be read. The connection ends after it.
    static func failure(_ failure: HTTPParseFailure) -> HTTPResponse {
        var response = error(failure.status, failure.code, failure.message)
        response.closesConnection = true
        return response
    }

    /// 405, saying which methods there are.
    static func methodNotAllowed(_ allowed: HTTPMethodSet) -> HTTPResponse {
        var response = error(
            .methodNotAllowed, .methodNotAllowed, "This address does not answer to that method.")
        response.append("Allow", allowed.fieldValue)
        return response
    }

    /// The answer to OPTIONS, saying which methods there are.
    static func options(_ allowed: HTTPMethodSet) -> HTTPResponse {
        var response = HTTPResponse(.noContent)
        response.append("Allow", allowed.fieldValue)
        return response
    }
}
