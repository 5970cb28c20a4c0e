import Testing

@testable import Realtime

/// Section 3 of the wire contract: coming back without having missed anything, or being told so.
@Suite("Contract: resuming", .timeLimit(.minutes(10)))
struct ResumeContractTests {
    private func since(_ position: JSONValue?, seq: Int? = nil) -> String {
        let epoch = position?["epoch"]?.string ?? ""
        return #"{"since":{"epoch":"\#(epoch)","seq":\#(seq ?? position?["seq"]?.int ?? 0)}}"#
    }

    @Test(
        "what was missed comes after the answer, each once, in order, and then what follows",
        arguments: ContractTransport.allCases)
    func recovered(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            let position = try ada.join("a").data["position"]
            try bob.expect("user_online")
            for number in 1...3 { try bob.ask("message", in: "a", "\(number)") }
            for _ in 1...3 { try ada.expect("message") }
            try house.cut(ada)
            for number in 4...8 { try bob.ask("message", in: "a", "\(number)") }
            let again = try house.connect("ada")
            let joined = try again.join("a", since(position, seq: 3))
            #expect(joined.data["recovered"]?.bool == true)
            #expect(joined.data["position"]?["seq"]?.int == 8)
            try bob.ask("message", in: "a", "9")
            for number in 4...9 {
                let message = try again.expect("message")
                #expect(message.seq == number && message.data == .int(number) && message.user == "bob")
            }
            try again.expectNothing()
        }
    }

    @Test("the replay has one's own messages too", arguments: ContractTransport.allCases)
    func ownMessages(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let position = try ada.join("a").data["position"]
            try ada.ask("message", in: "a", "1")
            try ada.ask("chat_message", in: "a", #"{"content":"x"}"#)
            try ada.expect("chat_message")
            try ada.join("a", since(position))
            #expect(try ada.expect("message").seq == 1)
            #expect(try ada.expect("chat_message").seq == 2)
            try ada.expectNothing()
        }
    }

    @Test(
        "who has missed nothing has recovered, with nothing to replay", arguments: ContractTransport.allCases)
    func nothingMissed(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            try ada.ask("message", in: "a", "1")
            let position = try ada.join("a").data["position"]
            #expect(try ada.join("a", since(position)).data["recovered"]?.bool == true)
            try ada.expectNothing()
        }
    }

    @Test(
        "a position in the future or of another epoch is not recovered", arguments: ContractTransport.allCases
    )
    func unknownPositions(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let position = try ada.join("a").data["position"]
            try ada.ask("message", in: "a", "1")
            let other = try ada.join("b").data["position"]
            let positions = [
                since(position, seq: 2), since(position, seq: Int.max), since(other, seq: 0),
                #"{"since":{"epoch":"","seq":0}}"#, #"{"since":{"epoch":"nonsense","seq":1}}"#,
                #"{"since":{"epoch":"0000000000000","seq":0}}"#,
            ]
            for position in positions {
                let joined = try ada.join("a", position)
                #expect(joined.data["recovered"]?.bool == false, "\(position)")
                #expect(joined.data["position"]?["seq"]?.int == 1)
                try ada.expectNothing()
            }
        }
    }

    @Test(
        "what is no longer held is not recovered, and nothing of it replayed",
        arguments: ContractTransport.allCases)
    func notHeld(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rooms.historyCount = 5 }) { house in
            let ada = try house.connect("ada")
            let position = try ada.join("a").data["position"]
            for _ in 0..<8 { try ada.ask("message", in: "a", "1") }
            #expect(try ada.join("a", since(position, seq: 2)).data["recovered"]?.bool == false)
            try ada.expectNothing()
            #expect(try ada.join("a", since(position, seq: 3)).data["recovered"]?.bool == true)
            for seq in 4...8 { #expect(try ada.expect("message").seq == seq) }
            try ada.expectNothing()
        }
    }

    @Test(
        "a room outlives its last member by its history, then it begins again",
        arguments: ContractTransport.allCases)
    func afterAWhile(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.rooms.historyAge = .seconds(3) }
        ) { house in
            let ada = try house.connect("ada")
            let position = try ada.join("a", #"{"name":"First"}"#).data["position"]
            try ada.ask("message", in: "a", "1")
            try ada.ask("leave_room", in: "a")
            let again = try ada.join("a", since(position))
            #expect(again.data["status"]?.string == "joined_existing")
            #expect(again.data["name"]?.string == "First")
            #expect(again.data["recovered"]?.bool == true)
            try ada.expect("message")
            try ada.ask("leave_room", in: "a")
            eventually {
                (try? house.onLoop(house.hub.home(of: RoomID(stringLiteral: "a"))) { $0.rooms.isEmpty })
                    == true
            }
            let anew = try ada.join("a", since(position))
            #expect(anew.data["status"]?.string == "created_new")
            #expect(anew.data["name"]?.string == "a")
            #expect(anew.data["recovered"]?.bool == false)
            #expect(anew.data["position"]?["seq"]?.int == 0)
            #expect(anew.data["position"]?["epoch"] != position?["epoch"])
        }
    }

    @Test("what is published to an empty room is there for who comes", arguments: ContractTransport.allCases)
    func emptyRoom(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let position = try ada.join("a").data["position"]
            try ada.ask("leave_room", in: "a")
            let sensor = try house.connect("sensor", rooms: "a=w")
            #expect(try sensor.ask("message", in: "a", "5").data["seq"]?.int == 1)
            let published = try house.run { backend in
                try await backend.broadcast(
                    ApplicationEvent(type: ExactText("message"), data: SharedBytes("6")), to: .room("a"),
                    excluding: [])
            }
            #expect(published.seq == 2)
            let again = try ada.join("a", since(position))
            #expect(again.data["recovered"]?.bool == true)
            #expect(try ada.expect("message").data == .int(5))
            #expect(try ada.expect("message").data == .int(6))
        }
    }

    @Test("who comes back to several busy rooms gets all that was missed, and is not cut off as too slow")
    func largeReplay() async throws {
        try await withHouse(.webSocket, { $0.rates = .none }) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            let rooms = (0..<8).map { "room \($0)" }
            var positions: [String: JSONValue] = [:]
            for room in rooms {
                positions[room] = try bob.join(room).data["position"]
                try ada.join(room)
            }
            try house.close(bob)
            // Together more than may wait for one reader.
            let text = String(repeating: "x", count: 15_000)
            for room in rooms {
                for _ in 0..<30 { ada.say("message", in: room, "\"\(text)\"") }
            }
            _ = try ada.collect()
            let again = try house.connect("bob")
            for room in rooms { again.say("join_room", in: room, since(positions[room])) }
            try again.ask("ping")
            var seen: [String: [Int]] = [:]
            for message in try again.collect() {
                if message.type == "message", let room = message.room, let seq = message.seq {
                    seen[room, default: []].append(seq)
                } else if message.type == "room_joined" {
                    #expect(message.data["recovered"]?.bool == true)
                }
            }
            for room in rooms { #expect(seen[room] == Array(1...30)) }
        }
    }
}
