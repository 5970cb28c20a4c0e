/// A WebSocket on a connection: frames become messages for its session, and what the session says becomes
/// frames. The heartbeat and the closing handshake are kept here, so that a session need not know them.
///
/// It belongs to its connection's loop. Others may hold it; once `isOpen` is false it does nothing more.
final class WebSocketCarrier: ConnectionDriver, MessageCarrier {
    /// Gone when the connection is: used only while `closing` says that it is not closed.
    private unowned(unsafe) let connection: Connection
    private let connectionAddress: UnsafeRawPointer
    private var session: (any WebSocketSession)?
    private var decoder: WebSocketDecoder
    private var closing = WebSocketClosing()
    private let inflater: MessageInflater?
    private let deflater: MessageDeflater?
    /// When the last whole frame came, in the loop's milliseconds. Bytes alone don't count: a peer that
    /// sends one now and then would never be silent.
    private var lastHeard: UInt64

    init(_ connection: Connection, deflate: WebSocketDeflateParameters?) {
        self.connection = connection
        connectionAddress = addressOf(connection)
        let transport = connection.transport
        decoder = WebSocketDecoder(maximumMessageSize: transport.settings.maxMessage)
        inflater = deflate.map(transport.deflate.inflater(for:))
        deflater = deflate.map(transport.deflate.deflater(for:))
        lastHeard = transport.loop.milliseconds
    }

    /// Opens the session. Heartbeats of connections that came together are spread over an interval.
    func open(_ makeSession: (WebSocketCarrier) -> any WebSocketSession) {
        session = makeSession(self)
        guard closing.isOpen else { return }
        connection.setTimer(after: connection.transport.settings.heartbeat * Double.random(in: 0.5...1))
    }

    // MARK: For the session

    /// Whether messages can still be sent.
    var isOpen: Bool { closing.isOpen }

    /// The loop that it lives on.
    var loop: EventLoop { connection.transport.loop }

    /// The peer's address, asked of the kernel each time; nil when the connection is lost.
    func peerAddress() -> SocketAddress? {
        closing.state == .closed ? nil : connection.peerAddress()
    }

    /// Sends a message to this peer alone.
    func send(_ message: UnsafeRawBufferPointer, as kind: WebSocketMessageKind) {
        guard closing.isOpen else { return }
        connection.transport.counters.messagesSent += 1
        connection.send { WebSocketFrame.appendMessage(kind, message, deflater: deflater, to: &$0) }
    }

    func send(text: UnsafeRawBufferPointer) {
        send(text, as: .text)
    }

    func send(_ frame: inout BroadcastFrame) {
        guard closing.isOpen else { return }
        connection.transport.counters.messagesSent += 1
        connection.send(frame.bytes(for: deflater))
    }

    var unsentBytes: Int { closing.isOpen ? connection.unsentBytes : 0 }

    func prefetchConnection() {
        prefetch(connectionAddress)
    }

    func tellWhenSent() {
        if closing.isOpen { connection.tellWhenEmptied() }
    }

    func pauseReading() {
        if closing.isOpen { connection.pauseReading() }
    }

    func resumeReading() {
        if closing.isOpen { connection.resumeReading() }
    }

    /// Begins the closing handshake. The session is told `closed` when the connection has ended.
    func close(_ code: WebSocketCloseCode, reason: String) {
        // The peer's answer has to be read.
        resumeReading()
        perform(closing.close(code, reason: reason))
    }

    /// The peer reads more slowly than others write. What it has not begun to read is thrown away, and it
    /// is told to come back and catch up.
    func closeSlowReader() {
        guard closing.isOpen else { return }
        connection.transport.counters.slowReaders += 1
        connection.discardUnsent()
        close(.tooSlow, reason: "reading too slowly")
    }

    // MARK: ConnectionDriver

    func connectionOpened(_ connection: Connection) {}

