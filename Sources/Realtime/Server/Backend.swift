/// Who gets what an application broadcasts.
public enum BroadcastTarget: Sendable, Equatable {
    /// Everybody who is in a room. The event takes its place in the room's history.
    case room(RoomID)
    /// All connections of these users. Who is not connected does not get it.
    case users([UserID])
    /// Everybody who is connected.
    case everyone
}

/// What backends may ask for, by the Swift API or over HTTP: both are thin layers around this.
final class Backend: Sendable {
    let core: DispatchCore
    let authenticator: Authenticator
    let revocations: StoredRevocations

    var hub: Hub { core.hub }

    init(core: DispatchCore, authenticator: Authenticator) {
        self.core = core
        self.authenticator = authenticator
        revocations = StoredRevocations(authenticator.revocations, in: core.inbox, log: core.log)
    }

    /// Publishes an event to a room, to users, or to everybody who is connected.
    func broadcast(
        _ event: ApplicationEvent, to target: BroadcastTarget, excluding users: [UserID]
    ) async throws(RealtimeError) -> Publication {
        try Self.checkType(event.type)
        let outgoing = OutgoingEvent(type: event.type, data: event.data)
        return try await core.once(event) { [hub] () async throws(RealtimeError) in
            switch target {
            case .room(let room):
                return try await hub.publish(
                    outgoing, to: room, audience: .allBut(users: users),
                    isEphemeral: OutgoingEvent.isEphemeral(event.type))
            case .users(let recipients):
                return try await hub.send(outgoing, to: Set(recipients).subtracting(users))
            case .everyone:
                return try await hub.sendToAll(outgoing, .allBut(users: users))
            }
        }
    }

    /// Refuses what clients would take for something that the server itself says.
    private static func checkType(_ type: ExactText) throws(RealtimeError) {
        guard type.withUTF8({ EventType.isWellFormed($0) }) else {
            throw RealtimeError(.malformed, "type must be 1 to 64 letters, digits and underscores")
        }
        guard !EventType.isReserved(type), !EventType.isTheServers(type) else {
            throw RealtimeError(.malformed, "type must be another one: only the server sends this")
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
    func room(_ id: RoomID) async throws(RealtimeError) -> RoomPresence? {
        try await hub.perform(on: hub.home(of: id)) { shard in
            shard.room(id)?.read { RoomPresence($0) }
        }
    }

    /// The rooms after a name, in the order of their bytes.
    func rooms(after name: RoomID?, limit: Int) async throws(RealtimeError) -> RoomPage {
        let parts = try await hub.performOnEveryLoop { shard in
            RoomSummary.first(limit + 1, of: shard.rooms.values, after: name)
        }
        return RoomPage(parts.flatMap { $0 }, limit: limit)
    }
}

extension Hub {
    /// Sends to all connections of some users. They get the same message.
    func send(_ event: OutgoingEvent, to users: Set<UserID>) async throws(RealtimeError) -> Publication {
        let (frame, publication) = try await perform(on: 0) { shard in
            let head = shard.head(at: shard.time.date)
            return (
                shard.sharedMessage { event.write(head, to: &$0) }, Publication(messageID: head.messageID)
            )
        }
        for (home, users) in Dictionary(grouping: users, by: { home(of: $0) }) {
            on(home) { shard in
                var connections = Few<ConnectionID>()
                for user in users {
                    shard.user(user)?.presence.forEachConnection { connections.append($0) }
                }
                shard.post(frame, to: connections)
            }
        }
        return publication
    }
}
