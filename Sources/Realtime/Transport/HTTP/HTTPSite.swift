/// A request that has come whole.
struct HTTPRequest: Sendable {
    let head: HTTPRequestHead
    /// The parts of the path that the route leaves open.
    let parameters: HTTPParameters
    let body: [UInt8]
    /// Whether it came encrypted.
    let isSecure: Bool
    /// The peer's address, where a proxy says whom it speaks for: without one nobody needs it, and the kernel need not
    /// be asked.
    var peerAddress: SocketAddress?
}

/// What is at an address.
enum HTTPEndpoint: Sendable {
    /// Answers at once, on the connection's loop. It must not wait for anything.
    case immediate(@Sendable (HTTPRequest) -> HTTPResponse)
    /// Answers when it has what it needs, in a task that runs on the connection's loop.
    case suspending(@Sendable (HTTPRequest) async -> HTTPResponse)
    /// Answers at once with a head whose body is `streamed`, and writes the body when there is something to
    /// write, on the connection's loop. Any other answer is sent as it is, and the stream is not used.
    case streaming(@Sendable (HTTPRequest, HTTPResponseStream) -> HTTPResponse)
    /// The same, when it has what it needs, in a task that runs on the connection's loop.
    case streamingLater(@Sendable (HTTPRequest, LoopBound<HTTPResponseStream>) async -> HTTPResponse)
    /// Becomes a WebSocket.
    case webSocket(any WebSocketEndpoint)
    /// Becomes a WebSocket for who asks for one, and answers everybody else at once.
    case webSocketOr(any WebSocketEndpoint, @Sendable (HTTPRequest) -> HTTPResponse)
}

/// Everything that can be asked of a server: its routes, and what it says of the rest. The same value
/// serves every loop.
final class HTTPSite: Sendable {
    /// What becomes of a request when its head has come.
    enum Resolution {
        case endpoint(HTTPEndpoint, HTTPParameters)
        case refused(HTTPResponse)
    }

    private let router: HTTPRouter<HTTPEndpoint>
    private let fallback: (@Sendable (HTTPRequestHead) -> HTTPResponse?)?
    private let refusing: @Sendable (HTTPResponse, HTTPRequest) -> HTTPResponse

    /// - Parameters:
    ///   - fallback: answers what no route knows, such as files; nil from it is a 404.
    ///   - refusing: what goes out for a refusal that no endpoint made.
    init(
        _ router: HTTPRouter<HTTPEndpoint>, fallback: (@Sendable (HTTPRequestHead) -> HTTPResponse?)? = nil,
        refusing: @escaping @Sendable (HTTPResponse, HTTPRequest) -> HTTPResponse = { response, _ in response
        }
    ) {
        self.router = router
        self.fallback = fallback
        self.refusing = refusing
    }

    /// A refusal that no endpoint made, as it goes out: the request was for none, or was cut short.
    func refusal(_ response: HTTPResponse, of request: HTTPRequest) -> HTTPResponse {
        refusing(response, request)
    }

    /// Finds what a request asks for.
    func resolve(_ head: HTTPRequestHead) -> Resolution {
        switch router.match(head.method, path: head.path) {
        case .found(let endpoint, let parameters):
            return .endpoint(endpoint, parameters)
        case .methodNotAllowed(let allowed):
            return .refused(.methodNotAllowed(allowed))
        case .options(let allowed):
            return .refused(.options(allowed))
        case .malformedPath:
            return .refused(.error(.badRequest, .malformed, "The path has a broken escape."))
        case .notFound:
            return .refused(
                fallback?(head) ?? .error(.notFound, .notFound, "There is nothing at this address."))
        }
    }
}
