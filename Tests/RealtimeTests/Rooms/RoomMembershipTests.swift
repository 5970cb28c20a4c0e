import Testing

@testable import Realtime

@Suite("Room: coming and going")
struct RoomMembershipTests {
    @Test("The first join makes the room, the others join it")
    func joinStatus() {
        let room = TestRoom()
        let first = room.join(TestClient("ann"))
        #expect(first.status == .createdNew)
        #expect(first.cameOnline)
        let second = room.join(TestClient("bob"))
        #expect(second.status == .joinedExisting)
        #expect(second.cameOnline)
        #expect(room.users == ["ann", "bob"])
    }

    @Test("A room that a broadcast made exists before the first join")
    func madeByPublish() {
        let room = TestRoom()
        room.publish()
        #expect(room.join(TestClient("ann")).status == .joinedExisting)
    }

    @Test("A user comes online once, however many devices and connections come")
    func onlineOnce() {
        let room = TestRoom()
        #expect(room.join(TestClient("ann", "phone")).cameOnline)
        #expect(!room.join(TestClient("ann", "laptop")).cameOnline)
        #expect(!room.join(TestClient("ann", "laptop")).cameOnline)
        #expect(room.users == ["ann"])
        #expect(room.member("ann")?.devices.deviceCount == 2)
        #expect(room.member("ann")?.devices.connectionCount == 3)
    }

    @Test("Connections that name no device share one")
    func namelessDevice() {
        let room = TestRoom()
        room.join(TestClient("ann"))
        room.join(TestClient("ann"))
        room.join(TestClient("ann", "phone"))
        #expect(room.member("ann")?.devices.deviceCount == 2)
    }

    @Test("A connection that joins again is told the same and counts once")
    func joinsAgain() {
        let room = TestRoom()
        let ann = TestClient("ann")
        room.join(ann)
        let again = room.join(ann)
        #expect(again.status == .joinedExisting)
        #expect(!again.cameOnline)
        #expect(room.connectionCount == 1)
        #expect(room.leave(ann) == "offline ann")
    }

    @Test("Leaving the last device on purpose is told at once")
    func leave() {
        let room = TestRoom()
        let phone = TestClient("ann", "phone")
        let laptop = TestClient("ann", "laptop")
        room.join(phone)
        room.join(laptop)
        #expect(room.leave(phone) == "stays")
        #expect(room.leave(laptop) == "offline ann")
        #expect(room.leave(laptop) == "not here")
        #expect(room.users == [])
    }

    @Test("One tab of a device that leaves leaves the device there")
    func leaveOneTab() {
        let room = TestRoom()
        let (one, other) = (TestClient("ann", "laptop"), TestClient("ann", "laptop"))
        room.join(one)
        room.join(other)
        #expect(room.leave(one) == "stays")
        #expect(room.member("ann")?.devices.deviceCount == 1)
        #expect(room.leave(other) == "offline ann")
    }

    @Test("A lost device is given up after the grace period, once")
    func lost() {
        let room = TestRoom()
        let ann = TestClient("ann")
        room.join(ann)
        #expect(room.lose(ann) == "stays")
        #expect(room.users == ["ann"])
        #expect(room.nextDeadline == at(5))
        #expect(room.expire(at: 4.999) == [])
        #expect(room.expire(at: 5) == ["ann"])
        #expect(room.users == [])
        #expect(room.expire(at: 6) == [])
    }

    @Test("A device that comes back within the grace period is reconnected and makes no noise")
    func reconnected() {
        let room = TestRoom()
        let ann = TestClient("ann", "phone")
        room.join(ann)
        room.lose(ann)
        room.now = at(4)
        let back = ann.reconnecting
        let joined = room.join(back)
        #expect(joined.status == .reconnected)
        #expect(!joined.cameOnline)
        #expect(room.expire(at: 10) == [])
        #expect(room.users == ["ann"])
        #expect(room.leave(back) == "offline ann")
    }

    @Test("Another device of the user within the grace period is no reconnect, and the user stays online")
    func otherDevice() {
        let room = TestRoom()
        let phone = TestClient("ann", "phone")
        room.join(phone)
        room.lose(phone)
        let joined = room.join(TestClient("ann", "laptop"))
        #expect(joined.status == .joinedExisting)
        #expect(!joined.cameOnline)
        #expect(room.member("ann")?.devices.deviceCount == 2)
        #expect(room.expire(at: 5) == [])
        #expect(room.member("ann")?.devices.deviceCount == 1)
    }

