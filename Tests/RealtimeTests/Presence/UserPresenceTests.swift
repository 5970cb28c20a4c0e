import Testing

@testable import Realtime

@Suite("User presence")
struct UserPresenceTests {
    private var presence = UserPresence(lastSeen: wall(at(0)))
    private let grace = Duration.seconds(5)

    private mutating func connect(_ client: TestClient, _ seconds: Double) -> UserPresence.Transition? {
        presence.connected(client.connection, device: client.device, at: wall(at(seconds)))
    }

    private mutating func lose(_ client: TestClient, _ seconds: Double) {
        presence.lost(client.connection, at: at(seconds), wall(at(seconds)), grace: grace)
    }

    private mutating func expire(_ seconds: Double) -> UserPresence.Transition? {
        presence.expire(at: at(seconds))
    }

    private mutating func update(_ status: PresenceStatus, _ custom: String? = nil) -> Bool {
        presence.update(PresenceState(status: status, custom: custom.map { SharedBytes($0) }))
    }

    private mutating func entered(_ room: RoomID) -> Bool { presence.entered(room) }
    private mutating func left(_ room: RoomID) -> Bool { presence.left(room) }

    @Test("The first connection brings the user online, once")
    mutating func online() {
        #expect(!presence.isOnline)
        #expect(connect(TestClient("ann", "phone"), 0) == .cameOnline)
        #expect(connect(TestClient("ann", "laptop"), 0) == nil)
        #expect(connect(TestClient("ann", "laptop"), 0) == nil)
        #expect(presence.isOnline)
        #expect(presence.deviceCount == 2)
        #expect(presence.connectionCount == 3)
    }

    @Test("The user goes offline once, when the last device has been gone for the grace period")
    mutating func offline() {
        let (phone, laptop) = (TestClient("ann", "phone"), TestClient("ann", "laptop"))
        _ = connect(phone, 0)
        _ = connect(laptop, 0)
        lose(phone, 1)
        #expect(presence.nextDeadline == at(6))
        lose(laptop, 3)
        #expect(expire(6) == nil)
        #expect(presence.deviceCount == 1)
        #expect(presence.nextDeadline == at(8))
        #expect(expire(7.999) == nil)
        #expect(presence.isOnline)
        #expect(expire(8) == .wentOffline)
        #expect(expire(9) == nil)
        #expect(!presence.isOnline)
        #expect(presence.nextDeadline == nil)
    }

    @Test("Who comes back within the grace period was never away")
    mutating func back() {
        let phone = TestClient("ann", "phone")
        _ = connect(phone, 0)
        lose(phone, 1)
        #expect(connect(phone.reconnecting, 5.9) == nil)
        #expect(expire(100) == nil)
        #expect(presence.deviceCount == 1)
    }

    @Test("The end of a connection that is not known, or told twice, changes nothing")
    mutating func unknown() {
        let phone = TestClient("ann", "phone")
        lose(phone, 1)
        #expect(presence.nextDeadline == nil)
        _ = connect(phone, 2)
        lose(phone, 3)
        lose(phone, 4)
        #expect(presence.nextDeadline == at(8))
    }

    @Test("The last word about the status counts, from whichever device, and only when it is new")
    mutating func status() {
        _ = connect(TestClient("ann", "phone"), 0)
        #expect(presence.state == .initial)
        #expect(!update(.online))
        #expect(update(.editing))
        #expect(update(.editing, #"{"file":1}"#))
        #expect(!update(.editing, #"{"file":1}"#))
        #expect(update(.editing, #"{"file":2}"#))
        #expect(update(.offline))
        #expect(presence.isOnline)
    }

    @Test("Who went offline begins anew")
    mutating func statusAfterOffline() {
        let phone = TestClient("ann", "phone")
        _ = connect(phone, 0)
        _ = update(.busy)
        lose(phone, 1)
        #expect(presence.state.status == .busy)
        #expect(expire(6) == .wentOffline)
        #expect(presence.state == .initial)
    }

    @Test("Last seen is when the last connection ended")
    mutating func lastSeen() {
        let (phone, laptop) = (TestClient("ann", "phone"), TestClient("ann", "laptop"))
        _ = connect(phone, 1)
        _ = connect(laptop, 2)
        lose(laptop, 7)
        lose(phone, 9)
        #expect(expire(14) == .wentOffline)
        #expect(presence.lastSeen == wall(at(9)))
    }

    @Test("A room is named once, however many connections are in it, until the last has left")
    mutating func rooms() {
        #expect(entered("a"))
        #expect(!entered("a"))
        #expect(entered("b"))
        var rooms: [String] = []
        presence.forEachRoom { rooms.append($0.string) }
        #expect(rooms.sorted() == ["a", "b"])
        #expect(!left("a"))
        #expect(presence.isIn("a"))
        #expect(left("a"))
        #expect(!left("a"))
        #expect(!presence.isIn("a"))
        #expect(presence.roomCount == 1)
        #expect(!presence.isForgettable)
        #expect(left("b"))
        #expect(presence.isForgettable)
    }

    @Test("Two users share a room or they don't")
    mutating func sharedRooms() {
        var other = UserPresence(lastSeen: wall(at(0)))
        #expect(!presence.shares(aRoomOf: other.roomSnapshot))
        for room in ["a", "b", "c"] as [RoomID] { _ = presence.entered(room) }
        _ = other.entered("x")
        #expect(!presence.shares(aRoomOf: other.roomSnapshot))
        #expect(!other.shares(aRoomOf: presence.roomSnapshot))
        _ = other.entered("c")
        #expect(presence.shares(aRoomOf: other.roomSnapshot))
        #expect(other.shares(aRoomOf: presence.roomSnapshot))
    }
}
