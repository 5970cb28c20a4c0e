// What a handler can do about rooms. What the sender may not do, these refuse.

/// A place in a room's stream, as a client that was away says what it has had.
public struct StreamPosition: Codable, Sendable, Equatable {
    /// Which life of the room.
    public var epoch: String
    /// The last message that was seen.
    public var seq: UInt64

    /// Makes a position.
    public init(epoch: String, seq: UInt64) {
        self.epoch = epoch
        self.seq = seq
    }
}

/// That something was published.
public struct Published: Sendable, Equatable {
    /// The server's id of the message.
    public let messageID: String
    /// The room that it was published to; nil for what went to users.
    public let room: RoomID?
    /// Its place in the room's stream; nil for what has none.
    public let seq: UInt64?
    /// To how many connections it went, where that was counted.
    public let delivered: Int?

    init(_ publication: Publication) {
        messageID = publication.messageID.description
        room = publication.room
        seq = publication.seq
        delivered = publication.delivered
    }
}

extension EventContext {
    /// The room that the message has to name.
    public func requiredRoom() throws(RealtimeError) -> RoomID {
        guard let room else { throw RealtimeError(.malformed, "room_id is missing") }
        return room
    }

    /// Takes the sender's connection into a room. It is answered with `room_joined`, what it has missed since a
    /// position, and from then on with all that is published.
    ///
    /// - Parameters:
    ///   - room: which room.
    ///   - name: a name for the room, taken when it has none.
    ///   - create: whether the room begins when it is not there.
    ///   - since: what the client has had already; what came after is sent again.
    ///   - status: what the user says of themselves.
    public func join(
        _ room: RoomID, name: String? = nil, create: Bool = true, since: StreamPosition? = nil,
        status: String? = nil
    ) async throws(RealtimeError) {
        let state = try status.map { status throws(RealtimeError) in try PresenceState(status: status) }
        try checkName(name)
        try await require(.read, in: room)
        let since = since.map { RoomPosition(epoch: RoomEpoch($0.epoch) ?? .none, seq: $0.seq) }
        let (join, isNews) = try await onSession { [scope] session throws(RealtimeError) in
            guard session.isIn(room) || session.roomCount < scope.core.settings.roomsPerConnection else {
                throw RealtimeError(.rateLimited, "The connection is in as many rooms as it may be.")
            }
            let identity = session.identity
            let isNews = state.map { $0 != session.presence } ?? false
            if let state { session.presence = state }
            let join = RoomJoin(
                connection: session.connection, user: identity.user, username: identity.username,
                device: scope.sender.device, state: session.presence, name: name, since: since)
            return (join, isNews)
        }
        if isNews, let state { try await scope.core.hub.update(join.user, state, from: join.connection) }
        try await scope.core.hub.join(join, room: room, create: create, answering: scope.messageID)
        try await scope.onLoop { [scope] in scope.answer = .replied }
    }

    /// Takes the sender's connection out of a room. Nothing happens where it is not in it.
    public func leave(_ room: RoomID) async throws(RealtimeError) {
        try await onSession { [scope] session throws(RealtimeError) in
            guard session.leaveSeat(in: room) else { return }
            scope.core.hub.leave(
                session.connection, of: session.identity.user, device: scope.sender.device, in: room)
        }
    }

    /// Answers the sender with `room_info`: who is in a room.
    public func replyWithInfo(about room: RoomID) async throws(RealtimeError) {
        try await require(.read, in: room)
        let info = try await scope.core.hub.perform(on: scope.core.hub.home(of: room)) { shard in
            shard.room(room)?.read { room in
                var data = ByteBuffer()
                data.appendJSONObject { $0.roomInfo(room) }
                return SharedBytes(data)
            }
        }
        guard let info else { throw RealtimeError(.roomNotFound, "There is no such room.") }
        try await onSession { [scope] session throws(RealtimeError) in
            scope.answer = .replied
            session.send { message, head in
                var head = head
                head.replyTo = scope.messageID
                head.room = room
                OutgoingEvent(type: ExactText("room_info"), data: info).write(head, to: &message)
            }
        }
    }

