/// A place that WebSockets can be opened at.
protocol WebSocketEndpoint: Sendable {
    /// The subprotocols that it speaks, the preferred first; empty when it takes none.
    var subprotocols: [String] { get }

    /// Decides whether a request becomes a WebSocket. Called on the connection's loop.
    ///
    /// - Parameter later: takes the decision when this returned nil; once, from any thread.
    func admit(_ request: WebSocketRequest, later: PendingUpgrade) -> WebSocketAdmission?
}

extension WebSocketEndpoint {
    var subprotocols: [String] { [] }
}

/// A proper request for an upgrade.
struct WebSocketRequest {
    let head: HTTPRequestHead
    /// The peer's address; the kernel is asked for it.
    let peerAddress: () -> SocketAddress?
}

/// What was decided about a request for an upgrade.
enum WebSocketAdmission: Sendable {
    /// It becomes a WebSocket, with this behind it. The closure is called on the socket's loop, and what it
    /// returns stays there; it is not called when the client has gone meanwhile.
    case accepted(@Sendable (WebSocketCarrier) -> any WebSocketSession)
    /// It does not, and is answered by this.
    case refused(HTTPResponse)
}

/// What is behind an open WebSocket. It is told what comes, on the socket's loop, in order.
protocol WebSocketSession: AnyObject {
    /// A whole message. The bytes hold until this returns; text is valid UTF-8.
    func received(
        _ message: UnsafeRawBufferPointer, as kind: WebSocketMessageKind, on socket: WebSocketCarrier)
    /// All that was sent has left: the peer is ready for more. It was asked for with `WebSocketCarrier.tellWhenSent`.
    func sentAll(_ socket: WebSocketCarrier)
    /// The socket is gone or going: nothing more comes and nothing more can be sent.
    func closed(_ socket: WebSocketCarrier)
}

extension WebSocketSession {
    func sentAll(_ socket: WebSocketCarrier) {}
}
