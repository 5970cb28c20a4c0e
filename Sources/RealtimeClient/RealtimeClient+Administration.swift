public import FoundationEssentials

extension RealtimeClient {
    /// What the server counts.
    public struct Stats: Decodable, Sendable, Hashable {
        /// How many connections are open.
        public let activeConnections: Int
        /// How many rooms there are.
        public let rooms: Int
        /// How many users are connected.
        public let usersOnline: Int
        /// How many messages came from clients since the start.
        public let messagesReceived: Int
        /// How many went to clients since the start.
        public let messagesSent: Int
        /// How many notifications wait to be acknowledged; nil where the server keeps none.
        public let notificationsPending: Int?

        private enum CodingKeys: String, CodingKey {
            case activeConnections = "active_connections"
            case rooms
            case usersOnline = "users_online"
            case messagesReceived = "messages_received"
            case messagesSent = "messages_sent"
            case notificationsPending = "notifications_pending"
        }
    }

    /// Closes all connections of a user, and says how many. They may come back with a good token: to keep them
    /// out, revoke it.
    ///
    /// Not tried again when the server may have got it: a repeat could meet connections that came since.
    @discardableResult
    public func disconnect(user: String) async throws(RealtimeClientError) -> Int {
        let path = "/api/v1/users/" + APICall.segment(user) + "/connections"
        return try await api.answer(to: .delete(path), as: ClosedAnswer.self).closed
    }

    /// Makes a user's tokens worthless at once, and says how many connections were closed.
    ///
    /// - Parameter until: Until when no token of the user is accepted. Without it, those are worthless that were
    ///   issued up to now, and one that is made later is good.
    @discardableResult
    public func revoke(user: String, until: Date? = nil) async throws(RealtimeClientError) -> Int {
        try await revoke(RevocationBody(userID: user, tokenID: nil, until: until))
    }

    /// Makes one token worthless at once, by its `jti`, and says how many connections were closed.
    ///
    /// - Parameter until: When the server may forget about it, because the token has expired.
    @discardableResult
    public func revoke(tokenID: String, until: Date? = nil) async throws(RealtimeClientError) -> Int {
        try await revoke(RevocationBody(userID: nil, tokenID: tokenID, until: until))
    }

    private func revoke(_ body: RevocationBody) async throws(RealtimeClientError) -> Int {
        try await api.answer(to: .post("/api/v1/revocations", body), as: ClosedAnswer.self).closed
    }

    /// What the server counts.
    public func stats() async throws(RealtimeClientError) -> Stats {
        try await api.answer(to: .get("/api/v1/stats"))
    }
}

private struct ClosedAnswer: Decodable {
    let closed: Int
}

private struct RevocationBody: Encodable {
    let userID: String?
    let tokenID: String?
    let until: Date?

    private enum CodingKeys: String, CodingKey {
        case userID = "user_id"
        case tokenID = "jti"
        case until
    }
}
