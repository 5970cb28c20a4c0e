// What backends may do about users, and the server's own numbers.

extension BackendAPI {
    /// `DELETE /api/v1/users/{user_id}/connections`
    func disconnectUser(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let closed = try await backend.disconnect(try call.identifier("user_id"))
        return .json(.ok) { $0.int("closed", closed) }
    }

    /// `POST /api/v1/revocations`
    func revoke(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let request = try RevocationRequest(call, at: backend.hub.time.date)
        let closed =
            switch request.subject {
            case .user(let user): try await backend.revoke(user: user, until: request.until)
            case .token(let id): try await backend.revoke(tokenID: id, until: request.until)
            case .connection(let id): try await backend.revoke(connection: id)
            }
        return .json(.ok) { $0.int("closed", closed) }
    }

    /// `GET /api/v1/stats`
    func statistics(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let statistics = try await backend.statistics(from: census)
        return .json(.ok) { answer in
            answer.int("active_connections", statistics.activeConnections)
            answer.int("rooms", statistics.rooms)
            answer.int("users_online", statistics.usersOnline)
            answer.int("messages_received", statistics.messagesReceived)
            answer.int("messages_sent", statistics.messagesSent)
            if let pending = statistics.notificationsPending {
                answer.int("notifications_pending", pending)
            } else {
                answer.null("notifications_pending")
            }
            answer.double("uptime_seconds", Double(statistics.uptime.milliseconds) / 1000)
            answer.array("handlers") { handlers in
                for handler in statistics.handlers {
                    handlers.object { $0.handler(handler) }
                }
            }
        }
    }
}

extension Backend {
    /// The numbers of this moment.
    func statistics(from census: Census) async throws(RealtimeError) -> ServerStatistics {
        ServerStatistics(
            try await census.sums(), pending: await core.inbox.pendingCount(), uptime: census.uptime,
            handlers: core.registry.handlers)
    }
}

extension JSONObjectWriter {
    fileprivate mutating func handler(_ handler: HandlerRegistry.Status) {
        string("name", handler.name)
        string("event_type", handler.eventType)
        bool("enabled", handler.isEnabled)
        bool("switched_off", handler.isSwitchedOff)
        int("handled", handler.handled)
        int("failures", handler.failures)
    }
}

/// `{"user_id" | "jti" | "connection_id", "until"?}`
private struct RevocationRequest {
    enum Subject {
        case user(UserID)
        case token(ExactText)
        case connection(ConnectionID)
    }

    /// What a token's id may have. A token as a whole has at most 8 KiB; an id of that size is none.
    private static let longestTokenID = 256

    let subject: Subject
    let until: Timestamp?

    init(_ call: ServiceCall, at now: Timestamp) throws(RealtimeError) {
        (subject, until) = try call.readBody { body throws(EnvelopeFailure) in
            (try Self.subject(in: body), try Self.end(in: body, after: now))
        }
    }

    private static func subject(in body: borrowing DataMembers) throws(EnvelopeFailure) -> Subject {
        let user: UserID? = try body.identifier("user_id")
        let token = try body.string("jti")
        let connection = try body.string("connection_id")
        switch (user, token, connection) {
        case (let user?, nil, nil):
            return .user(user)
        case (nil, let token?, nil):
            guard (1...longestTokenID).contains(token.utf8.count) else {
                throw EnvelopeFailure(.mustBe("a string of 1 to 256 bytes"), field: "jti")
            }
            return .token(ExactText(token))
        case (nil, nil, let connection?):
            guard let id = ConnectionID(connection) else {
                throw EnvelopeFailure(.mustBe("an id of a connection"), field: "connection_id")
            }
            return .connection(id)
        case (_, _, _):
            throw EnvelopeFailure(
                .mustBe("exactly one of user_id, jti and connection_id"), field: "the subject")
        }
    }

    private static func end(
        in body: borrowing DataMembers, after now: Timestamp
    ) throws(EnvelopeFailure) -> Timestamp? {
        guard let text = try body.string("until") else { return nil }
        guard let end = Timestamp(rfc3339: text) else {
            throw EnvelopeFailure(.mustBe("a time such as 2026-01-02T03:04:05Z"), field: "until")
        }
        guard end > now else { throw EnvelopeFailure(.mustBe("in the future"), field: "until") }
        return end
    }
}
