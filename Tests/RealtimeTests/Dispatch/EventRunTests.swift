import Handlers
import Testing

@testable import Realtime

/// One event on its way through its handlers: who waits for whom, and what happens when it takes too long.
@Suite("Event runs", .timeLimit(.minutes(10)))
struct EventRunTests {
    private let gate = Gate()
    private let notes = Notes()

    /// A house whose handler of `knock` waits at the gate when it is told to.
    private func withKnocking(
        timeout: Duration = .seconds(10), log: Log = .disabled,
        _ body: @escaping @Sendable (MemoryHouse, Gate, Notes) throws -> Void
    ) async throws {
        let handlers = HandlerRegistry.builtIn()
        try handlers.register(
            ScriptedHandler("Doorman", of: Knock.self) { [gate, notes] event, context in
                notes.note("begin \(event.text ?? "")")
                if event.text?.hasPrefix("wait") == true { await gate.wait() }
                notes.note("end \(event.text ?? "")")
                try await context.reply(Knocked(text: event.text ?? ""))
            })
        try await withHouse(
            .memory, handlers: handlers, log: log,
            {
                $0.handlers.timeout = timeout
                $0.rates = .none
            }
        ) { [gate, notes] house in
            // Whatever happens, nobody waits for ever.
            defer { gate.open() }
            try body(try #require(house as? MemoryHouse), gate, notes)
        }
    }

    private func knock(_ client: ContractClient, _ text: String) {
        client.send(ContractClient.envelope("knock", nil, nil, #"{"text":"\#(text)"}"#, id: text))
    }

    @Test("a handler that waits holds up nobody else, on the same loop or another")
    func holdsUpNobody() async throws {
        try await withKnocking { house, gate, _ in
            let ada = try house.connect("ada", on: 0)
            let others = [try house.connect("bob", on: 0), try house.connect("eve", on: 1)]
            knock(ada, "wait")
            for (index, other) in others.enumerated() {
                knock(other, "\(index)")
                #expect(try other.expect("knocked").data["text"]?.string == "\(index)")
            }
            gate.open()
            #expect(try ada.expect("knocked").replyTo == "wait")
        }
    }

    @Test("the messages of one connection are handled one after the other, in order")
    func oneAfterTheOther() async throws {
        try await withKnocking { house, gate, notes in
            let ada = try house.connect("ada")
            for text in ["wait 1", "2", "wait 3", "4"] { knock(ada, text) }
            ada.say("ping")
            try house.settle()
            #expect(notes.all == ["begin wait 1"])
            gate.open()
            for text in ["wait 1", "2", "wait 3", "4"] {
                #expect(try ada.expect("knocked").replyTo == text)
            }
            try ada.expect("pong")
            #expect(
                notes.all
                    == ["wait 1", "2", "wait 3", "4"].flatMap { ["begin \($0)", "end \($0)"] })
        }
    }

    @Test("what waits behind a handler is bounded: then the socket is not read")
    func backpressure() async throws {
        try await withKnocking { house, gate, _ in
            let ada = try house.connect("ada")
            let link = try #require(ada.link as? MemoryLink)
            knock(ada, "wait")
            for number in 0..<500 { knock(ada, "\(number)") }
            try house.settle()
            // The one that waits, and the 64 that are queued.
            #expect(try link.onLoop { $0.isPaused && $0.deliveredCount == 65 })
            gate.open()
            #expect(try ada.expect("knocked").replyTo == "wait")
            for number in 0..<500 { #expect(try ada.expect("knocked").replyTo == "\(number)") }
            #expect(try link.onLoop { !$0.isPaused })
        }
    }

    @Test("with as many events under way as there may be, one more is unavailable")
    func inFlight() async throws {
        try await withKnocking { house, _, _ in
            let ada = try house.connect("ada", on: 0)
            try house.onLoop(0) { $0.eventsInFlight = 4_096 }
            knock(ada, "x")
            #expect(try ada.reply(to: "x").code == "unavailable")
            try house.onLoop(0) { $0.eventsInFlight = 4_095 }
            knock(ada, "x")
            #expect(try ada.reply(to: "x").type == "knocked")
            #expect(try house.onLoop(0) { $0.eventsInFlight } == 4_095)
        }
    }

    // MARK: Time

    @Test("one that takes too long is answered handler_failed, and the next has its turn")
    func timeOut() async throws {
        let captured = CapturedLines()
        let log = Log(level: .debug, style: .json, sink: captured)
        try await withKnocking(timeout: .milliseconds(50), log: log) { house, gate, _ in
            let ada = try house.connect("ada")
            knock(ada, "wait")
            knock(ada, "next")
            #expect(try ada.reply(to: "wait").code == "handler_failed")
            #expect(try ada.reply(to: "next").type == "knocked")
            gate.open()
            try house.settle()
            try ada.expectNothing()
            #expect(
                captured.lines.contains { $0.contains("handler took too long") && $0.contains("Doorman") })
            for loop in 0..<2 { #expect(try house.onLoop(loop) { $0.eventsInFlight } == 0) }
        }
    }

    @Test("its task is cancelled")
    func cancelled() async throws {
        let handlers = HandlerRegistry.builtIn()
        let ended = Inbox<Bool>()
        try handlers.register(
            ScriptedHandler("Sleeper", of: Knock.self) { _, _ in
                do {
                    try await Task.sleep(for: .seconds(1_000))
                } catch {
                    ended.put(error is CancellationError)
                    throw error
                }
            })
        try await withHouse(
            .memory, handlers: handlers, { $0.handlers.timeout = .milliseconds(50) }
        ) { house in
            let ada = try house.connect("ada")
            #expect(try ada.ask("knock", "{}").code == "handler_failed")
            #expect(try ended.take())
            try ada.expectNothing()
        }
    }

    @Test("what it does too late has no effect: no reply, no publish, and no later handler")
    func tooLate() async throws {
        let handlers = HandlerRegistry.builtIn()
        let (gate, done, notes) = (Gate(), Inbox<[String]>(), Notes())
        try handlers.register(
            ScriptedHandler("Late", of: Knock.self) { _, context in
                await gate.wait()
                var refusals: [String] = []
                do {
                    try await context.reply(Knocked(text: "late"))
                    try await context.relay(to: "a")
                } catch {
                    refusals.append("\(error)")
                }
                done.put(refusals)
            })
        try handlers.register(
            ScriptedHandler("Behind", of: Knock.self) { _, _ in notes.note("behind") }, order: 1)
        // Long enough for a join between two loops on a busy machine.
        try await withHouse(
            .memory, handlers: handlers, { $0.handlers.timeout = .seconds(3) }
        ) { house in
            defer { gate.open() }
            let (ada, bob) = (try house.connect("ada", rooms: "a=w"), try house.connect("bob"))
            try bob.join("a")
            #expect(try ada.ask("knock", "{}").code == "handler_failed")
            gate.open()
            #expect(try done.take().count == 1)
            try house.settle()
            try ada.expectNothing()
            try bob.expectNothing()
            #expect(notes.all.isEmpty)
        }
    }

    @Test("a handler that is always late is switched off, also when it succeeds in the end")
    func alwaysLate() async throws {
        try await withKnocking(timeout: .milliseconds(50)) { house, gate, notes in
            let clients = try (0..<5).map { try house.connect(UserID(stringLiteral: "user \($0)")) }
            for client in clients { knock(client, "wait") }
            for client in clients { #expect(try client.reply(to: "wait").code == "handler_failed") }
            gate.open()
            eventually { notes.all.count { $0 == "end wait" } == 5 }
            try house.settle()
            let status = house.handlers.first { $0.name == "Doorman" }
            #expect(status?.isSwitchedOff == true && status?.failures == 5)
            knock(clients[0], "x")
            #expect(try clients[0].reply(to: "x").code == "handler_failed")
            #expect(!notes.all.contains("begin x"))
        }
    }

    // MARK: Elsewhere

    @Test("a handler may use its context from anywhere")
    func elsewhere() async throws {
        let handlers = HandlerRegistry.builtIn()
        try handlers.register(
            ScriptedHandler("Traveller", of: Knock.self) { event, context in
                // Above the tests, which may have taken all threads of their own priority.
                try await Task.detached(priority: .high) {
                    try await context.relay(to: "a", .others)
                    try await context.acknowledge(with: ["more": 7])
                }.value
            })
        try await withHouse(.memory, handlers: handlers) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("a")
            try bob.join("a")
            let ack = try ada.ask("knock", "{}")
            #expect(ack.type == "ack" && ack.data["more"]?.int == 7 && ack.data["seq"]?.int == 1)
            #expect(try bob.expect("knock").seq == 1)
        }
    }

    // MARK: The connection goes while its event is handled

    @Test("who is cut off while an event is handled, comes back and repeats it, gets its answer")
    func repeatedAfterCut() async throws {
        let handlers = HandlerRegistry.builtIn()
        let (gate, arrived) = (Gate(), Inbox<Bool>())
        try handlers.register(
            ScriptedHandler("Slow", of: Knock.self) { _, context in
                arrived.put(true)
                await gate.wait()
                try await context.publish(Knocked(text: "once"), to: "a", asSender: true)
                try await context.acknowledge(with: ["said": "once"])
            })
        try await withHouse(.memory, handlers: handlers) { house in
            defer { gate.open() }
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try bob.join("a")
            ada.send(ContractClient.envelope("knock", nil, nil, nil, id: "k"))
            _ = try arrived.take()
            try house.cut(ada)
            let again = try house.connect("ada")
            again.send(ContractClient.envelope("knock", nil, nil, nil, id: "k"))
            try house.settle()
            gate.open()
            #expect(try again.reply(to: "k").data["said"]?.string == "once")
            try bob.expect("knocked")
            #expect(try again.ask("knock", id: "k").data["said"]?.string == "once")
            try bob.expectNothing()
        }
    }

    @Test("one that is repeated on another connection while it is handled waits for the same answer")
    func repeatedMeanwhile() async throws {
        try await withKnocking { house, gate, notes in
            let (ada, second) = (try house.connect("ada"), try house.connect("ada"))
            knock(ada, "wait")
            eventually { notes.all == ["begin wait"] }
            second.send(ContractClient.envelope("knock", nil, nil, nil, id: "wait"))
            try second.expectNothing()
            gate.open()
            #expect(try ada.reply(to: "wait").type == "knocked")
            #expect(try second.reply(to: "wait").type == "ack")
            #expect(notes.all.count == 2)
        }
    }
}
