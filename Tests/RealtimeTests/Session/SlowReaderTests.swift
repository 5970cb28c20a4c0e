import Handlers
import Testing

@testable import Realtime

/// Readers that do not read, or not as fast as others write.
@Suite("Slow readers", .timeLimit(.minutes(10)))
struct SlowReaderTests {
    /// Two clients in a room, and how the second one reads.
    private func meet(
        in house: MemoryHouse
    ) throws -> (ada: ContractClient, bob: ContractClient, link: MemoryLink) {
        let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
        try bob.join("a")
        try ada.join("a")
        try bob.expect("user_online")
        return (ada, bob, try #require(bob.link as? MemoryLink))
    }

    @Test("a slow reader gets no ephemeral messages, and all others")
    func slowReader() async throws {
        try await withMemoryHouse { house in
            let (ada, bob, link) = try meet(in: house)
            _ = try link.onLoop { $0.holdsBack = true }
            let large = String(repeating: "x", count: 60_000)
            for _ in 0..<10 { try ada.ask("message", in: "a", #""\#(large)""#) }
            try ada.ask("typing", in: "a", #"{"active":true}"#)
            try ada.ask("message", in: "a", "11")
            for _ in 0..<10 { try bob.expect("message") }
            #expect(try bob.expect("message").data == .int(11))
            _ = try link.onLoop { $0.holdsBack = false }
            try ada.ask("typing", in: "a", #"{"active":true}"#)
            try bob.expect("typing")
            try bob.expectNothing()
        }
    }

    @Test("a reader that keeps up is not waited for")
    func quickReader() async throws {
        try await withMemoryHouse { house in
            let (ada, bob, link) = try meet(in: house)
            try ada.ask("message", in: "a", "1")
            try bob.expect("message")
            #expect(try link.onLoop { !$0.isSessionWaiting })
        }
    }

    /// A client that has missed so many messages of a room, and whose reader does not read while it comes back.
    private func comeBack(
        in house: MemoryHouse, missing count: Int, of size: Int
    ) throws -> (ada: ContractClient, bob: ContractClient, link: MemoryLink) {
        let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
        let link = try #require(bob.link as? MemoryLink)
        let epoch = try ada.join("a").data["position"]?["epoch"]?.string ?? ""
        let text = String(repeating: "x", count: size)
        for _ in 0..<count { try ada.ask("message", in: "a", #""\#(text)""#) }
        _ = try link.onLoop { $0.holdsBack = true }
        bob.say("join_room", in: "a", #"{"since":{"epoch":"\#(epoch)","seq":0}}"#)
        try house.settle()
        try ada.expect("user_online")
        return (ada, bob, link)
    }

    /// Has the peer read until nothing is left. Returns how much it found each time.
    private func read(_ link: MemoryLink) throws -> [Int] {
        var pages: [Int] = []
        while true {
            let page = try link.onLoop { carrier in
                defer { carrier.readAll() }
                return carrier.unsentBytes
            }
            guard page > 0 else { return pages }
            pages.append(page)
        }
    }

    @Test("a replay is sent as the reader takes it; all else comes behind it, in order")
    func pacedReplay() async throws {
        try await withMemoryHouse { house in
            let (ada, bob, link) = try comeBack(in: house, missing: 30, of: 30_000)
            bob.say("ping")
            for seq in 31...33 { #expect(try ada.ask("message", in: "a", "1").data["seq"]?.int == seq) }
            try ada.ask("typing", in: "a", #"{"active":true}"#)
            try house.settle()
            let pages = try read(link)
            #expect(pages.count >= 15 && pages.allSatisfy { $0 < 64_000 }, "\(pages)")
            _ = try link.onLoop { $0.holdsBack = false }
            #expect(try bob.expect("room_joined").data["recovered"]?.bool == true)
            for seq in 1...33 { #expect(try bob.expect("message").seq == seq) }
            try bob.expect("typing")
            try bob.expect("pong")
            try bob.expectNothing()
        }
    }

    @Test("one that leaves while its replay waits has left when it has the replay, and hears nothing after")
    func leavingMeanwhile() async throws {
        try await withMemoryHouse { house in
            let (ada, bob, link) = try comeBack(in: house, missing: 10, of: 30_000)
            bob.send(ContractClient.envelope("leave_room", "a", nil, nil, id: "leave"))
            try ada.ask("message", in: "a", "1")
            try house.settle()
            _ = try link.onLoop { $0.holdsBack = false }
            try ada.expect("user_offline")
            try ada.ask("message", in: "a", "1")
            try bob.expect("room_joined")
            for seq in 1...11 { #expect(try bob.expect("message").seq == seq) }
            #expect(try bob.expect("ack").replyTo == "leave")
            try bob.expectNothing()
        }
    }

    @Test("what a handler answers behind a join comes behind the replay")
    func answerBehindReplay() async throws {
        let handlers = HandlerRegistry.builtIn()
        try handlers.register(
            ScriptedHandler("Usher", of: Knock.self, effect: .answers) { event, context in
                let since = StreamPosition(epoch: event.text ?? "", seq: 0)
                try await context.join("a", since: since)
                try await context.reply(Knocked(text: "welcome"))
            })
        try await withMemoryHouse(handlers: handlers) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            let link = try #require(bob.link as? MemoryLink)
            let epoch = try ada.join("a").data["position"]?["epoch"]?.string ?? ""
            let text = String(repeating: "x", count: 30_000)
            for _ in 0..<5 { try ada.ask("message", in: "a", #""\#(text)""#) }
            _ = try link.onLoop { $0.holdsBack = true }
            bob.say("knock", #"{"text":"\#(epoch)"}"#)
            try house.settle()
            _ = try link.onLoop { $0.holdsBack = false }
            try bob.expect("room_joined")
            for seq in 1...5 { #expect(try bob.expect("message").seq == seq) }
            try bob.expect("knocked")
            try bob.expectNothing()
        }
    }

    @Test("one that catches up slowly misses what is ephemeral, and nothing else")
    func ephemeralMeanwhile() async throws {
        try await withMemoryHouse { house in
            let (ada, bob, link) = try comeBack(in: house, missing: 2, of: 60_000)
            let large = String(repeating: "x", count: 60_000)
            for _ in 0..<9 { try ada.ask("message", in: "a", #""\#(large)""#) }
            for _ in 0..<100 { try ada.ask("typing", in: "a", #"{"active":true}"#) }
            try ada.ask("message", in: "a", "12")
            try house.settle()
            _ = try link.onLoop { $0.holdsBack = false }
            try bob.expect("room_joined")
            for seq in 1...12 { #expect(try bob.expect("message").seq == seq) }
            try bob.expectNothing()
        }
    }

    @Test("one that catches up more slowly than others publish is cut off, and leaves its rooms")
    func neverCatchesUp() async throws {
        // On one loop, so that it is cut off in the middle of a publish.
        try await withMemoryHouse({
            $0.listen.loops = 1
            $0.presence.grace = .zero
        }) { house in
            let (ada, bob, _) = try comeBack(in: house, missing: 10, of: 60_000)
            let large = String(repeating: "x", count: 60_000)
            for _ in 0..<20 { try ada.ask("message", in: "a", #""\#(large)""#) }
            try bob.expect("room_joined")
            #expect(try bob.expect("message").seq == 1)
            #expect(try bob.expectClose() == 4507)
            try ada.expect("user_offline")
        }
    }

    @Test("one that is lost in the middle of its replay leaves its rooms")
    func lostMeanwhile() async throws {
        try await withMemoryHouse({ $0.presence.grace = .zero }) { house in
            let (ada, bob, _) = try comeBack(in: house, missing: 10, of: 60_000)
            try ada.ask("message", in: "a", "11")
            try house.cut(bob)
            try ada.expect("user_offline")
            try ada.ask("message", in: "a", "12")
        }
    }
}
