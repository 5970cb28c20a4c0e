import Testing

@testable import Realtime

/// Section 2 of the wire contract: how a client says who it is, and for how long that counts.
@Suite("Contract: connecting", .timeLimit(.minutes(10)))
struct ConnectingContractTests {
    private func auth(_ token: String, id: String? = nil) -> String {
        ContractClient.envelope("auth", nil, nil, #"{"token":"\#(token)"}"#, id: id)
    }

    // MARK: The greeting

    @Test("the first message says who one is and how things are here", arguments: ContractTransport.allCases)
    func greeting(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", name: "Ada L.", device: "phone")
            let greeting = ada.greeting
            #expect(greeting["user_id"]?.string == "ada")
            #expect(greeting["username"]?.string == "Ada L.")
            #expect(greeting["device_id"]?.string == "phone")
            #expect(greeting["connection_id"]?.string?.hasPrefix("conn_") == true)
            #expect(greeting["heartbeat_ms"]?.int == 25_000)
            #expect(greeting["token_expires_at"]?.string?.utf8.count == 24)
            #expect(greeting["server"]?["name"]?.string?.isEmpty == false)
            #expect(greeting["server"]?["version"]?.string == RealtimeVersion.current)
            #expect(greeting["protocol"]?.int == 1)
            try ada.expectNothing()
        }
    }

