import Handlers
import RealtimeEvents
import Testing

@testable import Realtime

/// Notes when it is passed, in both directions.
private struct Around: EventMiddleware {
    let name: String
    let notes: Notes

    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        notes.note("\(name) before")
        try await next(context)
        notes.note("\(name) after")
    }
}

/// Lets nobody into one room.
private struct Warden: EventMiddleware {
    let notes: Notes

    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        notes.note("\(context.type) \(context.sender.username)")
        guard context.room != "secret" else { throw RealtimeError(.forbidden, "Not here.") }
        try await next(context)
    }
}

/// Gives the handlers other data.
private struct Changing: EventMiddleware {
    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        guard context.type == "knock" else { return try await next(context) }
        try await next(context.replacingData(with: Knock(text: "changed")))
    }
}

private struct Faulty: EventMiddleware {
    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        if context.type == "knock" { throw Fault() }
        try await next(context)
    }
}

private struct Swallowing: EventMiddleware {
    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {}
}

/// Goes on when the gate is open.
private struct Waiting: EventMiddleware {
    let gate: Gate

    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        if context.type == "knock" { await gate.wait() }
        try await next(context)
    }
}

/// Several handlers of one event, and what stands around them.
@Suite("Handlers and middleware", .timeLimit(.minutes(10)))
struct HandlerChainTests {
    private let handlers = HandlerRegistry.builtIn()
    private let notes = Notes()

    private func register(
        _ name: String, order: Int = 0,
        _ body: @escaping @Sendable (Knock, EventContext) async throws -> Void = { _, _ in }
    ) throws {
        try handlers.register(
            ScriptedHandler(name, of: Knock.self) { [notes] event, context in
                notes.note(name)
                try await body(event, context)
            }, order: order)
    }

