// What is asked of the homes of rooms and users. Each of these finds the home and does it there.

extension Hub {
    /// A connection wants to come into a room. Its answer, and what it has missed, are sent to it from there.
    ///
    /// - Parameter create: whether the room begins when it is not there.
    func join(
        _ join: RoomJoin, room id: RoomID, create: Bool, answering message: ClientMessageID?
    ) async throws(RealtimeError) {
        let refusal: RealtimeError? = try await perform(on: home(of: id)) { shard in
            guard create || shard.room(id) != nil else {
                return RealtimeError(.roomNotFound, "There is no such room.")
            }
            guard let room = shard.makeRoom(id) else {
                return RealtimeError(.unavailable, "There are as many rooms as there may be.")
            }
            room.join(join, answering: message)
            return nil
        }
        if let refusal { throw refusal }
    }

    /// A connection, which hears nothing of the room any more, has left it on purpose.
    func leave(_ connection: ConnectionID, of user: UserID, device: DeviceID?, in id: RoomID) {
        on(home(of: id)) { $0.room(id)?.leave(connection, of: user, device: device) }
    }

    /// A connection has ended that was in the room.
    func lose(_ connection: ConnectionID, of user: UserID, in id: RoomID) {
        on(home(of: id)) { $0.room(id)?.lose(connection, of: user) }
    }

    /// A user has become a member of a room. Told by the room's home.
    func entered(_ room: RoomID, by user: UserID) {
        on(home(of: user)) { $0.makeUser(user, username: user.string).entered(room) }
    }

    /// A user is no member any more. Told by the room's home.
    func left(_ room: RoomID, by user: UserID) {
        on(home(of: user)) { $0.user(user)?.left(room) }
    }

    func connected(_ connection: ConnectionID, of user: UserID, device: DeviceID?, username: String) {
        crowd.add(user)
        on(home(of: user)) { shard in
            shard.makeUser(user, username: username).connected(connection, device: device, username: username)
        }
    }

    /// A connection has ended.
    ///
    /// - Parameter rooms: those in which its user may come back by another way.
    func disconnected(
        _ connection: ConnectionID, of user: UserID, device: DeviceID?, lostIn rooms: [RoomID]
    ) {
        crowd.remove(user)
        on(home(of: user)) { $0.user(user)?.lost(connection, of: device, in: rooms) }
    }

    /// A user says something of themselves. When this returns the rooms have been told, so that what the user says
    /// next in one of them comes after it.
    func update(
        _ user: UserID, _ state: PresenceState, from connection: ConnectionID
    ) async throws(RealtimeError) {
        try await perform(on: home(of: user)) { $0.user(user)?.update(state, from: connection) }
    }
}

// MARK: - Publishing

extension Hub {
    /// Publishes to a room, which begins with this when it is not there.
    func publish(
        _ event: OutgoingEvent, to id: RoomID, audience: Audience, isEphemeral: Bool
    ) async throws(RealtimeError) -> Publication {
        let publication: Publication? = try await perform(on: home(of: id)) { shard in
            shard.makeRoom(id)?.publish(event, to: audience, isEphemeral: isEphemeral)
        }
        guard let publication else {
            throw RealtimeError(.unavailable, "There are as many rooms as there may be.")
        }
        return publication
    }

    /// Sends to one member of a room. Nobody gets it when the user is not in the room.
    func send(
        _ event: OutgoingEvent, to user: UserID, in id: RoomID
    ) async throws(RealtimeError) -> Publication {
        try await perform(on: home(of: id)) { $0.room(id)?.send(event, to: user) ?? $0.sentToNobody() }
    }

    /// Sends to all connections of a user, whatever rooms they are in.
    func send(_ event: OutgoingEvent, to user: UserID) async throws(RealtimeError) -> Publication {
        try await perform(on: home(of: user)) { $0.user(user)?.send(event) ?? $0.sentToNobody() }
    }

    /// Sends to all connections there are, as far as they are among the audience.
    func sendToAll(_ event: OutgoingEvent, _ audience: Audience) async throws(RealtimeError) -> Publication {
        let (frame, publication) = try await perform(on: 0) { shard in
            var head = shard.head(at: shard.time.date)
            head.user = event.user
            return (
                shard.sharedMessage { event.write(head, to: &$0) }, Publication(messageID: head.messageID)
            )
        }
        onEveryLoop { $0.deliverToAll(frame, audience) }
        return publication
    }

    /// Whether two users are in some room together.
    func shareARoom(_ user: UserID, _ other: UserID) async throws(RealtimeError) -> Bool {
        let rooms = try await perform(on: home(of: user)) { $0.user(user)?.presence.roomSnapshot }
        guard let rooms else { return false }
        return try await perform(on: home(of: other)) {
            $0.user(other)?.presence.shares(aRoomOf: rooms) ?? false
        }
    }
}

extension UserHome {
    /// Sends to all of the user's connections.
    func send(_ event: OutgoingEvent) -> Publication {
        let connections = connections
        var head = shard.head(at: shard.time.date)
        head.user = event.user
        head.recipient = event.recipient
        shard.post(shard.sharedMessage { event.write(head, to: &$0) }, to: connections)
        return Publication(messageID: head.messageID, delivered: connections.count)
    }
}

extension HubShard {
    /// What is said of a message that nobody got: it has an id all the same.
    func sentToNobody() -> Publication {
        Publication(messageID: head(at: time.date).messageID, delivered: 0)
    }

    /// Posts a message to connections, wherever they are: once to each loop that has some.
    func post(_ frame: SharedBytes, to connections: Few<ConnectionID>) {
        for (loop, connections) in connections.byLoop {
            hub.on(loop) { $0.deliver(frame, to: connections) }
        }
    }
}

extension Few<ConnectionID> {
    /// The same, by the loops that they are on.
    var byLoop: [Int: Few<ConnectionID>] {
        var loops: [Int: Few<ConnectionID>] = [:]
        for connection in self { loops[connection.loop, default: Few()].append(connection) }
        return loops
    }
}
