/// Sends every message back to where it came from. For tests and benchmarks; off unless asked for.
struct EchoEndpoint: WebSocketEndpoint {
    private final class Session: WebSocketSession {
        func received(
            _ message: UnsafeRawBufferPointer, as kind: WebSocketMessageKind, on socket: WebSocketCarrier
        ) {
            socket.send(message, as: kind)
        }

        func closed(_ socket: WebSocketCarrier) {}
    }

    func admit(_ request: WebSocketRequest, later: PendingUpgrade) -> WebSocketAdmission? {
        .accepted { _ in Session() }
    }
}