    /// Notes what the sender says of themselves, and tells all rooms that they are in.
    ///
    /// - Parameters:
    ///   - status: `online`, `away`, `busy`, `editing` or `offline`.
    ///   - custom: what the application adds to the status.
    public func updatePresence(
        status: String, custom: (some Encodable & Sendable)? = Optional<String>.none
    ) async throws(RealtimeError) {
        var state = try PresenceState(status: status)
        if let custom {
            let bytes = try SharedBytes(encoding: custom)
            guard bytes.count <= PresenceState.maximumCustomBytes else {
                throw RealtimeError(.tooLarge, "custom is larger than 1 KiB")
            }
            state.custom = bytes
        }
        let (user, connection) = try await onSession { [state] session throws(RealtimeError) in
            session.presence = state
            return (session.identity.user, session.connection)
        }
        try await scope.core.hub.update(user, state, from: connection)
    }

    // MARK: Rights

    /// Refuses the event when its sender has not these rights in a room. The application has all.
    public func require(_ rights: RoomRights, in room: RoomID) async throws(RealtimeError) {
        guard try await self.rights(in: room).isSuperset(of: rights) else {
            throw RealtimeError(.forbidden, "The token does not allow this in that room.")
        }
    }

    /// What the sender may do in a room.
    public func rights(in room: RoomID) async throws(RealtimeError) -> RoomRights {
        guard scope.session != nil else { return scope.sender.isApplication ? [.read, .write] : [] }
        let identity = try await onSession { session throws(RealtimeError) in session.identity }
        return await scope.core.access.rights(of: identity, in: room)
    }

    /// Refuses the event when its sender may not publish in a room: that takes the right to write, and being in
    /// the room for those who may read it.
    public func requirePublishing(in room: RoomID) async throws(RealtimeError) {
        guard let session = scope.session else { return }
        if scope.loop.isCurrent, session.isOpen, !scope.isOver,
            let rights = scope.core.access.knownRights(of: session.identity, in: room)
        {
            // The usual way: nobody has to be asked, and nothing has to be waited for.
            try Self.check(rights, isMember: session.isIn(room))
            return
        }
        let rights = try await rights(in: room)
        let isMember = try await onSession { session throws(RealtimeError) in session.isIn(room) }
        try Self.check(rights, isMember: isMember)
    }

    private static func check(_ rights: RoomRights, isMember: Bool) throws(RealtimeError) {
        guard rights.contains(.write) else {
            throw RealtimeError(.forbidden, "The token does not allow publishing in that room.")
        }
        guard isMember || !rights.contains(.read) else {
            throw RealtimeError(.notInRoom, "Join the room before publishing in it.")
        }
    }

    private func checkName(_ name: String?) throws(RealtimeError) {
        guard let name else { return }
        guard RoomID(name) != nil else {
            throw RealtimeError(
                .malformed, "name must be a string of 1 to 256 bytes without control characters")
        }
    }

    /// Does something with the sender's session, which only events from clients have.
    func onSession<Result: Sendable>(
        _ body: @escaping @Sendable (any EventSession) throws(RealtimeError) -> Result
    ) async throws(RealtimeError) -> Result {
        try await scope.onLoop { [scope] () throws(RealtimeError) in
            guard let session = scope.session, session.isOpen, !scope.isOver else {
                throw RealtimeError(.unavailable, "There is no connection that this could be done for.")
            }
            return try body(session)
        }
    }
}

extension RoomEpoch {
    /// The epoch of no room, for a text that is none. A room has it by chance once in 2^64.
    fileprivate static let none = RoomEpoch(0)
}

extension PresenceState {
    /// What an application may add to a status.
    static let maximumCustomBytes = 1 << 10

    /// Reads the words of the wire contract.
    init(status: String) throws(RealtimeError) {
        guard let status = PresenceStatus(rawValue: status) else {
            throw RealtimeError(.malformed, "status must be online, away, busy, editing or offline")
        }
        self.init(status: status)
    }
}