    @Test(
        "without a name in the token the name is the id, and without a device that is null",
        arguments: ContractTransport.allCases)
    func plainGreeting(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.webSocket.heartbeat = .seconds(7) }) { house in
            let ada = try house.connect("ada")
            #expect(ada.greeting["username"]?.string == "ada")
            #expect(ada.greeting["device_id"] == .null)
            #expect(ada.greeting["heartbeat_ms"]?.int == 7_000)
        }
    }

    @Test("two connections have two names", arguments: ContractTransport.allCases)
    func names(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let names = try (0..<4).map { _ in try house.connect("ada").connection }
            #expect(Set(names).count == 4)
        }
    }

    // MARK: The first message

    @Test("a first message may bring the token", arguments: ContractTransport.ofMessages)
    func firstMessage(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.open()
            ada.send(auth(try house.token("ada", name: "Ada")))
            try ada.expectGreeting()
            #expect(ada.greeting["username"]?.string == "Ada")
            try ada.expectNothing()
        }
    }

    @Test("one that asked by an id is told so after the greeting", arguments: ContractTransport.ofMessages)
    func firstMessageAnswered(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.open()
            ada.send(auth(try house.token("ada"), id: "x"))
            try ada.expectGreeting()
            let answer = try ada.expect("auth_success")
            #expect(answer.replyTo == "x" && answer.data["user_id"]?.string == "ada")
        }
    }

    @Test("what is sent right behind the token is handled after it", arguments: ContractTransport.ofMessages)
    func pipelined(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.open()
            ada.send(auth(try house.token("ada", rooms: "*=rw")))
            ada.say("join_room", in: "a")
            ada.send(ContractClient.envelope("message", "a", nil, "1", id: "m"))
            try ada.expectGreeting()
            try ada.expect("room_joined")
            #expect(try ada.expect("ack").replyTo == "m")
        }
    }

    @Test(
        "a first message with a bad token is refused, and the connection closed",
        arguments: ContractTransport.ofMessages)
    func badFirstToken(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            for token in ["", "x", try house.token("ada") + "x"] {
                let ada = try house.open()
                ada.send(auth(token, id: "x"))
                let error = try ada.expect("error")
                #expect(error.code == "unauthenticated" && error.replyTo == "x")
                #expect(try ada.expectClose() == 4401)
            }
        }
    }

    @Test(
        "another first message is refused, and the connection closed", arguments: ContractTransport.ofMessages
    )
    func otherFirstMessage(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            for type in ["ping", "join_room", "message", "nonsense"] {
                let ada = try house.open()
                ada.send(ContractClient.envelope(type, "a", nil, nil, id: "x"))
                let error = try ada.expect("error")
                #expect(error.code == "unauthenticated" && error.replyTo == "x")
                #expect(try ada.expectClose() == 4401)
            }
        }
    }

    @Test(
        "a first message that can't be read is malformed, and closed as such",
        arguments: ContractTransport.ofMessages)
    func unreadableFirstMessage(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            for text in ["", "{", "[]", #"{"type":"auth"}"#, #"{"type":"auth","data":{"token":1}}"#] {
                let ada = try house.open()
                ada.send(text)
                #expect(try ada.expect("error").code == "malformed")
                #expect(try ada.expectClose() == 4400)
            }
        }
    }

    @Test("a binary first message is malformed, and closed as such", arguments: ContractTransport.ofMessages)
    func binaryFirstMessage(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.open()
            ada.sendBinary(Array(auth(try house.token("ada")).utf8))
            #expect(try ada.expect("error").code == "malformed")
            #expect(try ada.expectClose() == 4400)
        }
    }

    @Test("who does not say in time who it is is closed with 4408", arguments: ContractTransport.ofMessages)
    func tooLate(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.identity.authenticationTimeout = .milliseconds(50) }
        ) { house in
            let silent = try house.open()
            #expect(try silent.expectClose() == 4408)
        }
    }

    @Test("one that has said so in time stays", arguments: ContractTransport.ofMessages)
    func inTime(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.identity.authenticationTimeout = .seconds(3) }
        ) { house in
            let token = try house.token("ada")
            let ada = try house.open()
            ada.send(auth(token))
            try ada.expectGreeting()
            let late = try house.open()
            // When the other's time is up, this one's would be too.
            #expect(try late.expectClose() == 4408)
            try ada.expectNothing()
        }
    }

    @Test("nobody is anybody's before the token has come", arguments: ContractTransport.ofMessages)
    func nobodyYet(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.open()
            try house.settle()
            for loop in 0..<house.hub.loopCount {
                #expect(try house.onLoop(loop) { $0.receivers.isEmpty && $0.users.isEmpty })
            }
            ada.send(auth(try house.token("ada")))
            try ada.expectGreeting()
            try house.settle()
            let users = try (0..<house.hub.loopCount).map { loop in
                try house.onLoop(loop) { $0.users.count }
            }
            #expect(users.reduce(0, +) == 1)
        }
    }

    // MARK: Renewal

    @Test("a token can be renewed in place", arguments: ContractTransport.allCases)
    func renewal(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", rooms: "a=r")
            #expect(try ada.ask("join_room", in: "b").code == "forbidden")
            let token = try house.token("ada", rooms: "b=r")
            ada.send(auth(token, id: "x"))
            let answer = try ada.reply(to: "x")
            #expect(answer.type == "auth_success")
            try ada.join("b")
            #expect(try ada.ask("join_room", in: "a").code == "forbidden")
        }
    }

    @Test("a renewal without an id is answered too", arguments: ContractTransport.allCases)
    func renewalWithoutID(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            ada.send(auth(try house.token("ada")))
            #expect(try ada.expect("auth_success")["reply_to"] == nil)
        }
    }

    @Test("a bad renewal leaves the old token in force", arguments: ContractTransport.allCases)
    func badRenewal(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", rooms: "a=rw")
            try ada.join("a")
            ada.send(auth("nonsense", id: "x"))
            #expect(try ada.reply(to: "x").code == "unauthenticated")
            #expect(try ada.ask("message", in: "a", "1").type == "ack")
            try ada.expectNothing()
        }
    }

    @Test("a renewal with another user's token is forbidden", arguments: ContractTransport.allCases)
    func otherUser(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", rooms: "a=rw")
            ada.send(auth(try house.token("bob", rooms: "*=rw"), id: "x"))
            #expect(try ada.reply(to: "x").code == "forbidden")
            #expect(try ada.ask("join_room", in: "b").code == "forbidden")
            try ada.join("a")
            try ada.expectNothing()
        }
    }

    @Test("rooms that a renewed token does not allow are left", arguments: ContractTransport.allCases)
    func roomsLeft(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada", rooms: "a=rw,b=rw,c=w")
            let bob = try house.connect("bob")
            for room in ["a", "b"] {
                try ada.join(room)
                try bob.join(room)
                try ada.expect("user_online")
            }
            ada.send(auth(try house.token("ada", rooms: "a=r,b=w"), id: "x"))
            #expect(try ada.reply(to: "x").type == "auth_success")
            let left = try ada.expect("room_left")
            #expect(left.data["room_id"]?.string == "b")
            #expect(left.data["reason"]?.string?.isEmpty == false)
            // The others see it as a leave: at once.
            let offline = try bob.expect("user_offline")
            #expect(offline.room == "b" && offline.data["user_id"]?.string == "ada")
            try bob.ask("message", in: "b", "1")
            try bob.ask("message", in: "a", "2")
            #expect(try ada.expect("message").data == .int(2))
            #expect(try ada.ask("message", in: "a", "1").code == "forbidden")
            try ada.expectNothing()
        }
    }

    // MARK: Expiry

    @Test(
        "60 s before its end, at once when there is less, a token is warned of",
        arguments: ContractTransport.allCases)
    func expiring(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect(token: house.token("ada", lifetime: .seconds(50)))
            let warning = try ada.expect("token_expiring")
            #expect(warning.data["expires_at"] == ada.greeting["token_expires_at"])
            ada.send(auth(try house.token("ada", lifetime: .seconds(3600)), id: "x"))
            #expect(try ada.reply(to: "x").type == "auth_success")
            ada.send(auth(try house.token("ada", lifetime: .seconds(40)), id: "y"))
            #expect(try ada.reply(to: "y").type == "auth_success")
            try ada.expect("token_expiring")
            try ada.expectNothing()
        }
    }

    @Test("25 s after its token's end a connection is closed, and no earlier")
    func expired() async throws {
        let time = ManualTime()
        try await withHouse(.memory, time: time, { $0.identity.leeway = .zero }) { house in
            let ada = try house.connect(token: house.token("ada", rooms: "*=rw", lifetime: .seconds(100)))
            let link = try #require(ada.link as? MemoryLink)
            func pass(_ duration: Duration) throws {
                time.advance(by: duration)
                _ = try link.onLoop { $0.session?.timePassed() }
            }
            // A token's end is a whole second: that of its minting is 678 ms further.
            try pass(.milliseconds(39_321))
            try ada.expectNothing()
            try pass(.milliseconds(1))
            try ada.expect("token_expiring")
            try pass(.milliseconds(84_999))
            try ada.join("a")
            try ada.expectNothing()
            try pass(.milliseconds(1))
            #expect(try ada.expectClose() == 4401)
        }
    }

    @Test("a renewal after the end and within those 25 s keeps it open")
    func renewedLate() async throws {
        let time = ManualTime()
        try await withHouse(.memory, time: time) { house in
            let ada = try house.connect(token: house.token("ada", lifetime: .seconds(100)))
            let link = try #require(ada.link as? MemoryLink)
            time.advance(by: .seconds(120))
            _ = try link.onLoop { $0.session?.timePassed() }
            try ada.expect("token_expiring")
            ada.send(auth(try house.token("ada", lifetime: .seconds(100)), id: "x"))
            #expect(try ada.reply(to: "x").type == "auth_success")
            time.advance(by: .seconds(30))
            _ = try link.onLoop { $0.session?.timePassed() }
            try ada.expectNothing()
        }
    }

    // MARK: Heartbeat

    @Test("ping is answered by pong, with the id if there was one", arguments: ContractTransport.allCases)
    func ping(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            ada.send(#"{"type":"ping"}"#)
            #expect(try ada.expect("pong")["reply_to"] == nil)
            ada.send(#"{"type":"ping","data":{"x":1},"message_id":"p"}"#)
            #expect(try ada.expect("pong").replyTo == "p")
            try ada.expectNothing()
        }
    }

    @Test("the server pings, and closes who is silent for two heartbeats")
    func silence() async throws {
        try await withHouse(.webSocket, { $0.webSocket.heartbeat = .milliseconds(200) }) { house in
            let ada = try house.connect("ada")
            let webSocket = try #require(ada.link as? WebSocketLink).webSocket
            #expect(try webSocket.receive().opcode == .ping)
            #expect(try ada.expectClose() == 4408)
        }
    }

    // MARK: Revocation

    @Test(
        "a revoked user is closed with 4401 and refused until then", arguments: ContractTransport.ofMessages)
    func revokedUser(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, second) = (try house.connect("ada"), try house.connect("ada"))
            let bob = try house.connect("bob")
            let token = try house.token("ada")
            let count = try house.run { backend in try await backend.revoke(user: "ada", until: nil) }
            #expect(count == 2)
            #expect(try ada.expectClose() == 4401)
            #expect(try second.expectClose() == 4401)
            try bob.expectNothing()
            let again = try house.open()
            again.send(auth(token))
            #expect(try again.expect("error").code == "unauthenticated")
            #expect(try again.expectClose() == 4401)
            bob.send(auth(token, id: "x"))
            #expect(try bob.reply(to: "x").code == "unauthenticated")
        }
    }

    @Test(
        "a revoked token's connections are closed with 4401, and others are not",
        arguments: ContractTransport.allCases)
    func revokedToken(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let token = try house.token("ada", id: "t-1")
            let ada = try house.connect(token: token)
            let other = try house.connect(token: house.token("ada", id: "t-2"))
            let count = try house.run { backend in
                try await backend.revoke(tokenID: ExactText("t-1"), until: nil)
            }
            #expect(count == 1)
            #expect(try ada.expectClose() == 4401)
            other.send(auth(token, id: "x"))
            #expect(try other.reply(to: "x").code == "unauthenticated")
            try other.expectNothing()
        }
    }

    @Test(
        "who is disconnected by an administrator is closed with 4409, and may come back",
        arguments: ContractTransport.allCases)
    func disconnected(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let count = try house.run { backend in try await backend.disconnect("ada", reason: "test") }
            #expect(count == 1)
            #expect(try ada.expectClose() == 4409)
            _ = try house.connect("ada")
        }
    }

    // MARK: Bounds

    @Test("a user has no more connections than they may have")
    func connectionsPerUser() async throws {
        try await withHouse(.webSocket, { $0.presence.maximumConnectionsPerUser = 2 }) { house in
            let (ada, second) = (try house.connect("ada"), try house.connect("ada"))
            let error = #expect(throws: TestWebSocket.Refused.self) { _ = try house.connect("ada") }
            #expect(error?.answer.hasPrefix("HTTP/1.1 429 ") == true)
            let third = try house.open()
            third.send(auth(try house.token("ada")))
            #expect(try third.expect("error").code == "rate_limited")
            // Before a 4429 it is said when to come back.
            let goodbye = try third.expect("disconnect")
            #expect(goodbye.data["code"]?.int == 4429)
            #expect(goodbye.data["retry_after_ms"]?.int ?? 0 > 0)
            #expect(try third.expectClose() == 4429)
            _ = try house.connect("bob")
            try house.close(second)
            _ = try house.connect("ada")
            try ada.expectNothing()
        }
    }
}
