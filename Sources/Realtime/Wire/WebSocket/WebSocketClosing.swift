/// The closing handshake from the server's side (RFC 6455, sections 5.5.1 and 7): what happened goes in,
/// what to do comes out. It does no I/O and has no clock; the driver runs the timer that an action asks
/// for.
///
/// The server drops the TCP connection, since the side that does it first holds the port afterwards.
/// A Close frame is sent once only, whoever begins.
struct WebSocketClosing: Equatable {
    /// How far the handshake is.
    enum State: Equatable {
        case open
        /// The server's Close frame is out; the peer's has not come.
        case closeSent
        /// Both have spoken, or the peer broke the protocol: only the frame's way out is awaited.
        case closeReceived
        /// The connection is gone, or is being dropped at once.
        case closed
    }

    /// What the driver has to do.
    enum Action: Equatable {
        case nothing
        /// Send this Close frame, and drop the connection if `closeTimedOut` comes before the peer's.
        case sendCloseAndWait(WebSocketCloseCode?, reason: String)
        /// Send this Close frame, drop the connection as soon as it is out, or when the time is over.
        case sendCloseAndDrop(WebSocketCloseCode?, reason: String)
        case drop
    }

    private(set) var state = State.open

    /// Whether messages may still be sent, and whether those that come are for the application. Once a
    /// side has sent Close it sends nothing else, and what the peer still sends has no one to answer it.
    var isOpen: Bool { state == .open }

    /// The application ends the connection.
    mutating func close(_ code: WebSocketCloseCode?, reason: String = "") -> Action {
        switch state {
        case .open:
            state = .closeSent
            return .sendCloseAndWait(code, reason: reason)
        case .closeSent, .closeReceived, .closed:
            return .nothing
        }
    }

    /// The peer's Close frame came. It is answered by its own code; where both sides began at once, the
    /// two frames are each other's answer.
    mutating func receivedClose(_ code: WebSocketCloseCode?) -> Action {
        switch state {
        case .open:
            state = .closeReceived
            return .sendCloseAndDrop(code, reason: "")
        case .closeSent:
            state = .closed
            return .drop
        case .closeReceived, .closed:
            return .nothing
        }
    }

    /// The peer broke the protocol. It is told why and not waited for: nothing it says can be understood.
    mutating func received(_ failure: WebSocketFailure) -> Action {
        switch state {
        case .open:
            state = .closeReceived
            return .sendCloseAndDrop(failure.closeCode, reason: "\(failure.reason)")
        case .closeSent:
            state = .closed
            return .drop
        case .closeReceived, .closed:
            return .nothing
        }
    }

    /// Everything queued for the peer, its Close frame last, has been handed to the kernel.
    mutating func closeFlushed() -> Action {
        switch state {
        case .closeReceived:
            state = .closed
            return .drop
        case .open, .closeSent, .closed:
            return .nothing
        }
    }

    /// The time for the peer to answer, or for the Close frame to get out, is over.
    mutating func closeTimedOut() -> Action {
        switch state {
        case .closeSent, .closeReceived:
            state = .closed
            return .drop
        case .open, .closed:
            // A timer that fired while it was being cancelled.
            return .nothing
        }
    }

    /// The TCP connection ended: the peer closed or reset it, or it was dropped here.
    mutating func connectionEnded() -> Action {
        switch state {
        case .open, .closeSent, .closeReceived:
            state = .closed
            return .drop
        case .closed:
            return .nothing
        }
    }
}
