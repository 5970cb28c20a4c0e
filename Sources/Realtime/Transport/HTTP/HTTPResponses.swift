// The answers that the transport gives by itself.

extension HTTPResponse {
    /// A few words for a person or a probe.
    static func text(_ status: HTTPStatus, _ text: String) -> HTTPResponse {
        var response = HTTPResponse(status, body: .bytes(Array(text.utf8)))
        response.add("Content-Type", fixed: "text/plain; charset=utf-8")
        response.add("Cache-Control", fixed: "no-store")
        return response
    }

    /// The answer to a connection too many.
    static func refusal(_ refusal: Admission.Refusal) -> HTTPResponse {
        switch refusal {
        case .serverFull:
            .error(.serviceUnavailable, .unavailable, "The server has as many connections as it may.")
        case .addressFull:
            .error(.tooManyRequests, .rateLimited, "This address has as many connections as it may.")
        }
    }

    /// The answer to a request that should have become a WebSocket and can't.
    static func rejection(_ rejection: WebSocketRejection) -> HTTPResponse {
        let status = HTTPStatus(rejection.status)
        let code: ErrorCode = status == .methodNotAllowed ? .methodNotAllowed : .malformed
        var response = error(status, code, rejection.message)
        for header in rejection.headers { response.add(header.name, fixed: header.value) }
        return response
    }
}

extension WebSocketUpgradeRequest {
    /// The parts of a request's head that decide about an upgrade.
    init(_ head: HTTPRequestHead) {
        self.init(
            method: head.methodName.string, isHTTP11: head.version == .http11,
            upgradeNamesWebSocket: head.hasToken("websocket", in: "upgrade"),
            connectionNamesUpgrade: head.hasToken("upgrade", in: "connection"),
            key: head.joined("sec-websocket-key"),
            version: head.joined("sec-websocket-version"), protocols: head.joined("sec-websocket-protocol"),
            extensions: head.joined("sec-websocket-extensions"))
    }
}

extension HTTPRequestHead {
    /// A field's values joined by commas, which is what repeating a field means.
    func joined(_ name: StaticString) -> String? {
        let values = headers(name)
        switch values.count {
        case 0: return nil
        case 1: return values[0].string
        default: return values.map(\.string).joined(separator: ", ")
        }
    }
}