    private func withHandlers(
        log: Log = .disabled, time: ManualTime? = nil,
        _ body: @escaping @Sendable (MemoryHouse, ContractClient, Notes) throws -> Void
    ) async throws {
        try await withHouse(.memory, handlers: handlers, log: log, time: time, { $0.rates = .none }) {
            [notes] house in
            try body(try #require(house as? MemoryHouse), try house.connect("ada"), notes)
        }
    }

    // MARK: Order

    @Test("handlers are asked in their order, each once")
    func order() async throws {
        try register("second")
        try register("last", order: 9)
        try register("first", order: -9)
        try await withHandlers { _, ada, notes in
            let answer = try ada.ask("knock")
            #expect(answer.type == "ack")
            #expect(notes.all == ["first", "second", "last"])
        }
    }

    @Test("the first that refuses ends it, with its own words")
    func refusal() async throws {
        try register("first")
        try register("guard") { _, _ in
            throw RealtimeError(.conflict, "Somebody was faster.", retryAfter: .milliseconds(7))
        }
        try register("behind")
        try await withHandlers { _, ada, notes in
            let error = try ada.ask("knock")
            #expect(error.code == "conflict")
            #expect(error.data["message"]?.string == "Somebody was faster.")
            #expect(error.data["retry_after_ms"]?.int == 7)
            #expect(notes.all == ["first", "guard"])
            try ada.expectNothing()
        }
    }

    @Test("what was published before a later handler failed stays, and is acknowledged as such")
    func publishedAlready() async throws {
        try register("relay") { _, context in try await context.relay(to: "a") }
        try register("faulty", order: 1) { _, _ in throw Fault() }
        try await withHandlers { _, ada, notes in
            try ada.join("a")
            #expect(try ada.ask("knock", id: "k").data["seq"]?.int == 1)
            try ada.expect("knock")
            #expect(try ada.ask("knock", id: "k").data["seq"]?.int == 1)
            #expect(notes.all == ["relay", "faulty"])
            try ada.expectNothing()
        }
    }

    @Test("a message has one answer, also from a handler that answers and then fails")
    func oneAnswer() async throws {
        try register("hasty") { _, context in
            try await context.reply(Knocked(text: "done"))
            throw Fault()
        }
        try await withHandlers { _, ada, _ in
            #expect(try ada.ask("knock").type == "knocked")
            try ada.expectNothing()
        }
    }

    @Test("handlers can be switched off and on while it runs; with none left the type is unknown")
    func switching() async throws {
        try register("a")
        try register("b")
        try await withHandlers { house, ada, notes in
            #expect(house.setEnabled(false, handler: "a"))
            let answer = try ada.ask("knock")
            #expect(answer.type == "ack")
            #expect(house.setEnabled(false, handler: "b"))
            #expect(try ada.ask("knock").code == "unknown_type")
            #expect(house.setEnabled(true, handler: "a"))
            #expect(try ada.ask("knock").type == "ack")
            #expect(notes.all == ["b", "a"])
        }
    }

    @Test("a built-in handler can be switched off as well")
    func builtIn() async throws {
        try await withHandlers { house, ada, _ in
            try ada.join("a")
            #expect(house.setEnabled(false, handler: "ChatHandler"))
            #expect(try ada.ask("chat_message", in: "a", #"{"content":"x"}"#).code == "unknown_type")
            #expect(try ada.ask("message", in: "a", "1").type == "ack")
        }
    }

    // MARK: Faults

    @Test("a fault is answered without what is internal, and logged with its cause")
    func fault() async throws {
        let captured = CapturedLines()
        try register("faulty") { _, _ in throw Fault() }
        try await withHandlers(log: Log(level: .debug, style: .json, sink: captured)) { _, ada, _ in
            let error = try ada.ask("knock")
            #expect(error.code == "handler_failed")
            #expect(!error.text.contains("secret"))
            let line = captured.lines.first { $0.contains("handler failed") }
            #expect(line?.contains("a secret of the handler's") == true)
            #expect(line?.contains(#""handler":"faulty""#) == true)
        }
    }

    @Test("data that is not the event's is malformed, and no fault of the handler's")
    func wrongData() async throws {
        try register("a")
        try await withHandlers { house, ada, notes in
            for _ in 0..<10 {
                let error = try ada.ask("knock", #"{"text":5}"#)
                #expect(error.code == "malformed")
                #expect(error.data["message"]?.string?.contains("text") == true)
            }
            #expect(notes.all.isEmpty)
            #expect(try ada.ask("knock", "{}").type == "ack")
            #expect(house.handlers.first { $0.name == "a" }?.failures == 0)
        }
    }

    @Test("a handler that keeps failing is switched off for a while, and says so; others work on")
    func breaker() async throws {
        let captured = CapturedLines()
        let time = ManualTime()
        try register("faulty") { event, _ in if event.text == "bad" { throw Fault() } }
        try await withHandlers(log: Log(level: .info, style: .json, sink: captured), time: time) {
            house, ada, notes in
            func knock(_ text: String) throws -> String? {
                try ada.ask("knock", #"{"text":"\#(text)"}"#).code
            }
            for _ in 0..<5 { #expect(try knock("bad") == "handler_failed") }
            #expect(notes.all.count == 5)
            #expect(captured.lines.count { $0.contains("switched off") } == 1)
            #expect(house.handlers.first { $0.name == "faulty" }?.isSwitchedOff == true)
            // Nobody asks it any more, and nobody else is held up.
            #expect(try knock("good") == "handler_failed")
            #expect(notes.all.count == 5)
            try ada.join("a")
            #expect(try ada.ask("message", in: "a", "1").type == "ack")
            // One is let through to see.
            time.advance(by: .seconds(30))
            #expect(try knock("bad") == "handler_failed")
            #expect(notes.all.count == 6)
            #expect(try knock("good") == "handler_failed")
            time.advance(by: .seconds(30))
            #expect(try knock("good") == nil)
            #expect(captured.lines.count { $0.contains("switched on again") } == 1)
            #expect(house.handlers.first { $0.name == "faulty" }?.isSwitchedOff == false)
            #expect(try knock("good") == nil)
            #expect(house.handlers.first { $0.name == "faulty" }?.handled == 2)
        }
    }

    @Test("refusals are answers: a handler that refuses is not switched off")
    func refusalsCount() async throws {
        try register("strict") { _, _ in throw RealtimeError(.forbidden, "No.") }
        try await withHandlers { house, ada, _ in
            for _ in 0..<20 {
                let answer = try ada.ask("knock")
                #expect(answer.code == "forbidden")
            }
            #expect(house.handlers.first { $0.name == "strict" }?.isSwitchedOff == false)
        }
    }

    // MARK: Middleware

    @Test("middleware stands around the handlers, the first one outermost")
    func middleware() async throws {
        try register("handler")
        handlers.use(Around(name: "outer", notes: notes))
        handlers.use(Around(name: "inner", notes: notes))
        try await withHandlers { _, ada, notes in
            let answer = try ada.ask("knock")
            #expect(answer.type == "ack")
            #expect(notes.all == ["outer before", "inner before", "handler", "inner after", "outer after"])
        }
    }

    @Test("it sees every event, and may refuse it")
    func veto() async throws {
        handlers.use(Warden(notes: notes))
        try await withHandlers { _, ada, notes in
            try ada.join("a")
            let error = try ada.ask("join_room", in: "secret")
            #expect(error.code == "forbidden" && error.data["message"]?.string == "Not here.")
            #expect(try ada.ask("ping").type == "pong")
            #expect(notes.all == ["join_room ada", "join_room ada"])
        }
    }

    @Test("it may change what the handlers get, and what is relayed")
    func transform() async throws {
        try register("relay") { event, context in
            #expect(event.text == "changed")
            try await context.relay(to: "a")
        }
        handlers.use(Changing())
        try await withHandlers { _, ada, _ in
            try ada.join("a")
            #expect(try ada.ask("knock", #"{"text":"original"}"#).type == "ack")
            #expect(try ada.expect("knock").data["text"]?.string == "changed")
        }
    }

    @Test("its own fault is handler_failed, logged, and nobody behind it has acted")
    func middlewareFault() async throws {
        let captured = CapturedLines()
        try register("handler")
        handlers.use(Faulty())
        try await withHandlers(log: Log(level: .debug, style: .json, sink: captured)) { house, ada, notes in
            for _ in 0..<10 {
                let error = try ada.ask("knock")
                #expect(error.code == "handler_failed" && !error.text.contains("secret"))
            }
            #expect(notes.all.isEmpty)
            #expect(captured.lines.first { $0.contains("middleware failed") }?.contains("secret") == true)
            // It is not the handler's fault.
            #expect(house.handlers.first { $0.name == "handler" }?.isSwitchedOff == false)
        }
    }

    @Test("one that goes on with nothing swallows the event, which is acknowledged")
    func swallow() async throws {
        try register("handler")
        handlers.use(Swallowing())
        try await withHandlers { _, ada, notes in
            let answer = try ada.ask("knock")
            #expect(answer.type == "ack")
            #expect(notes.all.isEmpty)
        }
    }

    @Test("one that waits too long is answered handler_failed, and no handler is blamed")
    func slowMiddleware() async throws {
        let gate = Gate()
        try register("handler")
        handlers.use(Waiting(gate: gate))
        try await withHouse(
            .memory, handlers: handlers, { $0.handlers.timeout = .milliseconds(50) }
        ) { [notes, handlers] house in
            defer { gate.open() }
            let ada = try house.connect("ada")
            #expect(try ada.ask("knock").code == "handler_failed")
            gate.open()
            try house.settle()
            try ada.expectNothing()
            #expect(notes.all.isEmpty)
            #expect(handlers.handlers.allSatisfy { $0.failures == 0 })
        }
    }

    // MARK: Presence

    @Test("handlers are told of users who come and go, each once")
    func presence() async throws {
        let told = Inbox<String>()
        try handlers.register(
            ScriptedHandler("Welcome", of: UserOnline.self) { event, context in
                #expect(context.sender.isApplication)
                told.put("\(event.userID) \(event.username) \(event.devices)")
            })
        try handlers.register(
            ScriptedHandler("Goodbye", of: UserOffline.self) { event, _ in
                told.put("\(event.userID) \(event.devices)")
            })
        try await withHouse(
            .memory, handlers: handlers, { $0.presence.grace = .milliseconds(50) }
        ) { house in
            let bob = try house.connect("bob", name: "Bob", device: "phone")
            #expect(try told.take() == "bob Bob 1")
            let desk = try house.connect("bob", device: "desk")
            try house.cut(bob)
            try house.cut(desk)
            #expect(try told.take() == "bob 0")
            try house.settle()
            #expect(told.takeAll().isEmpty)
        }
    }
}

extension ContractHouse {
    var handlers: [HandlerRegistry.Status] { backend.core.registry.handlers }

    func setEnabled(_ isEnabled: Bool, handler name: String) -> Bool {
        backend.core.registry.setEnabled(isEnabled, handler: name)
    }
}
