/// A user at their home: which connections they have on all loops, which rooms they are in, and the timer of the
/// grace period.
///
/// It belongs to the loop of its shard.
final class UserHome: LoopTimerTarget {
    let id: UserID
    /// The name in the token that the user came with last.
    private(set) var username: String
    private(set) var presence: UserPresence
    unowned let shard: HubShard
    private(set) var lostRooms = LostRooms()
    private var timer: LoopTimer?
    /// Of the counts of notifications that the connections were told last.
    var countsVersion: Int64 = 0

    init(_ id: UserID, username: String, on shard: HubShard) {
        self.id = id
        self.username = username
        self.shard = shard
        presence = UserPresence(lastSeen: shard.time.date)
    }

    // MARK: Connections

    func connected(_ connection: ConnectionID, device: DeviceID?, username: String) {
        self.username = username
        let transition = presence.connected(connection, device: device, at: shard.time.date)
        shard.hub.lifecycle.tell(.connected(user: id, connection: connection.description))
        if transition == .cameOnline { tell(isOnline: true, presence.state.status) }
    }

    func lost(_ connection: ConnectionID, of device: DeviceID?, in rooms: [RoomID]) {
        let now = shard.time.now
        let grace = shard.hub.settings.rooms.grace
        presence.lost(connection, at: now, shard.time.date, grace: grace)
        lostRooms.expire(at: now)
        lostRooms.lost(rooms, by: device, until: now + grace)
        shard.hub.lifecycle.tell(.disconnected(user: id, connection: connection.description))
        watch()
    }

    private func tell(isOnline: Bool, _ status: PresenceStatus) {
        shard.counters.usersOnline += isOnline ? 1 : -1
        shard.hub.lifecycle.tell(isOnline ? .userOnline(id) : .userOffline(id))
        shard.hub.whenPresenceChanges(
            PresenceChange(
                user: id, username: username, status: status, devices: presence.deviceCount,
                isOnline: isOnline))
    }

    /// The user's connections.
    var connections: Few<ConnectionID> {
        var connections = Few<ConnectionID>()
        presence.forEachConnection { connections.append($0) }
        return connections
    }

    // MARK: Rooms and status

    func entered(_ room: RoomID) {
        _ = presence.entered(room)
    }

    func left(_ room: RoomID) {
        _ = presence.left(room)
        forgetIfPossible()
    }

    /// Notes what the user says of themselves, and has every room of theirs told.
    func update(_ state: PresenceState, from connection: ConnectionID) {
        _ = presence.update(state)
        presence.forEachRoom { room in
            shard.hub.on(shard.hub.home(of: room)) { [id] shard in
                shard.room(room)?.update(id, state, from: connection)
            }
        }
    }

    // MARK: Time

    private func watch() {
        guard timer == nil, let deadline = presence.nextDeadline else { return }
        timer = shard.loop.schedule(after: max(deadline - shard.time.now, .zero), self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        expire()
    }

    /// Gives up the devices that have not come back in time.
    func expire() {
        // What the user said last is gone with them, and told once more.
        let status = presence.state.status
        lostRooms.expire(at: shard.time.now)
        if presence.expire(at: shard.time.now) == .wentOffline { tell(isOnline: false, status) }
        watch()
        forgetIfPossible()
    }

    private func forgetIfPossible() {
        guard presence.isForgettable else { return }
        if let timer { shard.loop.cancel(timer) }
        timer = nil
        shard.forget(self)
    }
}
