import Testing

@testable import Realtime

/// A connection that only notes what it is told.
final class NotingReceiver: Receiver {
    let connection: ConnectionID
    let user: UserID
    let tokenID: ExactText? = nil
    let tokenExpiresAt: Timestamp? = nil
    var isOpen = true
    private(set) var received: [String] = []
    private(set) var places: [RoomID: Int] = [:]
    private(set) var disconnected: WebSocketCloseCode?

    init(_ user: UserID, loop: Int = 0) {
        self.user = user
        connection = TestClient(user, loop: loop).connection
    }

    func receive(_ frame: inout BroadcastFrame, isEphemeral: Bool) {
        let text = frame.plain.withUnsafeBytes {
            String(decoding: WebSocketFrame.payload(of: $0), as: UTF8.self)
        }
        received.append(isEphemeral ? "(\(text))" : text)
    }

    func catchUp(_ replay: [SharedBytes]) {
        for message in replay {
            var frame = BroadcastFrame(message)
            receive(&frame, isEphemeral: false)
        }
    }

    func prefetchCarrier() {}
    func prefetchConnection() {}
    func inboxChanged(_ news: InboxNews) {}
    func acknowledged(_ acknowledgement: InboxAcknowledgement) {}

    func isIn(_ room: RoomID) -> Bool { places[room] != nil }

    func entered(_ room: LocalRoom, at seat: Int) {
        places[room.id] = seat
    }

    func moved(in room: LocalRoom, to seat: Int) {
        places[room.id] = seat
    }

    func left(_ room: LocalRoom) {
        guard let place = places.removeValue(forKey: room.id) else { return }
        room.remove(at: place)
    }

    func disconnect(_ code: WebSocketCloseCode, reason: String) {
        disconnected = code
    }
}

@Suite("Local room")
struct LocalRoomTests {
    private let room = LocalRoom("room")

    private func frame(_ text: String) -> SharedBytes {
        Array(text.utf8).withUnsafeBytes { WebSocketFrame.shared(.text, $0) }
    }

    private func add(_ users: UserID...) -> [NotingReceiver] {
        users.map { user in
            let receiver = NotingReceiver(user)
            room.add(receiver)
            return receiver
        }
    }

    @Test("each is told its seat, and a seat that is emptied is taken by the last")
    func seats() {
        let all = add("a", "b", "c", "d")
        #expect(all.map { $0.places["room"] } == [0, 1, 2, 3])
        all[1].left(room)
        #expect(all.map { $0.places["room"] } == [0, nil, 2, 1])
        all[2].left(room)
        #expect(all.map { $0.places["room"] } == [0, nil, nil, 1])
        all[0].left(room)
        all[3].left(room)
        #expect(room.isEmpty)
    }

    @Test("a message goes to everyone, to all but a connection, or to all but some users")
    func audiences() {
        let all = add("a", "a", "b", "c")
        room.deliver(frame("1"), to: .everyone, isEphemeral: false)
        room.deliver(frame("2"), to: .allBut(all[1].connection), isEphemeral: false)
        room.deliver(frame("3"), to: .allButUsers(["a", "c"]), isEphemeral: false)
        room.deliver(frame("4"), to: .allBut(users: []), isEphemeral: true)
        let many = (0..<20).map { UserID(stringLiteral: "user \($0)") } + ["a", "b"]
        room.deliver(frame("5"), to: .allBut(users: many), isEphemeral: false)
        #expect(all[0].received == ["1", "2", "(4)"])
        #expect(all[1].received == ["1", "(4)"])
        #expect(all[2].received == ["1", "2", "3", "(4)"])
        #expect(all[3].received == ["1", "2", "(4)", "5"])
    }

    @Test(
        "whoever comes and goes, each hears exactly what is said while it is there",
        arguments: [1, 2] as [UInt64])
    func model(seed: UInt64) {
        var numbers = SeededGenerator(seed: seed)
        let all = (0..<30).map { NotingReceiver(UserID(stringLiteral: "user \($0)")) }
        var expected = all.map { _ in [String]() }
        var isHere = all.map { _ in false }
        for step in 0..<3_000 {
            let index = Int.random(in: 0..<30, using: &numbers)
            switch Int.random(in: 0..<3, using: &numbers) {
            case 0 where !isHere[index]:
                room.add(all[index])
                isHere[index] = true
            case 1 where isHere[index]:
                all[index].left(room)
                isHere[index] = false
            default:
                room.deliver(frame("\(step)"), to: .everyone, isEphemeral: false)
                for index in all.indices where isHere[index] { expected[index].append("\(step)") }
            }
            #expect(room.count == isHere.count { $0 })
        }
        #expect(all.map(\.received) == expected)
    }
}
