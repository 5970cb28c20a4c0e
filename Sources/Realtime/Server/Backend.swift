/// What backends may ask for, by the Swift API or over HTTP: both are thin layers around this.
final class Backend: Sendable {
    let core: DispatchCore
    let authenticator: Authenticator

    private var hub: Hub { core.hub }

    init(core: DispatchCore, authenticator: Authenticator) {
        self.core = core
        self.authenticator = authenticator
    }

    /// Who gets a broadcast.
    enum Target: Sendable {
        case room(RoomID)
        case users([UserID])
        case everyone
    }

    /// Publishes an event to a room, to users, or to everybody who is connected.
    func broadcast(
        _ event: ApplicationEvent, to target: Target, excluding users: [UserID]
    ) async throws(RealtimeError) -> Publication {
        let outgoing = OutgoingEvent(type: event.type, data: event.data)
        return try await core.once(event) { [hub] () async throws(RealtimeError) in
            switch target {
            case .room(let room):
                return try await hub.publish(
                    outgoing, to: room, audience: users.isEmpty ? .everyone : .allButUsers(users),
                    isEphemeral: OutgoingEvent.isEphemeral(event.type))
            case .users(let recipients):
                return try await hub.send(outgoing, to: recipients.filter { !users.contains($0) })
            case .everyone:
                return try await hub.sendToAll(outgoing, but: users)
            }
        }
    }

    /// Hands what happened to a task to the handlers of tasks.
    func handleTask(_ event: ApplicationEvent) async throws(RealtimeError) -> Publication {
        try await core.handle(event)
    }

    // MARK: Who is where

    /// A user, as they are now.
    func user(_ id: UserID) async throws(RealtimeError) -> UserReport {
        try await hub.perform(on: hub.home(of: id)) { shard in
            shard.user(id).map { UserReport($0) } ?? UserReport(absent: id, lastSeen: shard.recentlySeen[id])
        }
    }

    /// A room with its members; nil when there is none.
    func room(_ id: RoomID) async throws(RealtimeError) -> RoomReport? {
        try await hub.perform(on: hub.home(of: id)) { shard in
            shard.room(id)?.read { RoomReport($0) }
        }
    }

    /// The rooms after a name, in the order of their bytes.
    func rooms(after name: RoomID?, limit: Int) async throws(RealtimeError) -> RoomPage {
        let parts = try await hub.performOnEveryLoop { shard in
            RoomSummary.first(limit + 1, of: shard.rooms.values, after: name)
        }
        return RoomPage(parts.flatMap { $0 }, limit: limit)
    }

    // MARK: Ending

    /// Closes a user's connections. Returns how many there were.
    func disconnect(
        _ user: UserID, _ code: WebSocketCloseCode = .disconnected, reason: String
    ) async throws(RealtimeError) -> Int {
        let connections = try await hub.perform(on: hub.home(of: user)) {
            $0.user(user)?.connections ?? Few()
        }
        hub.disconnect(connections, code, reason: reason)
        return connections.count
    }

    /// Refuses a user's tokens from now on, and closes the connections that were opened with them.
    func revoke(user: UserID, until: Timestamp?) async throws(RealtimeError) -> Int {
        try revoke { revocations, now throws(Revocations.Full) in
            try revocations.revoke(user: user, until: until, at: now)
        }
        return try await disconnect(user, .unauthenticated, reason: "revoked")
    }

    /// Refuses one token from now on, and closes the connections that were opened with it.
    func revoke(tokenID: String, until: Timestamp?) async throws(RealtimeError) -> Int {
        let id = ExactText(tokenID)
        try revoke { revocations, now throws(Revocations.Full) in
            try revocations.revoke(jti: id, until: until, at: now)
        }
        let closed = try await hub.performOnEveryLoop { shard in
            let revoked = shard.receivers.values.filter { $0.tokenID == id }
            for receiver in revoked { receiver.disconnect(.unauthenticated, reason: "revoked") }
            return revoked.count
        }
        return closed.reduce(0, +)
    }

    private func revoke(
        _ body: (Revocations, Timestamp) throws(Revocations.Full) -> Void
    ) throws(RealtimeError) {
        do throws(Revocations.Full) {
            try body(authenticator.revocations, hub.time.date)
        } catch {
            throw RealtimeError(.unavailable, "There are as many revocations as there may be.")
        }
    }
}

extension Hub {
    /// Sends to all connections of some users. They get the same message.
    func send(_ event: OutgoingEvent, to users: [UserID]) async throws(RealtimeError) -> Publication {
        let (frame, publication) = try await perform(on: 0) { shard in
            let head = shard.head(at: shard.time.date)
            return (
                shard.sharedMessage { event.write(head, to: &$0) }, Publication(messageID: head.messageID)
            )
        }
        for (home, users) in Dictionary(grouping: Set(users), by: { home(of: $0) }) {
            on(home) { shard in
                for user in users { shard.user(user).map { shard.post(frame, to: $0.connections) } }
            }
        }
        return publication
    }

    /// Closes connections, wherever they are.
    func disconnect(_ connections: Few<ConnectionID>, _ code: WebSocketCloseCode, reason: String) {
        for connection in connections {
            on(connection.loop) { $0.receivers[connection]?.disconnect(code, reason: reason) }
        }
    }
}
