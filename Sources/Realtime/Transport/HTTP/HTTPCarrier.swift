/// HTTP on a connection: bytes become requests, one at a time, and answers become bytes, until the
/// connection ends or a request turns it into a WebSocket.
///
/// It belongs to its connection's loop.
final class HTTPCarrier: ConnectionDriver {
    private let site: HTTPSite
    private let refusal: Admission.Refusal?
    private var parser: HTTPRequestParser
    private var exchange = HTTPExchange()
    private var request: HTTPRequestHead?
    private var endpoint: (HTTPEndpoint, HTTPParameters)?
    private var body: [UInt8] = []
    /// What was pipelined behind a request that is being answered: at most one read's worth, because
    /// reading stops when something is. Not before: hardly anybody pipelines, and stopping costs two system calls.
    private var leftover: [UInt8] = []
    /// The body that is being written, and how it is framed.
    private var streaming: (stream: HTTPResponseStream, body: HTTPBodyWriter)?
    /// The WebSocket that this connection has become: what comes is its own.
    private var upgraded: WebSocketCarrier?
    /// Nil once the socket is gone.
    private var connection: Connection?

    init(site: HTTPSite, refusal: Admission.Refusal?, on transport: LoopTransport) {
        self.site = site
        self.refusal = refusal
        parser = HTTPRequestParser(limits: transport.settings.httpLimits)
    }

    // MARK: ConnectionDriver

    func connectionOpened(_ connection: Connection) {
        self.connection = connection
        connection.setTimer(after: connection.transport.settings.handshakeTimeout)
    }

    func received(_ bytes: UnsafeMutableRawBufferPointer, on connection: Connection) {
        if leftover.isEmpty {
            read(bytes, on: connection)
        } else {
            leftover += bytes
            readLeftover(connection)
        }
    }

    func peerEnded(_ connection: Connection) {
        perform(exchange.peerEnded(), on: connection)
    }

    func timerEnded(_ connection: Connection) {
        perform(exchange.timedOut(), on: connection)
    }

    func outboxEmptied(_ connection: Connection) {
        streaming?.stream.whenEmptied?()
    }

    func outboxOverflowed(_ connection: Connection) {
        // One whole answer may be larger than the limit: a next request is not read before it has left. A
        // stream has no such end.
        if streaming != nil { connection.abort() }
    }

    func drain(_ connection: Connection) {
        perform(exchange.drain(), on: connection)
    }

    func connectionClosed(_ connection: Connection) {
        self.connection = nil
        let cut = streaming
        streaming = nil
        cut?.stream.ended(aborted: true)
    }

    // MARK: Reading

    private func leaveOver(_ bytes: UnsafeRawBufferPointer, on connection: Connection) {
        guard !bytes.isEmpty else { return }
        leftover += bytes
        connection.pauseReading()
    }

    private func readLeftover(_ connection: Connection) {
        while !leftover.isEmpty, exchange.takesRequests, connection.isOpen {
            var bytes = leftover
            leftover = []
            bytes.withUnsafeMutableBytes { read($0, on: connection) }
        }
    }

