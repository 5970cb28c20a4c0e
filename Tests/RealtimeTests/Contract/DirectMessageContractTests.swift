import Testing

@testable import Realtime

/// Section 3 of the wire contract: messages to one user.
@Suite("Contract: direct messages", .timeLimit(.minutes(10)))
struct DirectMessageContractTests {
    @Test(
        "with a room, only that user's connections in it get a message", arguments: ContractTransport.allCases
    )
    func inRoom(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, eve) = (try house.connect("ada"), try house.connect("eve"))
            let phone = try house.connect("bob", device: "phone")
            let desk = try house.connect("bob", device: "desk")
            let elsewhere = try house.connect("bob", device: "tablet")
            for client in [ada, eve, phone, desk] { try client.join("a") }
            for client in [ada, eve, phone, desk] { _ = try client.drain() }
            let ack = try ada.ask("message", in: "a", to: "bob", #"{"text":"psst"}"#)
            #expect(ack.data["delivered"]?.int == 2 && ack.data["seq"] == nil)
            for client in [phone, desk] {
                let message = try client.expect("message")
                #expect(message.user == "ada" && message.room == "a" && message.seq == nil)
                #expect(message["recipient_id"]?.string == "bob")
                #expect(message.text.contains(#""data":{"text":"psst"}"#))
            }
            for client in [ada, eve, phone, desk, elsewhere] { try client.expectNothing() }
        }
    }

    @Test(
        "without a room, all connections of a user with whom one shares a room get it",
        arguments: ContractTransport.allCases)
    func withoutRoom(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let (inside, outside) = (try house.connect("bob"), try house.connect("bob", device: "phone"))
            try ada.join("a")
            try inside.join("a")
            try ada.expect("user_online")
            #expect(try ada.ask("message", to: "bob", "1").data["delivered"]?.int == 2)
            for client in [inside, outside] {
                let message = try client.expect("message")
                #expect(message.room == nil && message["recipient_id"]?.string == "bob")
            }
            try ada.expectNothing()
        }
    }

    @Test(
        "without a room in common it is forbidden, whether or not the user exists",
        arguments: ContractTransport.allCases)
    func strangers(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("a")
            try bob.join("b")
            let known = try ada.ask("message", to: "bob", "1")
            let unknown = try ada.ask("message", to: "nobody", "1")
            #expect(known.code == "forbidden" && unknown.data == known.data)
            try bob.expectNothing()
            // Once they have met, and until they part.
            try bob.join("a")
            try ada.expect("user_online")
            #expect(try ada.ask("message", to: "bob", "1").data["delivered"]?.int == 1)
            try bob.ask("leave_room", in: "a")
            try ada.expect("user_offline")
            try bob.expect("message")
            try house.settle()
            #expect(try ada.ask("message", to: "bob", "1").code == "forbidden")
            try bob.expectNothing()
        }
    }

    @Test("one who is not there does not get it, and the ack says so", arguments: ContractTransport.allCases)
    func notThere(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("a")
            try bob.join("a")
            try ada.expect("user_online")
            #expect(try ada.ask("message", in: "a", to: "nobody", "1").data["delivered"]?.int == 0)
            // Lost, and perhaps on the way back.
            try house.cut(bob)
            #expect(try ada.ask("message", in: "a", to: "bob", "1").data["delivered"]?.int == 0)
            #expect(try ada.ask("message", to: "bob", "1").data["delivered"]?.int == 0)
            let again = try house.connect("bob")
            try again.join("a")
            try again.expectNothing()
        }
    }

    @Test("other types go to one user as well", arguments: ContractTransport.allCases)
    func otherTypes(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob, eve) = (
                try house.connect("ada"), try house.connect("bob"), try house.connect("eve")
            )
            for client in [ada, bob, eve] { try client.join("a") }
            for client in [ada, bob, eve] { _ = try client.drain() }
            try ada.ask("typing", in: "a", to: "bob", #"{"active":true}"#)
            try ada.ask("chat_message", in: "a", to: "bob", #"{"content":"x"}"#)
            #expect(try bob.expect("typing").seq == nil)
            #expect(try bob.expect("chat_message").seq == nil)
            for client in [ada, bob, eve] { try client.expectNothing() }
            // They have taken no place in the room's order.
            #expect(try ada.ask("message", in: "a", "1").data["seq"]?.int == 1)
        }
    }

    @Test("to oneself it reaches one's own connections", arguments: ContractTransport.allCases)
    func oneself(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, phone) = (try house.connect("ada"), try house.connect("ada", device: "phone"))
            #expect(try ada.ask("message", to: "ada", "1").data["delivered"]?.int == 2)
            try phone.expect("message")
            try ada.expect("message")
            for client in [ada, phone] { try client.expectNothing() }
        }
    }
}
