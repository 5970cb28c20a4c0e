/// `/api/realtime/…`: the way in for clients that can't have a WebSocket.
///
/// Nothing of a request is looked at before its page's origin and its token.
struct PollingEndpoints: Sendable {
    let desks: PollDesks
    let services: SessionServices
    let access: CrossOrigin
    /// How long one envelope may be.
    let maxMessage: Int

    func add(to router: inout HTTPRouter<HTTPEndpoint>) throws(HTTPRouteError) {
        let preflight = HTTPEndpoint.immediate { [access] in access.preflight($0) }
        try router.add(.get, "/api/realtime/poll", forClients(poll))
        try router.add(.delete, "/api/realtime/poll", forClients(leave))
        try router.add(.options, "/api/realtime/poll", preflight)
        try router.add(.get, "/api/realtime/events", streams)
        try router.add(.options, "/api/realtime/events", preflight)
        try router.add(.post, "/api/realtime/send", forClients(send))
        try router.add(.options, "/api/realtime/send", preflight)
    }

    /// A client's request whose token counts.
    private struct Call: Sendable {
        let request: HTTPRequest
        let token: VerifiedToken

        var user: UserID { token.claims.user }
        var query: URLQuery { URLQuery(request.head.query) }
        var isHead: Bool { request.head.method == .head }
    }

    private func forClients(
        _ answer: @escaping @Sendable (Call) async throws(RealtimeError) -> HTTPResponse
    ) -> HTTPEndpoint {
        .suspending { request in
            guard access.allows(request) else { return access.opened(.foreignOrigin, for: request) }
            return access.opened(await response(to: request, answer), for: request)
        }
    }

    /// - Parameter queryToken: whether the token may stand in the query, for clients that can't set a head.
    private func response(
        to request: HTTPRequest, queryToken: Bool = false,
        _ answer: (Call) async throws(RealtimeError) -> HTTPResponse
    ) async -> HTTPResponse {
        do throws(RealtimeError) {
            let location = TokenLocation(
                authorization: try request.head.sole("authorization"), subprotocols: nil,
                query: queryToken ? try Self.token(inQueryOf: request) : nil)
            guard let token = location.token else { return .unauthenticated(nil) }
            let verified: VerifiedToken
            do throws(TokenRefusal) {
                verified = try await services.authenticator.authenticate(token)
            } catch {
                return .unauthenticated(error)
            }
            return try await answer(Call(request: request, token: verified))
        } catch {
            return .error(error)
        }
    }

    /// `GET /api/realtime/events`
    private var streams: HTTPEndpoint {
        .streamingLater { request, stream in
            guard access.allows(request) else { return access.opened(.foreignOrigin, for: request) }
            let response = await response(to: request, queryToken: true) { call throws(RealtimeError) in
                try await open(stream, call)
            }
            return access.opened(response, for: request)
        }
    }

    private func open(
        _ stream: LoopBound<HTTPResponseStream>, _ call: Call
    ) async throws(RealtimeError) -> HTTPResponse {
        let request = try PollRequest(
            call.query, lastEventID: try call.request.head.sole("last-event-id"))
        guard !call.isHead else { return .eventStream }
        let found = await desks.ask(about: call.user) { desk, done in
            done(
                Result { () throws(RealtimeError) in
                    LoopBound(try desk.sessionForStream(request, call.token), on: desk.shard.loop)
                })
        }
        let session = try found.get()
        let outlet = LoopBound(StreamOutlet(stream.value), on: stream.loop)
        // What is sent comes back here by a post of its own, and so behind the head that is sent now.
        session.loop.post { session.value.open(outlet, for: request.question) }
        return .eventStream
    }

    private static func token(inQueryOf request: HTTPRequest) throws(RealtimeError) -> String? {
        do throws(URLQueryError) {
            return try URLQuery(request.head.query).value("token")
        } catch {
            throw RealtimeError(.malformed, error.message)
        }
    }

    /// `GET /api/realtime/poll`
    private func poll(_ call: Call) async throws(RealtimeError) -> HTTPResponse {
        let request = try PollRequest(call.query)
        // What only looks at heads begins nothing and consumes nothing.
        guard !call.isHead else { return .json(.ok, shared: SharedBytes("")) }
        let answer = await desks.ask(about: call.user) { desk, done in
            desk.poll(request, call.token, done)
        }
        return .json(.ok, shared: try answer.get())
    }

    /// `POST /api/realtime/send`
    private func send(_ call: Call) async throws(RealtimeError) -> HTTPResponse {
        let request = try PollRequest(call.query)
        let body = try SendBody(call.request.body, maxMessage: maxMessage)
        let answer = await desks.ask(about: call.user) { desk, done in
            desk.send(body, request, call.token, done)
        }
        return .json(.ok, shared: try answer.get())
    }

    /// `DELETE /api/realtime/poll`
    private func leave(_ call: Call) async throws(RealtimeError) -> HTTPResponse {
        let request = try PollRequest(call.query)
        let answer: Result<Void, RealtimeError> = await desks.ask(about: call.user) { desk, done in
            done(Result { () throws(RealtimeError) in try desk.leave(request, call.token) })
        }
        try answer.get()
        return HTTPResponse(.noContent)
    }
}

extension HTTPResponse {
    /// The head of an event stream. Proxies are asked not to collect what should arrive at once.
    fileprivate static var eventStream: HTTPResponse {
        var response = HTTPResponse(.ok, body: .streamed(length: nil))
        response.add("Content-Type", fixed: "text/event-stream")
        response.add("Cache-Control", fixed: "no-store")
        response.add("X-Accel-Buffering", fixed: "no")
        return response
    }

    /// An answer in JSON that was written elsewhere.
    fileprivate static func json(_ status: HTTPStatus, shared json: SharedBytes) -> HTTPResponse {
        var response = HTTPResponse(status, body: .shared(json))
        response.add("Content-Type", fixed: "application/json")
        response.add("Cache-Control", fixed: "no-store")
        return response
    }
}

extension HTTPRequestHead {
    /// The value of a field that may be there once.
    func sole(_ name: StaticString) throws(RealtimeError) -> String? {
        let values = headers(name)
        guard values.count <= 1 else { throw RealtimeError(.malformed, "\(name) is there more than once.") }
        return values.first?.string
    }
}
