import Testing

@testable import Realtime

/// What is too much is answered, and who goes on all the same is cut off.
@Suite("Contract: rate limits", .timeLimit(.minutes(10)))
struct RateLimitContractTests {
    private func limited(_ rate: MessageRate) -> (inout ServerConfiguration) -> Void {
        { $0.rates.messages = rate }
    }

    @Test(
        "a message too many is answered with when to try again, and not acted on",
        arguments: ContractTransport.ofMessages)
    func refused(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, limited(MessageRate(perSecond: 1, burst: 5))
        ) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            try ada.join("a")
            for _ in 0..<4 { #expect(try ada.ask("message", in: "a", "1").type == "ack") }
            let refusal = try ada.ask("message", in: "a", "1")
            #expect(refusal.code == "rate_limited")
            #expect((1...1_000).contains(refusal.data["retry_after_ms"]?.int ?? 0))
            try bob.expect("user_online")
            for _ in 0..<4 { try bob.expect("message") }
            try bob.expectNothing()
        }
    }

    @Test("after the time that was named one is let in again")
    func tryAgain() async throws {
        let time = ManualTime()
        try await withHouse(.memory, time: time, limited(MessageRate(perSecond: 4, burst: 2))) { house in
            let ada = try house.connect("ada")
            try ada.ask("ping")
            try ada.ask("ping")
            let refusal = try ada.ask("ping")
            #expect(refusal.data["retry_after_ms"]?.int == 250)
            time.advance(by: .milliseconds(249))
            #expect(try ada.ask("ping").data["retry_after_ms"]?.int == 1)
            time.advance(by: .milliseconds(1))
            #expect(try ada.ask("ping").type == "pong")
            #expect(try ada.ask("ping").code == "rate_limited")
        }
    }

    @Test(
        "who goes on all the same is told goodbye, and closed with 4429",
        arguments: ContractTransport.ofMessages)
    func offender(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, limited(MessageRate(perSecond: 1, burst: 1))
        ) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            for _ in 0..<300 { ada.say("ping") }
            try ada.expect("pong")
            var refusals = 0
            var message = try ada.skip(to: "error")
            while message.type == "error" {
                #expect(message.code == "rate_limited")
                refusals += 1
                message = try ada.next()
            }
            #expect(refusals >= 200)
            #expect(message.type == "disconnect")
            #expect(message.data["code"]?.int == 4429)
            #expect(message.data["reason"]?.string?.isEmpty == false)
            #expect(message.data["retry_after_ms"]?.int ?? 0 > 0)
            #expect(try ada.expectClose() == 4429)
            try bob.expectNothing()
        }
    }

    @Test("a class of messages has a limit of its own", arguments: ContractTransport.ofMessages)
    func classes(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport,
            {
                $0.rates.publishes = MessageRate(perSecond: 1, burst: 2)
                $0.rates.queries = MessageRate(perSecond: 1, burst: 3)
            }
        ) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            for _ in 0..<2 { #expect(try ada.ask("message", in: "a", "1").type == "ack") }
            #expect(try ada.ask("message", in: "a", "1").code == "rate_limited")
            for _ in 0..<2 { #expect(try ada.ask("query_room", in: "a").type == "room_info") }
            #expect(try ada.ask("query_room", in: "a").code == "rate_limited")
            #expect(try ada.ask("ping").type == "pong")
        }
    }

    @Test("a user's connections have a limit together", arguments: ContractTransport.ofMessages)
    func user(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.rates.userMessages = MessageRate(perSecond: 1, burst: 6) }
        ) { house in
            let clients = try (0..<3).map { _ in try house.connect("ada") }
            for client in clients {
                #expect(try client.ask("ping").type == "pong")
                #expect(try client.ask("ping").type == "pong")
            }
            for client in clients { #expect(try client.ask("ping").code == "rate_limited") }
            #expect(try house.connect("bob").ask("ping").type == "pong")
        }
    }

    @Test("without limits there are none", arguments: ContractTransport.allCases)
    func unlimited(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rates = .none }) { house in
            let ada = try house.connect("ada")
            for _ in 0..<1_500 { ada.say("ping") }
            for _ in 0..<1_500 { try ada.expect("pong") }
        }
    }
}
