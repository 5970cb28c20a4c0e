import Testing

@testable import Realtime

/// What one client has had, as it sees it.
private struct Listener {
    var client: TestClient
    var isJoined = false
    var epoch: RoomEpoch?
    /// The last message that it has taken in.
    var position: UInt64 = 0
    /// What reached it since it last began anew.
    var received: [UInt64] = []
}

@Suite("Resume, against a model")
struct ResumeModelTests {
    @Test(
        "100 clients cut at random while 20 publish: each has every message once and in order, or was told to start over",
        arguments: [1, 2, 3, 4] as [UInt64])
    func resume(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let limits = RoomHistory.Limits(count: 60, bytes: 900, age: .seconds(4))
        var room = TestRoom(epoch: 1, grace: .milliseconds(500), history: limits)
        var epoch: UInt64 = 1
        var listeners = (0..<100).map { Listener(client: TestClient(UserID(stringLiteral: "user \($0)"))) }
        var (recovered, startedOver) = (0, 0)
        var now = at(0)

        func cut(_ index: Int) {
            guard listeners[index].isJoined else { return }
            room.lose(listeners[index].client)
            listeners[index].isJoined = false
            // What was on the way is lost with the connection.
            let onTheWay = min(Int.random(in: 0..<3, using: &numbers), listeners[index].received.count)
            listeners[index].received.removeLast(onTheWay)
            listeners[index].position = listeners[index].received.last ?? listeners[index].position
        }
        for step in 0..<12_000 {
            // Now and then all are cut, and for so long that the room is forgotten.
            let isNight = step % 4000 > 3900
            if step % 4000 == 3901 {
                for index in listeners.indices { cut(index) }
            }
            now = now + .milliseconds(isNight ? 100 : Int64.random(in: 0...4, using: &numbers))
            room.now = now
            _ = room.room.expire(at: now)
            if room.isOver(at: now) {
                epoch += 1
                room = TestRoom(epoch: epoch, grace: .milliseconds(500), history: limits)
                room.now = now
            }
            let index = Int.random(in: listeners.indices, using: &numbers)
            switch Int.random(in: 0..<3, using: &numbers) {
            case 0 where !isNight:
                let seq = room.publish(String(repeating: "x", count: Int.random(in: 0..<40, using: &numbers)))
                for index in listeners.indices where listeners[index].isJoined {
                    listeners[index].received.append(seq)
                }
            case 1: cut(index)
            case _ where !isNight && !listeners[index].isJoined:
                var listener = listeners[index]
                listener.client = listener.client.reconnecting
                let since = listener.epoch.map { RoomPosition(epoch: $0, seq: listener.position) }
                let joined = room.join(listener.client, since: since)
                if let replay = joined.replay {
                    recovered += 1
                    #expect(since?.epoch == joined.position.epoch)
                    let first = listener.position + 1
                    listener.received += first..<(first + UInt64(replay.count))
                    #expect(listener.received.last ?? listener.position == joined.position.seq)
                } else {
                    startedOver += 1
                    listener.received = []
                }
                listener.position = joined.position.seq
                listener.epoch = joined.position.epoch
                listener.isJoined = true
                listeners[index] = listener
            default: break
            }
        }
        for listener in listeners {
            let holes = zip(listener.received, listener.received.dropFirst()).filter { $1 != $0 + 1 }
            #expect(holes.isEmpty)
        }
        #expect(recovered > 500)
        #expect(startedOver > 100)
        #expect(epoch > 1)
    }

    @Test(
        "Whatever the bounds, a replay is the messages themselves, without a hole",
        arguments: [5, 6] as [UInt64])
    func replay(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        var history = RoomHistory()
        let limits = RoomHistory.Limits(count: 20, bytes: 150, age: .seconds(3))
        var now = at(0)
        var held = 0
        for _ in 0..<3000 {
            now = now + .milliseconds(Int64.random(in: 0...600, using: &numbers))
            let text =
                "\(history.lastSeq + 1) "
                + String(repeating: "x", count: Int.random(in: 0..<12, using: &numbers))
            history.append(SharedBytes(text), at: now, limits: limits)
            let since = UInt64.random(in: 0...history.lastSeq + 2, using: &numbers)
            if let messages = history.messages(after: since) {
                held += 1
                let seqs = messages.texts.map { UInt64($0.split(separator: " ")[0]) }
                #expect(since <= history.lastSeq)
                #expect(seqs == (since..<history.lastSeq).map { $0 + 1 })
            } else {
                #expect(since > history.lastSeq || history.lastSeq - since > UInt64(history.count))
            }
            #expect(history.count <= 20 && history.byteCount <= 150)
        }
        #expect(held > 5)
    }
}
