// What takes connections away from users: for now, or for as long as their tokens would count.

extension Backend {
    /// Closes a user's connections. Returns how many there were.
    func disconnect(
        _ user: UserID, _ code: WebSocketCloseCode = .disconnected, reason: String = "disconnected"
    ) async throws(RealtimeError) -> Int {
        // Behind what was posted: a connection that is about to become known is among them.
        let connections = try await hub.performBehindPosts(on: hub.home(of: user)) {
            $0.user(user)?.connections ?? Few()
        }
        for connection in connections {
            hub.on(connection.loop) { $0.receivers[connection]?.disconnect(code, reason: reason) }
        }
        return connections.count
    }

    /// Refuses a user's tokens from now on, and closes the connections that were opened with them.
    func revoke(user: UserID, until: Timestamp?) async throws(RealtimeError) -> Int {
        try await revoke(.user(user), until: until)
        return try await disconnect(user, .unauthenticated, reason: Self.revoked)
    }

    /// Refuses one token from now on, and closes the connections that were opened with it.
    func revoke(tokenID id: ExactText, until: Timestamp?) async throws(RealtimeError) -> Int {
        try await revoke(.token(id), until: until)
        let closed = try await hub.performOnEveryLoop { shard in
            let revoked = shard.receivers.values.filter { $0.tokenID == id }
            for receiver in revoked { receiver.disconnect(.unauthenticated, reason: Self.revoked) }
            return revoked.count
        }
        return closed.reduce(0, +)
    }

    /// Refuses the token that a connection has, for as long as it would count, and closes what was opened with it.
    func revoke(connection id: ConnectionID) async throws(RealtimeError) -> Int {
        let token = try await token(of: id)
        guard let token else { throw RealtimeError(.notFound, "There is no such connection.") }
        guard let tokenID = token.id else {
            throw RealtimeError(
                .conflict, "The connection's token has no id (jti) to refuse it by: revoke the user.")
        }
        // No token is accepted for longer than this after its expiry, whatever the clocks say.
        return try await revoke(tokenID: tokenID, until: token.expiry.map { $0 + .seconds(3600) })
    }

    private func token(
        of connection: ConnectionID
    ) async throws(RealtimeError) -> (id: ExactText?, expiry: Timestamp?)? {
        guard connection.loop < hub.loopCount else { return nil }
        return try await hub.perform(on: connection.loop) { shard in
            shard.receivers[connection].map { ($0.tokenID, $0.tokenExpiresAt) }
        }
    }

    private static let revoked = "revoked"

    private func revoke(
        _ subject: Revocation.Subject, until: Timestamp?
    ) async throws(RealtimeError) {
        do throws(Revocations.Full) {
            try await revocations.revoke(subject, until: until)
        } catch {
            throw RealtimeError(.unavailable, "There are as many revocations as there may be.")
        }
    }
}
