import Testing

@testable import Realtime

/// Section 3 of the wire contract: joining and leaving rooms, and what may be said in them.
@Suite("Contract: rooms", .timeLimit(.minutes(10)))
struct RoomContractTests {
    // MARK: Joining

    @Test("a join answers who is there and where the room stands", arguments: ContractTransport.allCases)
    func joined(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", name: "Ada")
            let joined = try ada.join("a", #"{"name":"The room"}"#)
            #expect(joined.room == "a")
            #expect(joined.data["status"]?.string == "created_new")
            #expect(joined.data["name"]?.string == "The room")
            #expect(joined.data["total"]?.int == 1)
            #expect(joined.data["recovered"]?.bool == false)
            #expect(joined.data["position"]?["seq"]?.int == 0)
            #expect(joined.data["position"]?["epoch"]?.string?.isEmpty == false)
            let members = try #require(joined.data["members"]?.array)
            #expect(members.count == 1)
            #expect(members[0]["user_id"]?.string == "ada")
            #expect(members[0]["username"]?.string == "Ada")
            #expect(members[0]["status"]?.string == "online")
            #expect(members[0]["devices"]?.int == 1)
            #expect(members[0]["since"]?.string?.utf8.count == 24)
            try ada.expectNothing()
        }
    }

    @Test("the room may stand in data or in the envelope, or in both", arguments: ContractTransport.allCases)
    func roomPlaces(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            #expect(try ada.ask("join_room", #"{"room_id":"a"}"#).room == "a")
            #expect(try ada.ask("join_room", in: "b").room == "b")
            #expect(try ada.ask("join_room", in: "c", #"{"room_id":"c"}"#).room == "c")
            #expect(try ada.ask("query_room", #"{"room_id":"b"}"#).data["room_id"]?.string == "b")
            #expect(try ada.ask("message", #"{"room_id":"a"}"#).data["seq"]?.int == 1)
            #expect(try ada.ask("leave_room", #"{"room_id":"a"}"#).type == "ack")
            #expect(try ada.ask("message", in: "a", "1").code == "not_in_room")
        }
    }

    @Test("the second user finds the first, and is a member too", arguments: ContractTransport.allCases)
    func secondUser(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob", name: "Bob"))
            try ada.join("a", #"{"name":"First"}"#)
            let joined = try bob.join("a", #"{"name":"Second"}"#)
            #expect(joined.data["status"]?.string == "joined_existing")
            #expect(joined.data["name"]?.string == "First")
            #expect(joined.data["total"]?.int == 2)
            let users = joined.data["members"]?.array?.compactMap { $0["user_id"]?.string } ?? []
            #expect(users.sorted() == ["ada", "bob"])
            let online = try ada.expect("user_online")
            #expect(online.room == "a" && online.seq == nil)
            #expect(
                online.data
                    == (try JSONValue.parse(
                        #"{"user_id":"bob","username":"Bob","status":"online","devices":1}"#)))
            try bob.expectNothing()
            try ada.expectNothing()
        }
    }

    @Test("a room without a name is called by its id", arguments: ContractTransport.allCases)
    func unnamed(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            #expect(try ada.join("a").data["name"]?.string == "a")
            #expect(try ada.join("a", #"{"name":"Late"}"#).data["name"]?.string == "Late")
        }
    }

    @Test("who joins again gets the same answer, and nobody notices", arguments: ContractTransport.allCases)
    func joinedAgain(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            try ada.join("a")
            try bob.expect("user_online")
            let again = try ada.join("a")
            #expect(again.data["status"]?.string == "joined_existing")
            #expect(again.data["total"]?.int == 2)
            try bob.expectNothing()
            bob.say("message", in: "a", "1")
            try ada.expect("message")
            try ada.expectNothing()
        }
    }

    @Test("with create: false a room that is not there is not found", arguments: ContractTransport.allCases)
    func noCreate(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            #expect(try ada.ask("join_room", in: "a", #"{"create":false}"#).code == "room_not_found")
            #expect(try ada.ask("query_room", in: "a").code == "room_not_found")
            try bob.join("a")
            #expect(
                try ada.join("a", #"{"create":false}"#).data["status"]?.string == "joined_existing")
        }
    }

    @Test("a connection is in no more rooms than it may be", arguments: ContractTransport.allCases)
    func roomsPerConnection(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rooms.maximumPerConnection = 2 }) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            try ada.join("b")
            #expect(try ada.ask("join_room", in: "c").code == "rate_limited")
            try ada.join("a")
            try ada.ask("leave_room", in: "a")
            try ada.join("c")
        }
    }

    @Test("there are no more rooms than there may be", arguments: ContractTransport.allCases)
    func rooms(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rooms.maximum = 2 }) { house in
            let ada = try house.connect("ada")
            let codes = try (0..<20).map { try ada.ask("join_room", in: "room \($0)").code }
            #expect(codes.count { $0 == nil } <= 2)
            #expect(codes.contains("unavailable"))
            let published = try (0..<20).map { try ada.ask("message", in: "room \($0)", "1").code }
            #expect(published.count { $0 == nil } == codes.count { $0 == nil })
        }
    }

    @Test("who has asked to join may publish in the next breath", arguments: ContractTransport.allCases)
    func rightBehind(_ transport: ContractTransport) async throws {
        // More loops than cores, so that they are interrupted in the middle of things.
        try await withHouse(
            transport,
            {
                $0.rates = .none
                $0.listen.loops = 6
            }
        ) { house in
            let clients = try (0..<6).map { try house.connect(UserID(stringLiteral: "user \($0)")) }
            for round in 0..<3 {
                for number in 0..<100 {
                    for (index, client) in clients.enumerated() {
                        let room = "room \(index) \(number)"
                        client.say("join_room", in: room)
                        client.say("message", in: room, "1")
                        client.say("leave_room", in: room)
                    }
                }
                for client in clients {
                    let problems = try client.collect().filter { $0.type != "room_joined" }
                    #expect(problems.map(\.text) == [], "round \(round)")
                }
                // And who has left is in no room.
                try house.settle()
                for loop in 0..<house.hub.loopCount {
                    let members = try house.onLoop(loop) { shard in
                        shard.rooms.values.reduce(0) { sum, room in sum + room.read { $0.memberCount } }
                    }
                    #expect(members == 0)
                }
            }
        }
    }

    // MARK: Leaving and asking

    @Test("who has left hears nothing more, and may not publish", arguments: ContractTransport.allCases)
    func leaving(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            try ada.join("a")
            try bob.expect("user_online")
            #expect(try ada.ask("leave_room", in: "a").type == "ack")
            try bob.expect("user_offline")
            try bob.ask("message", in: "a", "1")
            try ada.expectNothing()
            #expect(try ada.ask("message", in: "a", "1").code == "not_in_room")
            #expect(try ada.ask("typing", in: "a", #"{"active":true}"#).code == "not_in_room")
        }
    }

    @Test("leaving a room that one is not in changes nothing", arguments: ContractTransport.allCases)
    func leavingNothing(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            #expect(try ada.ask("leave_room", in: "a").type == "ack")
            #expect(try ada.ask("leave_room", in: "nowhere").type == "ack")
            #expect(try ada.ask("query_room", in: "nowhere").code == "room_not_found")
            try bob.expectNothing()
        }
    }

    @Test("query_room tells who is there, also to one who is not", arguments: ContractTransport.allCases)
    func query(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada", name: "Ada"), try house.connect("bob"))
            try ada.join("a", #"{"name":"The room","status":"busy"}"#)
            let info = try bob.ask("query_room", in: "a")
            #expect(info.type == "room_info")
            #expect(info.data["room_id"]?.string == "a")
            #expect(info.data["name"]?.string == "The room")
            #expect(info.data["total_clients"]?.int == 1)
            let clients = try #require(info.data["clients"]?.array)
            #expect(clients.count == 1)
            #expect(clients[0]["user_id"]?.string == "ada" && clients[0]["username"]?.string == "Ada")
            #expect(clients[0]["status"]?.string == "busy" && clients[0]["devices"]?.int == 1)
            try ada.expectNothing()
        }
    }

    // MARK: Publishing

    @Test(
        "a message goes to all other connections, one's own other devices too",
        arguments: ContractTransport.allCases)
    func messageToOthers(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, phone) = (try house.connect("ada"), try house.connect("ada", device: "phone"))
            let (bob, eve) = (try house.connect("bob"), try house.connect("eve"))
            for client in [ada, phone, bob] { try client.join("a") }
            try ada.expect("user_online")
            try phone.expect("user_online")
            try ada.ask("message", in: "a", "1")
            try phone.expect("message")
            try bob.expect("message")
            for client in [ada, phone, bob, eve] { try client.expectNothing() }
        }
    }

    @Test(
        "typing goes to the others alone, and a chat message to the sender too",
        arguments: ContractTransport.allCases)
    func typingAndChat(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("a")
            try bob.join("a")
            try ada.expect("user_online")
            try ada.ask("typing", in: "a", #"{"active":true,"x":1}"#)
            #expect(try bob.expect("typing").text.contains(#""data":{"active":true,"x":1}"#))
            let data = #"{"content":"hi","mentioned_users":[],"x":1}"#
            let ack = try ada.ask("chat_message", in: "a", data)
            for client in [ada, bob] {
                let chat = try client.expect("chat_message")
                #expect(chat.text.contains(#""data":\#(data)"#))
                #expect(chat.user == "ada" && chat.seq == ack.data["seq"]?.int)
            }
            try ada.expectNothing()
            try bob.expectNothing()
        }
    }

    @Test("to publish takes membership", arguments: ContractTransport.allCases)
    func membership(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let said: [(String, String)] = [
                ("message", "1"), ("typing", #"{"active":true}"#), ("chat_message", #"{"content":"x"}"#),
                ("task_created", #"{"task_id":"t","project_id":"a"}"#),
            ]
            for (type, data) in said { #expect(try ada.ask(type, in: "a", data).code == "not_in_room") }
            try ada.join("a")
            for (type, data) in said { #expect(try ada.ask(type, in: "a", data).type == "ack") }
        }
    }

    @Test(
        "with w and no r one publishes without joining, and hears nothing",
        arguments: ContractTransport.allCases)
    func writeOnly(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (sensor, bob) = (try house.connect("sensor", rooms: "a=w"), try house.connect("bob"))
            try bob.join("a")
            #expect(try sensor.ask("join_room", in: "a").code == "forbidden")
            #expect(try sensor.ask("query_room", in: "a").code == "forbidden")
            #expect(try sensor.ask("message", in: "a", "1").data["seq"]?.int == 1)
            #expect(try bob.expect("message").user == "sensor")
            try bob.ask("message", in: "a", "1")
            #expect(try sensor.ask("chat_message", in: "a", #"{"content":"x"}"#).data["seq"]?.int == 3)
            try sensor.expectNothing()
        }
    }

    @Test("with r and no w one hears, and may not publish", arguments: ContractTransport.allCases)
    func readOnly(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (reader, bob) = (try house.connect("reader", rooms: "a=r"), try house.connect("bob"))
            try reader.join("a")
            try bob.join("a")
            try reader.expect("user_online")
            try bob.ask("message", in: "a", "1")
            try reader.expect("message")
            #expect(try reader.ask("message", in: "a", "1").code == "forbidden")
            #expect(try reader.ask("typing", in: "a", #"{"active":true}"#).code == "forbidden")
            #expect(try reader.ask("message", in: "a", to: "bob", "1").code == "forbidden")
            try bob.expectNothing()
        }
    }

    @Test(
        "everyone in a room sees one order, and a sender's own is kept", arguments: ContractTransport.allCases
    )
    func oneOrder(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rates = .none }) { house in
            let clients = try (0..<6).map { try house.connect(UserID(stringLiteral: "user \($0)")) }
            for client in clients { try client.join("a") }
            for number in 0..<40 {
                for (index, client) in clients.enumerated() {
                    client.say("chat_message", in: "a", #"{"content":"\#(index) \#(number)"}"#)
                }
            }
            for client in clients { try client.ask("ping") }
            var orders: [[String]] = []
            for client in clients {
                let chats = try client.drain().filter { $0.type == "chat_message" }
                #expect(chats.map(\.seq) == (1...240).map { $0 })
                orders.append(chats.map { $0.data["content"]?.string ?? "" })
            }
            #expect(Set(orders).count == 1)
            for sender in 0..<6 {
                let own = orders[0].filter { $0.hasPrefix("\(sender) ") }
                #expect(own == (0..<40).map { "\(sender) \($0)" })
            }
        }
    }
}

extension ServerConfiguration.Rates {
    /// No limits, for tests that say much at once.
    static var none: Self {
        var rates = Self()
        rates.messages = nil
        rates.userMessages = nil
        return rates
    }
}
