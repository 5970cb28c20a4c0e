import Handlers
import Testing

@testable import Realtime

/// The application's door: by the same handlers as a client's message.
@Suite("Application events", .timeLimit(.minutes(10)))
struct ApplicationEventTests {
    private func task(_ id: ClientMessageID? = nil, by service: UserID? = "backend") -> ApplicationEvent {
        ApplicationEvent(
            type: ExactText("task_created"), data: SharedBytes(#"{"task_id":"t","project_id":"p"}"#),
            room: nil, messageID: id, service: service)
    }

    @Test("an event is handled, and what came of it returned")
    func handled() async throws {
        try await withHouse(.memory) { house in
            let ada = try house.connect("ada")
            try ada.join("p")
            let event = task()
            let publication = try house.run { try await $0.core.handle(event) }
            #expect(publication.seq == 1 && publication.room == "p")
            #expect(try ada.expect("task_created").messageID == publication.messageID.description)
        }
    }

    @Test("one that is repeated by the same service is answered as the first was, and published once")
    func repeated() async throws {
        try await withHouse(.memory) { house in
            let ada = try house.connect("ada")
            try ada.join("p")
            let event = task("once")
            let other = task("once", by: "other")
            let first = try house.run { try await $0.core.handle(event) }
            let again = try house.run { try await $0.core.handle(event) }
            #expect(again.messageID == first.messageID && again.seq == 1 && again.room == "p")
            #expect(try house.run { try await $0.core.handle(other) }.seq == 2)
            try ada.expect("task_created")
            try ada.expect("task_created")
            try ada.expectNothing()
        }
    }

    @Test("the Swift code of the application names no service, and nothing is remembered of it")
    func withoutService() async throws {
        try await withHouse(.memory) { house in
            let event = task("once", by: nil)
            let first = try house.run { try await $0.core.handle(event) }
            let second = try house.run { try await $0.core.handle(event) }
            #expect(first.seq == 1 && second.seq == 2)
        }
    }

    @Test("what fails says why, and is not remembered")
    func failures() async throws {
        let handlers = HandlerRegistry.builtIn()
        let attempts = Notes()
        try handlers.register(
            ScriptedHandler("Fickle", of: Knock.self) { _, context in
                attempts.note("attempt")
                guard attempts.all.count > 1 else { throw Fault() }
                try await context.relay(to: "a")
            })
        try await withHouse(.memory, handlers: handlers) { house in
            let event = ApplicationEvent(
                type: ExactText("knock"), messageID: "once", service: "backend")
            let error = #expect(throws: RealtimeError.self) {
                try house.run { try await $0.core.handle(event) }
            }
            #expect(error?.code == .handlerFailed)
            for _ in 0..<2 {
                let publication = try house.run { try await $0.core.handle(event) }
                #expect(publication.seq == 1)
            }
            #expect(attempts.all.count == 2)
        }
    }

    @Test("a type that nobody takes is unknown, data of another shape malformed")
    func refused() async throws {
        try await withHouse(.memory) { house in
            func code(_ type: String, _ data: String) -> ErrorCode? {
                let event = ApplicationEvent(type: ExactText(type), data: SharedBytes(data))
                let error = #expect(throws: RealtimeError.self) {
                    try house.run { try await $0.core.handle(event) }
                }
                return error?.code
            }
            #expect(code("nonsense", "{}") == .unknownType)
            #expect(code("task_created", "{}") == .malformed)
            #expect(code("task_created", "[]") == .malformed)
            // It has no connection that could join.
            #expect(code("join_room", #"{"room_id":"a"}"#) == .malformed)
        }
    }

    @Test("one that is repeated while the first is handled waits for the same answer")
    func underway() async throws {
        let handlers = HandlerRegistry.builtIn()
        let (gate, arrived) = (Gate(), Inbox<Bool>())
        try handlers.register(
            ScriptedHandler("Slow", of: Knock.self) { _, context in
                arrived.put(true)
                await gate.wait()
                try await context.relay(to: "a")
            })
        try await withHouse(.memory, handlers: handlers) { house in
            defer { gate.open() }
            let event = ApplicationEvent(
                type: ExactText("knock"), messageID: "once", service: "backend")
            let results = Inbox<UInt64?>()
            for _ in 0..<3 {
                Task { results.put(try? await house.backend.core.handle(event).seq) }
            }
            _ = try arrived.take()
            gate.open()
            for _ in 0..<3 { #expect(try results.take() == 1) }
            try house.settle()
        }
    }
}
