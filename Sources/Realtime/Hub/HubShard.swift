/// One loop's part of the hub: the rooms and users whose home it is, and its own connections.
///
/// It belongs to its loop and is touched there alone.
final class HubShard {
    /// The hub outlives its loops' work.
    unowned let hub: Hub
    let loop: EventLoop
    private var messageIDs = MessageIDGenerator()
    private var connectionIDs: ConnectionIDGenerator
    /// Room to write a message in, used within one call.
    private var scratch = ByteBuffer(capacity: 4_096)

    /// The connections of this loop, by name.
    private(set) var receivers: [ConnectionID: any Receiver] = [:]
    /// The rooms that connections of this loop are in.
    private var localRooms: [RoomID: LocalRoom] = [:]
    /// The rooms whose home is here.
    private(set) var rooms: [RoomID: RoomHome] = [:]
    /// The users whose home is here.
    private(set) var users: [UserID: UserHome] = [:]
    /// When those were last seen whose home is here and who are not.
    private(set) var recentlySeen = RecentlySeen()
    var counters = HubCounters()
    /// Events of this loop that handlers have not done with yet.
    var eventsInFlight = 0

    init(of hub: Hub, on loop: EventLoop) {
        self.hub = hub
        self.loop = loop
        connectionIDs = ConnectionIDGenerator(loop: loop.index)
    }

    var time: TimeSource { hub.time }

    func nextConnectionID() -> ConnectionID { connectionIDs.next() }

    /// The head of a message that is sent now.
    func head(at date: Timestamp) -> EnvelopeHead {
        EnvelopeHead(messageID: messageIDs.next(at: date), timestamp: date)
    }

    /// Lets `write` make a message, and lends it out.
    func withMessage<Result>(
        _ write: (inout ByteBuffer) -> Void, _ body: (UnsafeRawBufferPointer) -> Result
    ) -> Result {
        scratch.clear(keepingAtMost: 256 << 10)
        write(&scratch)
        return body(scratch.unsafeBytes)
    }

    /// Makes a message that many get.
    func sharedMessage(_ write: (inout ByteBuffer) -> Void) -> SharedBytes {
        withMessage(write) { WebSocketFrame.shared(.text, $0) }
    }
}

// MARK: - This loop's connections

extension HubShard {
    func add(_ receiver: any Receiver) {
        receivers[receiver.connection] = receiver
    }

    func remove(_ receiver: any Receiver) {
        receivers[receiver.connection] = nil
    }

    /// Has a connection of this loop hear what is posted about a room from now on.
    func seat(_ receiver: any Receiver, in room: RoomID) {
        let local = localRooms[room] ?? LocalRoom(room)
        localRooms[room] = local
        local.add(receiver)
    }

    /// The opposite.
    func unseat(at seat: Int, in room: LocalRoom) {
        room.remove(at: seat)
        if room.isEmpty { localRooms[room.id] = nil }
    }

    /// Hands a message to this loop's connections in a room.
    func deliver(_ frame: SharedBytes, in room: RoomID, to audience: Audience, isEphemeral: Bool) {
        localRooms[room]?.deliver(frame, to: audience, isEphemeral: isEphemeral)
    }

    /// Hands a message to some of this loop's connections.
    func deliver(_ frame: SharedBytes, to connections: Few<ConnectionID>) {
        var frame = BroadcastFrame(frame)
        for connection in connections { receivers[connection]?.receive(&frame, isEphemeral: false) }
    }

    /// Hands a message to all of this loop's connections that are among its audience.
    func deliverToAll(_ frame: SharedBytes, _ audience: Audience) {
        var frame = BroadcastFrame(frame)
        for receiver in receivers.values where audience.includes(receiver) {
            receiver.receive(&frame, isEphemeral: false)
        }
    }
}

// MARK: - The homes

extension HubShard {
    func room(_ id: RoomID) -> RoomHome? {
        guard let room = rooms[id] else { return nil }
        // A timer that has not ended yet must not keep a room alive.
        guard !room.isOver else {
            room.cancelTimer()
            forget(room)
            return nil
        }
        return room
    }

    /// The room, which begins with this when it is not there. Nil when there are as many as there may be.
    func makeRoom(_ id: RoomID) -> RoomHome? {
        if let room = room(id) { return room }
        guard rooms.count < max(1, hub.settings.maxRooms / hub.loopCount) else { return nil }
        let room = RoomHome(id, on: self)
        rooms[id] = room
        return room
    }

    func forget(_ room: RoomHome) {
        counters.history.remove(room.read { $0.historySize })
        rooms[room.id] = nil
    }

    func user(_ id: UserID) -> UserHome? { users[id] }

    func makeUser(_ id: UserID, username: String) -> UserHome {
        if let user = users[id] { return user }
        let user = UserHome(id, username: username, on: self)
        users[id] = user
        return user
    }

    func forget(_ user: UserHome) {
        recentlySeen.note(user.id, at: user.presence.lastSeen)
        users[user.id] = nil
    }

    /// Does at once what the timers of rooms and users would do by now.
    func expireAll() {
        for room in rooms.values { room.expire() }
        for user in users.values { user.expire() }
    }
}
