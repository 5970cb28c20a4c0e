/// A place that WebSockets can be opened at.
protocol WebSocketEndpoint: Sendable {
    /// The subprotocols that it speaks, the preferred first; empty when it takes none.
    var subprotocols: [String] { get }

    /// A WebSocket has been opened. Called on its loop; what is returned stays on that loop.
    func open(_ socket: WebSocketCarrier, request: HTTPRequestHead) -> any WebSocketSession
}

extension WebSocketEndpoint {
    var subprotocols: [String] { [] }
}

/// What is behind an open WebSocket. It is told what comes, on the socket's loop, in order.
protocol WebSocketSession: AnyObject {
    /// A whole message. The bytes hold until this returns; text is valid UTF-8.
    func received(
        _ message: UnsafeRawBufferPointer, as kind: WebSocketMessageKind, on socket: WebSocketCarrier)
    /// The socket is gone or going: nothing more comes and nothing more can be sent.
    func closed(_ socket: WebSocketCarrier)
}
