import Testing

@testable import Realtime

/// Section 1 of the wire contract: what stands in a message, and who puts it there.
@Suite("Contract: the envelope", .timeLimit(.minutes(10)))
struct EnvelopeContractTests {
    /// Two users in one room, who know of each other.
    private func pair(
        in house: ContractHouse, _ room: String = "a"
    ) throws -> (
        ada: ContractClient, bob: ContractClient
    ) {
        let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
        try ada.join(room)
        try bob.join(room)
        try ada.expect("user_online")
        return (ada, bob)
    }

    // MARK: What the server sets

    @Test(
        "a message reaches the others with who, where and its number", arguments: ContractTransport.allCases)
    func serverMembers(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.say("message", in: "a", #"{"text":"hi"}"#)
            let message = try bob.expect("message")
            #expect(message.user == "ada" && message.room == "a" && message.seq == 1)
            #expect(message.data == (try JSONValue.parse(#"{"text":"hi"}"#)))
            #expect(message.replyTo == nil && message["recipient_id"] == nil)
        }
    }

    @Test("ids are the server's and sort by time", arguments: ContractTransport.allCases)
    func ids(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            for _ in 0..<20 { try ada.ask("message", in: "a", "1") }
            let ids = try (0..<20).map { _ in try bob.expect("message").messageID ?? "" }
            #expect(ids.allSatisfy { $0.hasPrefix("msg_") })
            #expect(ids == ids.sorted() && Set(ids).count == 20)
        }
    }

    @Test(
        "timestamp and user_id of a client are replaced, and so is its message_id",
        arguments: ContractTransport.allCases)
    func replaced(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.send(
                #"{"type":"message","room_id":"a","user_id":"eve","timestamp":"1999-01-01T00:00:00.000Z","#
                    + #""message_id":"mine","seq":99,"reply_to":"x","data":1}"#)
            let message = try bob.expect("message")
            #expect(message.user == "ada")
            #expect(message.messageID?.hasPrefix("msg_") == true)
            #expect(message.seq == 1 && message.replyTo == nil)
            let time = try #require(message["timestamp"]?.string)
            #expect(time.utf8.count == 24 && time.hasSuffix("Z") && !time.hasPrefix("1999"))
            #expect(try ada.reply(to: "mine").type == "ack")
        }
    }

    @Test("unknown keys are ignored, whatever they hold", arguments: ContractTransport.allCases)
    func unknownKeys(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.send(
                #"{"x":{"y":[1,{"z":null}]},"type":"message","data":1,"Type":"auth","room_id":"a","ROOM_ID":7}"#
            )
            #expect(try bob.expect("message").text.contains(#""x""#) == false)
        }
    }

    @Test("an id that is null is one that is not there", arguments: ContractTransport.allCases)
    func nullIDs(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.send(#"{"type":"message","data":1,"room_id":"a","recipient_id":null,"message_id":null}"#)
            #expect(try bob.expect("message").seq == 1)
            ada.send(#"{"type":"message","data":{"room_id":"a"},"room_id":null}"#)
            #expect(try bob.expect("message").seq == 2)
            ada.send(#"{"type":"message","data":{"room_id":null},"room_id":"a"}"#)
            #expect(try bob.expect("message").seq == 3)
            try ada.expectNothing()
        }
    }

    @Test(
        "data is relayed byte for byte", arguments: ContractTransport.allCases,
        [
            "null", "true", "[]", "{}", "1.50e+02", "-0", "12345678901234567890", #""\u00e9\/\ud83d\ude00""#,
            "\"\u{E9}\u{1F600}\u{7F}\"", "{ \"b\" : [ 1 , 2 ] ,\t\"a\":{\"b\":\"\\u0000\"} }", "  [1,\n2 ]",
        ])
    func byteForByte(_ transport: ContractTransport, _ data: String) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.send(#"{"type":"message","room_id":"a","data":\#(data)}"#)
            let text = try bob.expect("message").text
            // Blanks around the value are not part of it.
            let value = String(data.drop { $0 == " " })
            #expect(text.contains(#""data":\#(value)"#), "\(text)")
        }
    }

    @Test("a message without data arrives without", arguments: ContractTransport.allCases)
    func noData(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            ada.say("message", in: "a")
            #expect(try bob.expect("message")["data"] == nil)
        }
    }

    // MARK: Answers

    @Test("a message with an id gets one answer that names it", arguments: ContractTransport.allCases)
    func oneAnswer(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let asked: [(type: String, data: String?, answer: String)] = [
                ("ping", nil, "pong"), ("join_room", #"{"room_id":"a"}"#, "room_joined"),
                ("query_room", #"{"room_id":"a"}"#, "room_info"), ("typing", #"{"active":true}"#, "ack"),
                ("message", "1", "ack"), ("presence_update", #"{"status":"busy"}"#, "ack"),
                ("nonsense", nil, "error"), ("leave_room", #"{"room_id":"a"}"#, "ack"),
            ]
            for (type, data, answer) in asked {
                let room = type == "typing" || type == "message" ? "a" : nil
                let reply = try ada.ask(type, in: room, data, id: "my \(type)")
                #expect(reply.type == answer && reply.replyTo == "my \(type)")
                #expect(reply.messageID?.hasPrefix("msg_") == true)
            }
            try ada.expectNothing()
        }
    }

    @Test("an ack says which message it is for, and where that stands", arguments: ContractTransport.allCases)
    func ack(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            let ack = try ada.ask("message", in: "a", "1", id: "first")
            #expect(ack.data == (try JSONValue.parse(#"{"message_id":"first","seq":1}"#)))
            let typing = try ada.ask("typing", in: "a", #"{"active":true}"#, id: "second")
            #expect(typing.data == (try JSONValue.parse(#"{"message_id":"second"}"#)))
        }
    }

    @Test(
        "a message without an id gets no ack, and an error all the same",
        arguments: ContractTransport.allCases)
    func noID(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            ada.say("message", in: "a", "1")
            ada.say("leave_room", in: "a")
            try ada.expectNothing()
            ada.say("message", in: "a", "1")
            let error = try ada.expect("error")
            #expect(error.code == "not_in_room" && error["reply_to"] == nil)
        }
    }

    @Test("answers come in the order of the messages", arguments: ContractTransport.allCases)
    func answersInOrder(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            // Rooms on both loops, so that some have to be waited for.
            for number in 0..<10 {
                ada.send(ContractClient.envelope("join_room", "room \(number)", nil, nil, id: "j\(number)"))
                ada.send(ContractClient.envelope("message", "room \(number)", nil, "1", id: "m\(number)"))
                ada.sendBinary([1, 2, 3])
                ada.send(ContractClient.envelope("ping", nil, nil, nil, id: "p\(number)"))
            }
            for number in 0..<10 {
                #expect(try ada.expect("room_joined").replyTo == "j\(number)")
                #expect(try ada.expect("ack").replyTo == "m\(number)")
                #expect(try ada.expect("error").code == "malformed")
                #expect(try ada.expect("pong").replyTo == "p\(number)")
            }
        }
    }

    // MARK: Repeats

    @Test(
        "a repeated publish gets the first ack and is not acted on twice",
        arguments: ContractTransport.allCases)
    func repeated(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            let first = try ada.ask("message", in: "a", "1", id: "once")
            let second = try ada.ask("message", in: "a", "2", id: "once")
            #expect(first.data["seq"]?.int == 1 && second.data == first.data)
            #expect(try bob.expect("message").data == .int(1))
            try bob.expectNothing()
        }
    }

    @Test(
        "a repeat of the same user on another connection is one too, of another user not",
        arguments: ContractTransport.allCases)
    func repeatedElsewhere(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            let first = try ada.ask("chat_message", in: "a", #"{"content":"hi"}"#, id: "once")
            let second = try house.connect("ada", device: "phone")
            try second.join("a")
            let again = try second.ask("chat_message", in: "a", #"{"content":"hi"}"#, id: "once")
            #expect(again.data == first.data)
            #expect(try bob.ask("message", in: "a", "1", id: "once").data["seq"]?.int == 2)
            #expect(try bob.expect("chat_message").seq == 1)
            try bob.expectNothing()
        }
    }

    @Test("what a message to one user was answered is said again too", arguments: ContractTransport.allCases)
    func repeatedDelivery(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            let first = try ada.ask("message", in: "a", to: "bob", "1", id: "once")
            #expect(first.data["delivered"]?.int == 1)
            try bob.expect("message")
            try house.close(bob)
            let again = try ada.ask("message", in: "a", to: "bob", "1", id: "once")
            #expect(again.data == first.data)
        }
    }

    @Test("what was answered by an error is not remembered", arguments: ContractTransport.allCases)
    func errorsForgotten(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            #expect(try ada.ask("message", in: "a", "1", id: "once").code == "not_in_room")
            try ada.join("a")
            #expect(try ada.ask("message", in: "a", "1", id: "once").data["seq"]?.int == 1)
        }
    }

    @Test(
        "joins, leaves, pings and questions are answered afresh each time",
        arguments: ContractTransport.allCases)
    func afresh(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            #expect(try ada.ask("join_room", in: "a", id: "x").data["status"]?.string == "created_new")
            #expect(try ada.ask("query_room", in: "a", id: "x").data["total_clients"]?.int == 1)
            #expect(try ada.ask("ping", id: "x").type == "pong")
            let bob = try house.connect("bob")
            try bob.join("a")
            try ada.expect("user_online")
            #expect(try ada.ask("query_room", in: "a", id: "x").data["total_clients"]?.int == 2)
            #expect(try ada.ask("join_room", in: "a", id: "x").data["total"]?.int == 2)
            #expect(try ada.ask("leave_room", in: "a", id: "x").type == "ack")
            try bob.expect("user_offline")
            #expect(try ada.ask("query_room", in: "a", id: "x").data["total_clients"]?.int == 1)
        }
    }

    // MARK: Numbers

    @Test("a room's messages are numbered from 1 without holes", arguments: ContractTransport.allCases)
    func numbers(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            for _ in 0..<5 {
                ada.say("message", in: "a", "1")
                ada.say("typing", in: "a", #"{"active":true}"#)
                ada.say("message", in: "a", to: "bob", "1")
                ada.say("presence_update", #"{"status":"busy"}"#)
                ada.say("chat_message", in: "a", #"{"content":"x"}"#)
            }
            try ada.ask("ping")
            let seqs = try bob.drain().compactMap(\.seq)
            #expect(seqs == Array(1...10))
        }
    }

    @Test(
        "what is ephemeral has no number and is not replayed", arguments: ContractTransport.allCases)
    func ephemeral(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = try pair(in: house)
            let position = try #require(try bob.ask("join_room", in: "a").data["position"])
            let epoch = try #require(position["epoch"]?.string)
            ada.say("typing", in: "a", #"{"active":true}"#)
            ada.say("presence_update", #"{"status":"away"}"#)
            ada.say("message", in: "a", to: "bob", "1")
            for type in ["typing", "presence_update", "message"] {
                #expect(try bob.expect(type).seq == nil)
            }
            let joined = try bob.join("a", #"{"since":{"epoch":"\#(epoch)","seq":0}}"#)
            #expect(joined.data["recovered"]?.bool == true)
            #expect(joined.data["position"]?["seq"]?.int == 0)
            try bob.expectNothing()
        }
    }
}