    @Test("After the grace period it is a new arrival")
    func tooLate() {
        let room = TestRoom()
        let ann = TestClient("ann", "phone")
        room.join(ann)
        room.lose(ann)
        #expect(room.expire(at: 5) == ["ann"])
        let joined = room.join(ann.reconnecting)
        #expect(joined.status == .joinedExisting)
        #expect(joined.cameOnline)
    }

    @Test("Each loss has a grace period of its own")
    func lostTwice() {
        let room = TestRoom()
        let ann = TestClient("ann")
        room.join(ann)
        room.lose(ann)
        room.now = at(3)
        let back = ann.reconnecting
        room.join(back)
        room.now = at(4)
        room.lose(back)
        #expect(room.expire(at: 5) == [])
        #expect(room.expire(at: 8.999) == [])
        #expect(room.expire(at: 9) == ["ann"])
    }

    @Test("A lost connection whose device has another one is not waited for")
    func lostOneOfTwo() {
        let room = TestRoom()
        let (one, other) = (TestClient("ann", "laptop"), TestClient("ann", "laptop"))
        room.join(one)
        room.join(other)
        #expect(room.lose(one) == "stays")
        #expect(room.nextDeadline == nil)
        #expect(room.lose(one) == "not here")
        #expect(room.leave(other) == "offline ann")
    }

    @Test("When the last connected device leaves, one that is lost is still waited for")
    func leaveWhileOtherIsLost() {
        let room = TestRoom()
        let (phone, laptop) = (TestClient("ann", "phone"), TestClient("ann", "laptop"))
        room.join(phone)
        room.join(laptop)
        room.lose(phone)
        #expect(room.leave(laptop) == "stays")
        #expect(room.expire(at: 5) == ["ann"])
    }

    @Test("A lost device may leave on purpose from a connection that has not joined again")
    func leaveWhenLost() {
        let room = TestRoom()
        let phone = TestClient("ann", "phone")
        room.join(phone)
        room.lose(phone)
        #expect(room.leave(TestClient("ann", "other")) == "not here")
        #expect(room.leave(phone.reconnecting) == "offline ann")
        #expect(room.expire(at: 5) == [])
    }

    @Test("Strangers can't leave, be lost or be found")
    func strangers() {
        let room = TestRoom()
        let ann = TestClient("ann")
        #expect(room.leave(ann) == "not here")
        #expect(room.lose(ann) == "not here")
        room.join(ann)
        #expect(room.leave(TestClient("ann", "elsewhere")) == "not here")
        #expect(room.users == ["ann"])
    }

    @Test("Devices have names of their own for each user")
    func deviceNamesAreTheUsers() {
        let room = TestRoom()
        let (ann, bob) = (TestClient("ann", "phone"), TestClient("bob", "phone"))
        room.join(ann)
        room.lose(ann)
        #expect(room.join(bob).status == .joinedExisting)
        #expect(room.expire(at: 5) == ["ann"])
    }

    @Test("A grace period of nothing ends at once")
    func noGrace() {
        let room = TestRoom(grace: .zero)
        let ann = TestClient("ann")
        room.join(ann)
        room.lose(ann)
        #expect(room.expire(at: 0) == ["ann"])
    }

    @Test("Members are found in rooms of any size, after any departures")
    func manyMembers() {
        let room = TestRoom()
        let clients = (0..<200).map { TestClient(UserID(stringLiteral: "user \($0)")) }
        for client in clients { room.join(client) }
        for client in clients where client.user.string.hasSuffix("7") { room.leave(client) }
        for client in clients {
            #expect(room.hasMember(client.user) == !client.user.string.hasSuffix("7"))
        }
        for client in clients.shuffled() { room.leave(client) }
        #expect(room.memberCount == 0)
        #expect(room.loops == [])
    }
}

@Suite("Room: who gets a message")
struct RoomAudienceTests {
    @Test("Each loop with a connection is named once")
    func loops() {
        let room = TestRoom()
        let clients = [
            TestClient("ann", "a", loop: 3), TestClient("ann", "b", loop: 1), TestClient("bob", loop: 1),
        ]
        for client in clients { room.join(client) }
        #expect(room.loops == [1, 3])
        room.leave(clients[1])
        #expect(room.loops == [1, 3])
        room.lose(clients[2])
        #expect(room.loops == [3])
        room.join(clients[2].reconnecting)
        #expect(room.loops == [1, 3])
        #expect(room.connectionCount == 2)
    }

