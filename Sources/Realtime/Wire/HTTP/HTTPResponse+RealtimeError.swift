// How what was refused looks over HTTP.

extension HTTPResponse {
    /// The answer that says why something was refused, and when it makes sense to try again.
    static func error(_ error: RealtimeError) -> HTTPResponse {
        var response = HTTPResponse.error(HTTPStatus(error.code), error.code, error.message)
        if let wait = error.retryAfter {
            // In whole seconds, and never too early.
            response.add("Retry-After", max(1, Int((wait.milliseconds + 999) / 1000)))
        } else if error.code == .unavailable {
            response.add("Retry-After", fixed: "1")
        }
        return response
    }

    /// An answer whose body is one JSON object.
    static func json(
        _ status: HTTPStatus, _ members: (inout JSONObjectWriter) -> Void
    ) -> HTTPResponse {
        var json = ByteBuffer()
        json.appendJSONObject(members)
        return .json(status, json)
    }
}

extension HTTPStatus {
    /// The status that says the same as a code.
    init(_ code: ErrorCode) {
        self =
            switch code {
            case .malformed, .unknownType: .badRequest
            case .unauthenticated: .unauthorized
            case .forbidden, .notInRoom: .forbidden
            case .roomNotFound, .documentNotFound, .notFound: .notFound
            case .methodNotAllowed: .methodNotAllowed
            case .conflict: .conflict
            case .tooLarge: .contentTooLarge
            case .rateLimited: .tooManyRequests
            case .handlerFailed, .internal: .internalServerError
            case .unavailable: .serviceUnavailable
            }
    }
}