    func received(_ bytes: UnsafeMutableRawBufferPointer, on connection: Connection) {
        var input = MutableSpan(_unsafeElements: bytes.bindMemory(to: UInt8.self))
        var offset = 0
        while connection.isOpen, let event = decoder.next(in: &input, from: &offset, inflater: inflater) {
            lastHeard = connection.transport.loop.milliseconds
            switch event {
            case .message(let kind, let payload):
                guard closing.isOpen, let session else { continue }
                connection.transport.counters.messagesReceived += 1
                payload.withBytes(in: input.span) { bytes in
                    bytes.withUnsafeBytes { session.received($0, as: kind, on: self) }
                }
            case .ping(let payload):
                guard closing.isOpen else { continue }
                payload.withBytes(in: input.span) { bytes in
                    bytes.withUnsafeBytes { bytes in
                        connection.send { WebSocketFrame.append(.pong, bytes, to: &$0) }
                    }
                }
            case .pong:
                continue
            case .close(let code, _):
                perform(closing.receivedClose(code))
            case .failure(let failure):
                connection.transport.log.debug(
                    "websocket protocol error", ["reason": .string("\(failure.reason)")])
                perform(closing.received(failure))
            }
        }
    }

    func peerEnded(_ connection: Connection) {
        perform(closing.connectionEnded())
    }

    func timerEnded(_ connection: Connection) {
        guard closing.isOpen else {
            perform(closing.closeTimedOut())
            return
        }
        let transport = connection.transport
        let interval = transport.settings.heartbeat
        let silence = Duration.milliseconds(Int64(clamping: transport.loop.milliseconds - lastHeard))
        let patience = interval * 2 - silence
        if patience <= .zero {
            // Told why, in case it listens, and not waited for.
            perform(closing.close(.timedOut, reason: "silent for too long"))
            connection.finish()
        } else {
            connection.send {
                WebSocketFrame.append(.ping, UnsafeRawBufferPointer(start: nil, count: 0), to: &$0)
            }
            connection.setTimer(after: min(interval, patience))
        }
    }

    func outboxEmptied(_ connection: Connection) {
        guard closing.isOpen else {
            perform(closing.closeFlushed())
            return
        }
        session?.sentAll(self)
    }

    func outboxOverflowed(_ connection: Connection) {
        if closing.isOpen { closeSlowReader() } else { connection.abort() }
    }

    func drain(_ connection: Connection) {
        guard closing.isOpen else { return }
        if let farewell = connection.transport.farewell?() {
            farewell.withUnsafeBytes { bytes in
                connection.send { WebSocketFrame.appendMessage(.text, bytes, to: &$0) }
            }
        }
        perform(closing.close(.draining, reason: "server is stopping"))
    }

    func connectionClosed(_ connection: Connection) {
        _ = closing.connectionEnded()
        let last = session
        session = nil
        last?.closed(self)
    }

    private func perform(_ action: WebSocketClosing.Action) {
        switch action {
        case .nothing:
            break
        case .sendCloseAndWait(let code, let reason), .sendCloseAndDrop(let code, let reason):
            connection.send { WebSocketFrame.appendClose(code, reason: reason, to: &$0) }
            connection.tellWhenEmptied()
            connection.setTimer(after: connection.transport.settings.closeTimeout)
        case .drop:
            connection.finish()
        }
    }
}

extension WebSocketCloseCode {
    // The server's own codes: 4000 and the HTTP status that says the same.

    /// The peer did not answer, or not in time.
    static let timedOut = WebSocketCloseCode(rawValue: 4408)
    /// What came before authentication could not be read.
    static let malformed = WebSocketCloseCode(rawValue: 4400)
    /// No token, or one that does not count any more.
    static let unauthenticated = WebSocketCloseCode(rawValue: 4401)
    /// Disconnected by an administrator.
    static let disconnected = WebSocketCloseCode(rawValue: 4409)
    /// Too many messages; come back after a while.
    static let rateLimited = WebSocketCloseCode(rawValue: 4429)
    /// The server is stopping; come back in a moment.
    static let draining = WebSocketCloseCode(rawValue: 4503)
    /// The peer read too slowly; come back and catch up.
    static let tooSlow = WebSocketCloseCode(rawValue: 4507)
}