    private func read(_ bytes: UnsafeMutableRawBufferPointer, on connection: Connection) {
        var offset = 0
        while connection.isOpen {
            if let upgraded {
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[offset...])
                if !rest.isEmpty { upgraded.received(rest, on: connection) }
                return
            }
            guard exchange.takesRequests else {
                leaveOver(UnsafeRawBufferPointer(rebasing: bytes[offset...]), on: connection)
                return
            }
            let input = Span<UInt8>(_unsafeElements: bytes.bindMemory(to: UInt8.self))
            guard let event = parser.next(input, from: &offset) else {
                if request == nil, !parser.isIdle { perform(exchange.headIsComing(), on: connection) }
                return
            }
            switch event {
            case .head(let head):
                headCame(head, on: connection)
            case .body(let range):
                body += bytes[range]
            case .end:
                perform(exchange.requestEnded(), on: connection)
            case .failure(let failure):
                let action = exchange.failed(failure.status)
                guard case .refuse = action else { return }
                refuse(.error(failure.status, failure.code, failure.message), to: nil, on: connection)
            }
        }
    }

    private func headCame(_ head: HTTPRequestHead, on connection: Connection) {
        connection.transport.counters.httpRequests += 1
        request = head
        if let refusal {
            endpoint = (.immediate { [site] in site.refusal(.refusal(refusal), of: $0) }, HTTPParameters())
        } else {
            switch site.resolve(head) {
            case .endpoint(let found, let parameters):
                endpoint = (found, parameters)
            case .refused(let response):
                endpoint = (.immediate { [site] in site.refusal(response, of: $0) }, HTTPParameters())
            }
        }
        let action = exchange.headCame(
            keepsAlive: head.keepAlive && refusal == nil, hasBody: head.body != .none,
            expectsContinue: head.expectsContinue)
        perform(action, on: connection)
    }

    // MARK: Upgrading

    /// Answers a request for a WebSocket, now or when it has been decided about.
    private func answerUpgrade(
        _ head: HTTPRequestHead, at target: any WebSocketEndpoint, on connection: Connection
    ) {
        let handshake = WebSocketHandshake(
            subprotocols: target.subprotocols, deflate: connection.transport.settings.deflate)
        let granted: WebSocketUpgrade
        do throws(WebSocketRejection) {
            guard head.body == .none else {
                throw WebSocketRejection(status: 400, message: "a request for a WebSocket has no body")
            }
            granted = try handshake.evaluate(WebSocketUpgradeRequest(head))
        } catch {
            complete(.rejection(error), on: connection)
            return
        }
        let wanted = WebSocketRequest(head: head, peerAddress: connection.peerAddress)
        let pending = PendingUpgrade(
            carrier: LoopBound(self, on: connection.transport.loop), upgrade: granted)
        let admission = target.admit(wanted, later: pending)
        if let admission {
            decide(granted, admission, on: connection)
        } else {
            connection.clearTimer()
            // A peer that goes meanwhile is the WebSocket's to notice.
            connection.pauseReading()
        }
    }

    private func decide(
        _ granted: WebSocketUpgrade, _ admission: WebSocketAdmission, on connection: Connection
    ) {
        switch admission {
        case .refused(let response):
            complete(response, on: connection)
        case .accepted(let makeSession):
            connection.send { granted.appendResponse(to: &$0) }
            let carrier = WebSocketCarrier(connection, deflate: granted.deflate)
            upgraded = carrier
            connection.switchDriver(to: carrier)
            connection.transport.counters.webSocketsOpened += 1
            carrier.open(makeSession)
        }
    }

    /// It has been decided; the client may be gone by now.
    fileprivate func resume(_ granted: WebSocketUpgrade, _ admission: WebSocketAdmission) {
        guard let connection, connection.isOpen else { return }
        decide(granted, admission, on: connection)
        guard connection.isOpen else { return }
        connection.resumeReading()
        if let upgraded {
            leftover.withUnsafeMutableBytes { if !$0.isEmpty { upgraded.received($0, on: connection) } }
            leftover = []
        } else {
            readLeftover(connection)
        }
    }

    // MARK: Answering

    private func perform(_ action: HTTPExchange.Action, on connection: Connection) {
        let settings = connection.transport.settings
        switch action {
        case .nothing, .readOn:
            break
        case .awaitRequest:
            connection.setTimer(after: settings.idleTimeout)
        case .awaitHead:
            connection.setTimer(after: settings.handshakeTimeout)
        case .awaitBody(let sayContinue):
            connection.setTimer(after: settings.bodyTimeout)
            if sayContinue { connection.send { HTTPResponseWriter.appendContinue(to: &$0) } }
        case .answer:
            answerRequest(on: connection)
        case .refuse(let status):
            refuse(.error(status, .malformed, "The request took too long."), to: request, on: connection)
        case .finish:
            connection.finish()
        case .abort:
            connection.abort()
        }
    }

    private func answerRequest(on connection: Connection) {
        guard let head = request, let (endpoint, parameters) = endpoint else {
            preconditionFailure("a request ended that has no endpoint")
        }
        let whole = whole(head, parameters, on: connection)
        body = []
        switch endpoint {
        case .immediate(let respond):
            complete(respond(whole), on: connection)
        case .suspending(let respond):
            connection.clearTimer()
            let loop = connection.transport.loop
            let me = LoopBound(self, on: loop)
            loop.spawn {
                let response = await respond(whole)
                me.value.resume(with: response)
            }
        case .streaming(let respond):
            let stream = HTTPResponseStream(self, on: connection.transport.loop)
            begin(stream, with: respond(whole, stream), on: connection)
        case .streamingLater(let respond):
            connection.clearTimer()
            connection.pauseReading()
            let loop = connection.transport.loop
            let stream = LoopBound(HTTPResponseStream(self, on: loop), on: loop)
            let me = LoopBound(self, on: loop)
            loop.spawn {
                let response = await respond(whole, stream)
                me.value.resume(stream.value, with: response)
            }
        case .webSocket(let target):
            answerUpgrade(head, at: target, on: connection)
        case .webSocketOr(let target, let respond):
            if WebSocketUpgradeRequest(head).upgradeNamesWebSocket {
                answerUpgrade(head, at: target, on: connection)
            } else {
                complete(respond(whole), on: connection)
            }
        }
    }

    /// The request with what has come of its body.
    private func whole(
        _ head: HTTPRequestHead, _ parameters: HTTPParameters, on connection: Connection
    ) -> HTTPRequest {
        let isForwarded = head.header("x-forwarded-host") != nil
        return HTTPRequest(
            head: head, parameters: parameters, body: body, isSecure: connection.isSecure,
            peerAddress: isForwarded ? connection.peerAddress() : nil)
    }

    /// Says why a request is not read to its end, and goodbye.
    ///
    /// - Parameter head: in what form it is said; nil when that is not known.
    private func refuse(_ response: HTTPResponse, to head: HTTPRequestHead?, on connection: Connection) {
        let refusal =
            request.map { site.refusal(response, of: whole($0, HTTPParameters(), on: connection)) }
            ?? response
        answer(refusal, to: head, on: connection)
        connection.finish()
    }

    /// A task has its answer; the client may be gone by now.
    private func resume(with response: HTTPResponse) {
        guard let connection, connection.isOpen else { return }
        complete(response, on: connection)
        guard connection.isOpen else { return }
        connection.resumeReading()
        readLeftover(connection)
    }

    /// The same with an answer whose body may be written piece by piece.
    private func resume(_ stream: HTTPResponseStream, with response: HTTPResponse) {
        guard case .streamed = response.body else {
            resume(with: response)
            return
        }
        guard let connection, connection.isOpen else { return }
        begin(stream, with: response, on: connection)
    }

    private func complete(_ response: HTTPResponse, on connection: Connection) {
        if response.closesConnection { exchange.endAfterAnswer() }
        answer(response, to: request, on: connection)
        request = nil
        endpoint = nil
        perform(exchange.answered(), on: connection)
    }

    private func answer(_ response: HTTPResponse, to head: HTTPRequestHead?, on connection: Connection) {
        connection.transport.counters.responses.note(response.status)
        let writer = writer(answering: head, on: connection)
        guard case .shared(let bytes) = response.body else {
            connection.send { writer.append(response, to: &$0) }
            return
        }
        var isSent = false
        connection.send { isSent = writer.appendHead(response, to: &$0).isSent }
        if isSent { connection.send(bytes) }
    }

    private func writer(answering head: HTTPRequestHead?, on connection: Connection) -> HTTPResponseWriter {
        HTTPResponseWriter(
            answering: head, closes: exchange.endsAfterAnswer, date: connection.transport.httpDate)
    }
}

