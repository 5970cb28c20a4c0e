import Testing

@testable import Realtime

@Suite("Room: order and history")
struct RoomStreamTests {
    @Test("Messages are numbered 1, 2, 3 and carry their number")
    func numbers() {
        let room = TestRoom()
        #expect((0..<3).map { _ in room.publish() } == [1, 2, 3])
        let joined = room.join(TestClient("ann"), since: RoomPosition(epoch: RoomEpoch(1), seq: 0))
        #expect(joined.position == RoomPosition(epoch: RoomEpoch(1), seq: 3))
        #expect(joined.replay?.texts == ["message 1", "message 2", "message 3"])
    }

    @Test("Without since nothing is replayed and nothing is recovered")
    func noSince() {
        let room = TestRoom()
        room.publish()
        let joined = room.join(TestClient("ann"))
        #expect(joined.replay == nil)
        #expect(!joined.recovered)
    }

    @Test("With since exactly the missed ones come, in order")
    func missed() {
        let room = TestRoom()
        for _ in 0..<5 { room.publish() }
        func replay(_ seq: UInt64) -> [String]? {
            room.join(TestClient("ann"), since: RoomPosition(epoch: RoomEpoch(1), seq: seq)).replay?.texts
        }
        #expect(replay(3) == ["message 4", "message 5"])
        #expect(replay(5) == [])
        #expect(replay(0)?.count == 5)
    }

    @Test("A since of the future, or of another life of the room, is not recovered")
    func otherSince() {
        let room = TestRoom()
        room.publish()
        #expect(!room.join(TestClient("a"), since: RoomPosition(epoch: RoomEpoch(1), seq: 2)).recovered)
        #expect(!room.join(TestClient("b"), since: RoomPosition(epoch: RoomEpoch(1), seq: .max)).recovered)
        #expect(!room.join(TestClient("c"), since: RoomPosition(epoch: RoomEpoch(2), seq: 1)).recovered)
        #expect(!room.join(TestClient("c"), since: RoomPosition(epoch: RoomEpoch(2), seq: 0)).recovered)
    }

    @Test("The number of messages is bounded, and what was dropped is not recovered")
    func boundedByCount() {
        let room = TestRoom(history: .init(count: 3))
        for _ in 0..<5 { room.publish() }
        func replay(_ seq: UInt64) -> [String]? {
            room.join(TestClient("ann"), since: RoomPosition(epoch: RoomEpoch(1), seq: seq)).replay?.texts
        }
        #expect(replay(2) == ["message 3", "message 4", "message 5"])
        #expect(replay(1) == nil)
        #expect(replay(0) == nil)
    }

    @Test("The bytes are bounded, also by one message that is larger than the bound")
    func boundedByBytes() {
        let room = TestRoom(history: .init(bytes: 10))
        for text in ["1234", "5678", "90"] { room.publish(text) }
        #expect(room.historyByteCount == 10)
        room.publish("x")
        #expect(room.historyCount == 3)
        #expect(room.historyByteCount == 7)
        room.publish("much too long for this")
        #expect(room.historyCount == 0)
        #expect(room.historyByteCount == 0)
        func recovered(_ seq: UInt64) -> Bool {
            room.join(TestClient("ann"), since: RoomPosition(epoch: RoomEpoch(1), seq: seq)).recovered
        }
        #expect(recovered(5))
        #expect(!recovered(4))
    }

    @Test("The age is bounded, in a busy room and in a silent one")
    func boundedByAge() {
        let room = TestRoom(history: .init(age: .seconds(60)))
        room.join(TestClient("bob"))
        room.publish()
        room.now = at(30)
        room.publish()
        room.now = at(60)
        func replay(_ seq: UInt64) -> [String]? {
            room.join(TestClient("ann"), since: RoomPosition(epoch: RoomEpoch(1), seq: seq)).replay?.texts
        }
        #expect(replay(0) == nil)
        #expect(replay(1) == ["message 2"])
        #expect(room.nextDeadline == at(90))
        #expect(room.expire(at: 90) == [])
        #expect(room.historyCount == 0)
        #expect(room.nextDeadline == nil)
        #expect(room.publish() == 3)
    }

    @Test("A message that is dropped from the history is let go")
    func memory() {
        var history = RoomHistory()
        let limits = RoomHistory.Limits(count: 2)
        var messages = (0..<3).map { SharedBytes("\($0)") }
        for message in messages { history.append(message, at: at(0), limits: limits) }
        #expect(history.messages(after: 1)?.texts == ["1", "2"])
        #expect(history.messages(after: 0) == nil)
        messages = []
        #expect(history.count == 2)
    }
}

@Suite("Room: its life")
struct RoomLifeTests {
    @Test("An empty room keeps its name, order and history for the history's age, then it is over")
    func empty() {
        let room = TestRoom(history: .init(age: .seconds(60)))
        let ann = TestClient("ann")
        room.join(ann, name: "N")
        room.publish()
        room.now = at(10)
        room.leave(ann)
        #expect(!room.isOver(at: at(69.999)))
        #expect(room.isOver(at: at(70)))
        room.now = at(59)
        let back = room.join(ann.reconnecting, since: RoomPosition(epoch: RoomEpoch(1), seq: 0))
        #expect(back.status == .joinedExisting)
        #expect(back.recovered)
        #expect(room.name == "N")
        #expect(!room.isOver(at: at(1000)))
    }

    @Test("The time counts from when the last one is given up, not from the loss")
    func emptyAfterGrace() {
        let room = TestRoom(history: .init(age: .seconds(60)))
        let ann = TestClient("ann")
        room.join(ann)
        room.now = at(10)
        room.lose(ann)
        #expect(!room.isOver(at: at(1000)))
        #expect(room.expire(at: 15) == ["ann"])
        #expect(room.nextDeadline == at(75))
        #expect(!room.isOver(at: at(74)))
        #expect(room.isOver(at: at(75)))
    }

    @Test("A broadcast to an empty room takes its place, and the room stays as long as it is kept")
    func publishToEmpty() {
        let room = TestRoom(history: .init(age: .seconds(60)))
        room.now = at(50)
        #expect(room.publish() == 1)
        #expect(!room.isOver(at: at(109)))
        #expect(room.isOver(at: at(110)))
    }
}
