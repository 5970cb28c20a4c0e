/// A room at its home: the state machine, its timer, and the posts to the loops that have members.
///
/// It belongs to the loop of its shard.
final class RoomHome: LoopTimerTarget {
    let id: RoomID
    private(set) var room: Room
    private unowned let shard: HubShard
    private var timer: (timer: LoopTimer, deadline: Instant)?

    init(_ id: RoomID, on shard: HubShard) {
        self.id = id
        self.shard = shard
        room = Room(id, epoch: .random(), rules: shard.hub.settings.rooms, at: shard.time.now)
        watch()
    }

    /// Whether it has been empty for so long that nobody may find it any more.
    var isOver: Bool { room.isOver(at: shard.time.now) }

    /// Lets `body` read the room.
    func read<Result>(_ body: (borrowing Room) -> Result) -> Result { body(room) }

    /// Lets `body` do what may change the room's history, and counts that.
    private func change<Result>(_ body: (inout Room) -> Result) -> Result {
        shard.counters.history.remove(room.historySize)
        defer { shard.counters.history.add(room.historySize) }
        return body(&room)
    }

    // MARK: Coming and going

    /// Takes in a connection, tells it how the room stands, and the others that somebody came. All that is
    /// published from here on is posted behind the answer, so it is neither missed nor seen twice.
    func join(_ join: RoomJoin, answering id: ClientMessageID?) {
        let date = shard.time.date
        let joined = change { $0.join(join, at: shard.time.now, date) }
        shard.counters.joined += 1
        var head = shard.head(at: date)
        head.user = join.user
        head.room = self.id
        head.replyTo = id
        let answer = shard.sharedMessage { message in
            message.appendEnvelope(type: "room_joined", head) { $0.roomJoined(joined, room) }
        }
        let roomID = self.id
        let replay = joined.replay ?? []
        let (connection, user) = (join.connection, join.user)
        shard.hub.on(connection.loop) { local in
            guard let receiver = local.receivers[connection], receiver.isOpen else {
                // It went while this was on its way.
                local.hub.lose(connection, of: user, in: roomID)
                return
            }
            if !receiver.isIn(roomID) { local.seat(receiver, in: roomID) }
            var frame = BroadcastFrame(answer)
            receiver.receive(&frame, isEphemeral: false)
            if !replay.isEmpty { receiver.catchUp(replay) }
        }
        if joined.cameOnline {
            shard.hub.entered(roomID, by: user)
            tellOthers(than: user, "user_online") { room, data in
                if let member = room.member(user) { data.userOnline(member) }
            }
        } else if joined.changedState {
            tellPresence(of: user, from: connection)
        }
        watch()
    }

    /// A connection leaves on purpose.
    func leave(_ connection: ConnectionID, of user: UserID, device: DeviceID?) {
        finish(room.leave(connection, of: user, device: device, at: shard.time.now))
    }

    /// A connection has ended.
    func lose(_ connection: ConnectionID, of user: UserID) {
        finish(room.lose(connection, of: user, at: shard.time.now))
    }

    private func finish(_ departure: RoomDeparture) {
        if case .wentOffline(let member) = departure { tellOffline(member) }
        watch()
    }

    private func tellOffline(_ member: RoomMember) {
        shard.hub.left(id, by: member.user)
        tellOthers(than: member.user, "user_offline") { _, data in data.userOffline(member) }
    }

    // MARK: Messages

    /// Gives an event its place in the room's order, and posts it to everybody.
    func publish(_ event: OutgoingEvent, to audience: Audience, isEphemeral: Bool) -> Publication {
        shard.counters.published += 1
        let date = shard.time.date
        var head = shard.head(at: date)
        head.user = event.user
        head.room = id
        head.replyTo = event.replyTo
        if isEphemeral {
            post(shard.sharedMessage { event.write(head, to: &$0) }, to: audience, isEphemeral: true)
            return Publication(messageID: head.messageID, room: id)
        }
        let (seq, frame) = change { room in
            room.publish(at: shard.time.now) { seq in
                head.seq = seq
                return shard.sharedMessage { event.write(head, to: &$0) }
            }
        }
        post(frame, to: audience, isEphemeral: false)
        watch()
        return Publication(messageID: head.messageID, room: id, seq: seq)
    }

    /// Sends an event to one member alone. Returns to how many connections.
    func send(_ event: OutgoingEvent, to user: UserID) -> Publication {
        var head = shard.head(at: shard.time.date)
        head.user = event.user
        head.room = id
        head.recipient = user
        var connections = Few<ConnectionID>()
        room.forEachConnection(of: user) { connections.append($0) }
        shard.post(shard.sharedMessage { event.write(head, to: &$0) }, to: connections)
        return Publication(messageID: head.messageID, room: id, delivered: connections.count)
    }

    /// Notes what a member says of themselves, and tells the others, also where it is what they knew: a client says
    /// it because somebody is to hear it.
    func update(_ user: UserID, _ state: PresenceState, from connection: ConnectionID?) {
        guard room.hasMember(user) else { return }
        _ = room.update(user, state)
        tellPresence(of: user, from: connection)
    }

    private func tellPresence(of user: UserID, from connection: ConnectionID?) {
        let audience = connection.map { Audience.allBut($0) } ?? .everyone
        tell(audience, user, "presence_update") { room, data in
            guard let member = room.member(user) else { return }
            user.withUTF8 { data.string("user_id", utf8: $0) }
            data.string("username", member.username)
            data.presence(member.state)
        }
    }

    private func tellOthers(
        than user: UserID, _ type: StaticText,
        _ write: (borrowing Room, inout JSONObjectWriter) -> Void
    ) {
        tell(.allButUsers([user]), user, type, write)
    }

    private func tell(
        _ audience: Audience, _ user: UserID, _ type: StaticText,
        _ write: (borrowing Room, inout JSONObjectWriter) -> Void
    ) {
        guard room.audience.connectionCount > 0 else { return }
        var head = shard.head(at: shard.time.date)
        head.user = user
        head.room = id
        let frame = shard.sharedMessage { message in
            message.appendEnvelope(type: type, head) { write(room, &$0) }
        }
        post(frame, to: audience, isEphemeral: true)
    }

    private func post(_ frame: SharedBytes, to audience: Audience, isEphemeral: Bool) {
        room.audience.forEachLoop { loop in
            shard.hub.on(loop) { [id] local in
                local.deliver(frame, in: id, to: audience, isEphemeral: isEphemeral)
            }
        }
    }

    // MARK: Time

    /// Has the timer end when there is something to do.
    private func watch() {
        guard let deadline = room.nextDeadline else { return }
        if let timer {
            guard deadline < timer.deadline else { return }
            shard.loop.cancel(timer.timer)
        }
        let delay = max(deadline - shard.time.now, .zero)
        timer = (shard.loop.schedule(after: delay, self), deadline)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer?.timer else { return }
        timer = nil
        expire()
    }

    /// Tells who has not come back in time, and ends when nobody will.
    func expire() {
        for member in change({ $0.expire(at: shard.time.now) }) { tellOffline(member) }
        if isOver {
            cancelTimer()
            shard.forget(self)
        } else {
            watch()
        }
    }

    func cancelTimer() {
        if let timer { shard.loop.cancel(timer.timer) }
        timer = nil
    }
}
