/// What browsers are told about requests of pages from elsewhere (CORS): the origins that may open a WebSocket may do
/// the same without one.
struct CrossOrigin: Sendable {
    let origins: OriginGate

    /// Whether a request may be answered, by where its page is from.
    func allows(_ request: HTTPRequest) -> Bool {
        origins.allows(request.head, peerAddress: { request.peerAddress })
    }

    /// The answer as the page may see it: refused pages see none.
    func opened(_ response: HTTPResponse, for request: HTTPRequest) -> HTTPResponse {
        var response = response
        response.add("Vary", fixed: "Origin")
        guard let origin = request.head.header("origin")?.string, allows(request) else { return response }
        do throws(HTTPFieldError) {
            try response.add("Access-Control-Allow-Origin", origin)
        } catch {
            // No field value that came has such characters.
            return response
        }
        response.add("Access-Control-Expose-Headers", fixed: "Retry-After")
        return response
    }

    /// A refusal that no endpoint made, of whatever address, as the page may see it where it asked for one of these.
    func refusal(_ response: HTTPResponse, of request: HTTPRequest) -> HTTPResponse {
        request.head.path.hasPrefix("/api/realtime/") ? opened(response, for: request) : response
    }

    /// Answers a browser that asks beforehand what a page may send.
    func preflight(_ request: HTTPRequest) -> HTTPResponse {
        guard allows(request) else { return opened(.foreignOrigin, for: request) }
        var response = opened(HTTPResponse(.noContent), for: request)
        response.add("Access-Control-Allow-Methods", fixed: "GET, POST, DELETE, OPTIONS")
        response.add("Access-Control-Allow-Headers", fixed: "authorization, content-type, last-event-id")
        response.add("Access-Control-Max-Age", fixed: "600")
        return response
    }
}

extension HTTPResponse {
    /// The answer to a page that may not ask.
    static var foreignOrigin: HTTPResponse {
        .error(.forbidden, .forbidden, "Pages of this origin may not use this.")
    }
}