    @Test("A user's own messages reach the connections that are there, and not the lost ones")
    func connectionsOfOne() {
        let room = TestRoom()
        let (phone, laptop) = (TestClient("ann", "phone"), TestClient("ann", "laptop"))
        for client in [phone, laptop, TestClient("bob")] { room.join(client) }
        func connections(_ user: UserID) -> Set<ConnectionID> {
            var found: Set<ConnectionID> = []
            room.room.forEachConnection(of: user) { found.insert($0) }
            return found
        }
        #expect(connections("ann") == [phone.connection, laptop.connection])
        room.lose(phone)
        #expect(connections("ann") == [laptop.connection])
        #expect(connections("nobody") == [])
    }
}

@Suite("Room: status and words")
struct RoomStateTests {
    @Test("A change of status is told once, and only of members")
    func update() {
        let room = TestRoom()
        #expect(!room.update("ann", PresenceState(status: .away)))
        room.join(TestClient("ann"))
        #expect(room.update("ann", PresenceState(status: .away)))
        #expect(!room.update("ann", PresenceState(status: .away)))
        #expect(room.update("ann", PresenceState(status: .away, custom: SharedBytes("{}"))))
        #expect(!room.update("ann", PresenceState(status: .away, custom: SharedBytes("{}"))))
    }

    @Test("A join may bring a status; of one who is known others are told")
    func joinWithStatus() {
        let room = TestRoom()
        #expect(!room.join(TestClient("ann", "a"), state: PresenceState(status: .busy)).changedState)
        #expect(room.member("ann")?.state.status == .busy)
        #expect(!room.join(TestClient("ann", "b")).changedState)
        #expect(room.member("ann")?.state.status == .busy)
        #expect(room.join(TestClient("ann", "c"), state: PresenceState(status: .away)).changedState)
    }

    @Test("The first name that is given counts; without one it is the id")
    func name() {
        let room = TestRoom("project_1")
        room.join(TestClient("ann"))
        #expect(room.name == "project_1")
        room.join(TestClient("bob"), name: "The plan")
        room.join(TestClient("cid"), name: "Another")
        #expect(room.name == "The plan")
    }

    @Test("room_joined, room_info, user_online and user_offline have the fields of the contract")
    func messages() throws {
        let room = TestRoom("r")
        room.now = at(1)
        room.join(
            TestClient("ann", "a"), state: PresenceState(status: .busy, custom: SharedBytes("[1]")), name: "R"
        )
        room.publish()
        let joined = room.join(TestClient("ann", "b"), since: room.position)
        let member = try #require(room.member("ann"))

        let written = JSONValue.Member.init
        func data(_ write: (inout JSONObjectWriter) -> Void) throws -> JSONValue {
            var buffer = ByteBuffer()
            buffer.appendJSONObject(write)
            return try JSONValue.parse(buffer.unsafeBytes)
        }
        let ann: [JSONValue.Member] = [
            written("user_id", .string("ann")), written("username", .string("ann!")),
            written("status", .string("busy")),
        ]
        let members = JSONValue.array([
            .object(
                ann + [
                    written("devices", .int(2)), written("since", .string("2026-01-02T03:04:06.678Z")),
                    written("custom", .array([.int(1)])),
                ])
        ])
        let epoch = room.epoch.description
        let position = JSONValue.object([written("epoch", .string(epoch)), written("seq", .int(1))])
        #expect(
            try data { $0.roomJoined(joined, room.room) }
                == .object([
                    written("status", .string("joined_existing")), written("name", .string("R")),
                    written("members", members), written("total", .int(1)), written("position", position),
                    written("recovered", .bool(true)),
                ]))
        #expect(
            try data { $0.roomInfo(room.room) }
                == .object([
                    written("room_id", .string("r")), written("name", .string("R")),
                    written("total_clients", .int(1)), written("clients", members),
                ]))
        #expect(try data { $0.userOnline(member) } == .object(ann + [written("devices", .int(2))]))
        #expect(try data { $0.userOffline(member) } == .object(ann + [written("devices", .int(0))]))
        #expect(
            try data { $0.presence(member.state) }
                == .object([written("status", .string("busy")), written("custom", .array([.int(1)]))]))
    }

    @Test("An epoch is text that is read back; other text is of no room")
    func epochs() {
        for number in [0, 1, UInt64.max, 0x0123_4567_89AB_CDEF] {
            #expect(RoomEpoch(RoomEpoch(number).description) == RoomEpoch(number))
        }
        for text in ["", "1", "ZZZZZZZZZZZZZ", "0000000000000 ", "000000000000l"] {
            #expect(RoomEpoch(text) == nil)
        }
        #expect(RoomEpoch.random() != RoomEpoch.random())
    }
}
