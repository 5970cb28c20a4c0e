/// The HTTP API that backends call: which address does what, and who may call it.
///
/// What is done stands in `Backend`; here a request becomes a call of it, and what comes of that an answer.
/// `OpenAPI` says the same to other programs.
struct BackendAPI: Sendable {
    let backend: Backend
    let census: Census

    func add(to router: inout HTTPRouter<HTTPEndpoint>) throws(HTTPRouteError) {
        try router.add(.post, "/api/v1/broadcast", forServices(broadcast))
        try router.add(.post, "/api/v1/tasks", forServices(publishTask))
        try router.add(.get, "/api/v1/rooms", forServices(listRooms))
        try router.add(.get, "/api/v1/rooms/{room_id}", forServices(describeRoom))
        try router.add(.get, "/api/v1/users/{user_id}", forServices(describeUser))
        try router.add(.post, "/api/v1/notifications", forServices(sendNotification))
        try router.add(.get, "/api/v1/notifications/{notification_id}", forServices(describeNotification))
        try router.add(.get, "/api/v1/users/{user_id}/notifications", forServices(listNotifications))
        try router.add(.delete, "/api/v1/users/{user_id}/connections", forServices(disconnectUser))
        try router.add(.post, "/api/v1/revocations", forServices(revoke))
        try router.add(.get, "/api/v1/stats", forServices(statistics))
        try router.add(.get, "/openapi.json", .immediate { _ in OpenAPI.response })
    }

    /// An endpoint for tokens with the scope `service` alone. Nothing of a request is looked at before its token.
    private func forServices(
        _ answer: @escaping @Sendable (ServiceCall) async throws(RealtimeError) -> HTTPResponse
    ) -> HTTPEndpoint {
        .suspending { [authenticator = backend.authenticator] request in
            let fields = request.head.headers("authorization")
            guard fields.count <= 1 else {
                return .error(RealtimeError(.malformed, "Authorization is there more than once."))
            }
            let location = TokenLocation(
                authorization: fields.first?.string, subprotocols: nil, query: nil)
            guard let token = location.token else { return .unauthenticated(nil) }
            let claims: Claims
            do throws(TokenRefusal) {
                claims = try await authenticator.authenticate(token).claims
            } catch {
                return .unauthenticated(error)
            }
            guard claims.isService else {
                return .error(
                    RealtimeError(.forbidden, "This is for tokens with the scope \"service\" alone."))
            }
            do throws(RealtimeError) {
                return try await answer(ServiceCall(request: request, service: claims.user))
            } catch {
                return .error(error)
            }
        }
    }
}

/// A request of a backend whose token counts.
struct ServiceCall: Sendable {
    let request: HTTPRequest
    /// Which backend: the `sub` of its token.
    let service: UserID

    /// Reads the body, which has to be a JSON object. Members that nobody asks for are left alone.
    func readBody<Value>(
        _ read: (borrowing DataMembers) throws(EnvelopeFailure) -> Value
    ) throws(RealtimeError) -> Value {
        do throws(EnvelopeFailure) {
            return try request.body.span.withUnsafeBytes { json throws(EnvelopeFailure) in
                try read(DataMembers(of: json, field: "the body"))
            }
        } catch {
            throw RealtimeError(error)
        }
    }

    /// A name that stands in the path.
    func identifier<Kind>(_ name: String) throws(RealtimeError) -> Identifier<Kind> {
        guard let id = request.parameters[name].flatMap({ Identifier<Kind>($0) }) else {
            throw RealtimeError(
                .malformed,
                "\(name) must be 1 to \(Identifier<Kind>.maximumByteCount) bytes without control characters"
            )
        }
        return id
    }

    /// The caller's own id for what it asks for, which makes a repeat harmless: `message_id` of the body, or the
    /// field `Idempotency-Key` where it has none.
    func messageID(in body: borrowing DataMembers) throws(EnvelopeFailure) -> ClientMessageID? {
        let fields = request.head.headers("idempotency-key")
        guard fields.count <= 1 else {
            throw EnvelopeFailure(.mustBe("there once"), field: "Idempotency-Key")
        }
        let inHead = try Self.messageID(
            fields.first.map { $0.withUnsafeBytes { String(validating: $0, as: UTF8.self) ?? "" } },
            field: "Idempotency-Key")
        let inBody = try Self.messageID(try body.string("message_id"), field: "message_id")
        return inBody ?? inHead
    }

    private static func messageID(
        _ text: String?, field: StaticText
    ) throws(EnvelopeFailure) -> ClientMessageID? {
        guard let text else { return nil }
        guard let id = ClientMessageID(text) else {
            throw EnvelopeFailure(.mustBe("a string of 1 to 64 characters"), field: field)
        }
        return id
    }
}