/// A request for a WebSocket that waits to be decided about. Any thread may say what was decided, once.
struct PendingUpgrade: Sendable {
    fileprivate let carrier: LoopBound<HTTPCarrier>
    fileprivate let upgrade: WebSocketUpgrade

    /// It has been decided.
    func decide(_ admission: WebSocketAdmission) {
        carrier.loop.post { carrier.value.resume(upgrade, admission) }
    }
}

// MARK: - Streaming

extension HTTPCarrier {
    private func begin(_ stream: HTTPResponseStream, with response: HTTPResponse, on connection: Connection) {
        guard case .streamed = response.body else {
            complete(response, on: connection)
            return
        }
        connection.transport.counters.responses.note(response.status)
        let writer = writer(answering: request, on: connection)
        if writer.endsConnection(after: response) { exchange.endAfterAnswer() }
        connection.clearTimer()
        connection.send { output in
            streaming = (stream, writer.appendHead(response, to: &output))
        }
        connection.tellWhenEmptied()
        if streaming?.body.isSent == false { finish(stream) }
    }

    /// Whether this is the body that is being written.
    func isStreaming(_ stream: HTTPResponseStream) -> Bool {
        connection?.isOpen == true && streaming?.stream === stream
    }

    /// Bytes that the client has not taken yet.
    var unsentBytes: Int { connection?.unsentBytes ?? 0 }

    /// Sends a piece of the body.
    func write(_ bytes: UnsafeRawBufferPointer, to stream: HTTPResponseStream) {
        guard let connection, isStreaming(stream) else { return }
        connection.send { streaming?.body.append(bytes, to: &$0) }
        connection.tellWhenEmptied()
    }

    /// Ends the body and goes on to the next request.
    func finish(_ stream: HTTPResponseStream) {
        guard let connection, isStreaming(stream) else { return }
        connection.send { streaming?.body.appendEnd(to: &$0) }
        streaming = nil
        stream.ended(aborted: false)
        request = nil
        endpoint = nil
        perform(exchange.answered(), on: connection)
        guard connection.isOpen else { return }
        connection.resumeReading()
        readLeftover(connection)
    }
}
