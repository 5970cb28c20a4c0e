/// The connections of one loop that are in a room. What the room's home posts to the loop reaches them through
/// here, in the order in which it was posted.
final class LocalRoom {
    let id: RoomID
    /// Each knows its place, so that leaving costs the same in a room of any size. A connection leaves all
    /// rooms before it goes, so none of them is ever gone.
    private var receivers: [any Receiver] = []

    init(_ id: RoomID) {
        self.id = id
    }

    var isEmpty: Bool { receivers.isEmpty }
    var count: Int { receivers.count }

    func add(_ receiver: any Receiver) {
        receivers.growSparingly()
        receivers.append(receiver)
        receiver.entered(self, at: receivers.count - 1)
    }

    /// Empties a seat. Who sat last takes it.
    func remove(at seat: Int) {
        let last = receivers.removeLast()
        guard seat < receivers.count else { return }
        receivers[seat] = last
        last.moved(in: self, to: seat)
    }

    func deliver(_ frame: SharedBytes, to audience: Audience, isEphemeral: Bool) {
        var frame = BroadcastFrame(frame)
        // What the next ones need comes from memory meanwhile, in three steps, as each is found through the one before.
        let receivers = receivers
        for index in receivers.indices {
            if index + 3 < receivers.count { prefetch(receivers[index + 3]) }
            if index + 2 < receivers.count { receivers[index + 2].prefetchCarrier() }
            if index + 1 < receivers.count { receivers[index + 1].prefetchConnection() }
            let receiver = receivers[index]
            if audience.includes(receiver) { receiver.receive(&frame, isEphemeral: isEphemeral) }
        }
    }
}
