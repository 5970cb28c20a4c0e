// What the application may do about users, and the server's own numbers.

extension RealtimeServer {
    /// Closes all connections of a user, with code 4409. They may come back with a token that counts: to keep a
    /// user out, revoke.
    ///
    ///     let closed = try await server.disconnect(user: "ada")
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func disconnect(user: UserID) async throws(RealtimeError) -> Int {
        try await core.backend.disconnect(user)
    }

    /// Makes a user's tokens worthless, at once, and closes the connections that were opened with them (4401).
    ///
    ///     try await server.revoke(user: "ada")                                  // they may sign in again
    ///     try await server.revoke(user: "ada", until: .now + .seconds(86_400))  // and not before tomorrow
    ///
    /// - Parameters:
    ///   - user: whose tokens no longer count.
    ///   - until: until then all tokens of the user are refused. Without it those are that were issued up
    ///     to now; tokens count whole seconds, so a new one counts from the next second on.
    /// - Returns: how many connections were closed.
    @discardableResult
    public func revoke(user: UserID, until: Timestamp? = nil) async throws(RealtimeError) -> Int {
        try await core.backend.revoke(user: user, until: until)
    }

    /// Makes one token worthless, at once, and closes the connections that were opened with it (4401).
    ///
    ///     try await server.revoke(tokenID: session.tokenID, until: session.expiry)
    ///
    /// - Parameters:
    ///   - tokenID: the token's `jti`.
    ///   - until: when the token has expired anyway, so that the server may forget it. For ever without it.
    /// - Returns: how many connections were closed.
    @discardableResult
    public func revoke(tokenID: String, until: Timestamp? = nil) async throws(RealtimeError) -> Int {
        try await core.backend.revoke(tokenID: ExactText(tokenID), until: until)
    }

    /// What the server has and has done.
    ///
    ///     let stats = try await server.stats()
    ///     print("\(stats.usersOnline) users in \(stats.rooms) rooms")
    public func stats() async throws(RealtimeError) -> ServerStatistics {
        try await core.backend.statistics(from: core.census)
    }
}
