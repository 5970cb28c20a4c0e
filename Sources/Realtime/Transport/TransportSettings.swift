/// What the transport needs to know of the configuration, read once at start.
struct TransportSettings: Sendable {
    /// What of an HTTP request is taken before it is refused.
    var httpLimits = HTTPLimits()
    /// From a connection's first moment to its first whole request head, TLS included, and from the first
    /// byte of a later head to its last.
    var handshakeTimeout: Duration = .seconds(5)
    /// How long a kept-alive HTTP connection may say nothing, or leave an answer unread.
    var idleTimeout: Duration = .seconds(60)
    /// From a request's head to the end of its body.
    var bodyTimeout: Duration = .seconds(30)

    /// The largest WebSocket message, assembled and inflated.
    var maxMessage = 64 * 1_024
    /// How often a WebSocket is pinged; after two intervals without a whole frame from the peer it is
    /// closed.
    var heartbeat: Duration = .seconds(25)
    /// How long the peer has to answer a Close frame.
    var closeTimeout: Duration = .seconds(5)
    /// How messages are compressed; nil when they never are.
    var deflate: WebSocketDeflateConfiguration? = WebSocketDeflateConfiguration()

    /// Bytes that may wait to be sent on one connection.
    var maxOutbox = 1_024 * 1_024
    /// Waiting bytes above which nothing more is read from a connection, so that a peer that asks without
    /// reading the answers fills its own buffers and not ours.
    var readPauseOutbox = 64 * 1_024
    /// How long after our last byte the peer may take to hang up.
    var lingerTimeout: Duration = .seconds(2)
    /// Connections that the kernel keeps until a loop takes them: a storm of reconnecting clients arrives
    /// within milliseconds. The kernel's own limit (`net.core.somaxconn`) holds as well.
    var backlog: Int32 = 4_096
    /// What TLS handshakes may take of one turn.
    var handshakeBudget: Duration = .milliseconds(4)
}
