import Handlers
import TestSupport
import Testing

@testable import Realtime

@Suite("Repeated calls of a backend", .timeLimit(.minutes(10)))
struct IdempotencyTests {
    private static let task = #""type":"task_updated","data":{"task_id":"T","project_id":"r"}"#
    private static let note = #""type":"note","room_id":"r""#

    @Test(
        "the same message_id is answered the same and published once",
        arguments: [("/api/v1/broadcast", note), ("/api/v1/tasks", task)])
    func repeated(path: String, members: String) async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "r")
            let body = #"{\#(members),"message_id":"change-1"}"#
            let first = try server.backend().post(path, body)
            #expect(first.status == 200)
            #expect(first.json["seq"]?.int == 1)
            #expect(try server.backend().post(path, body).json == first.json)
            #expect(try ada.typesUntilPong().filter { $0 == "note" || $0 == "task_updated" }.count == 1)
        }
    }

    @Test("Idempotency-Key says the same as message_id, for every kind of target")
    func field() async throws {
        try await withServer { server in
            for (index, target) in [#""room_id":"r""#, #""user_ids":["u"]"#, #""all":true"#].enumerated() {
                let body = #"{"type":"note",\#(target)}"#
                let first = try server.backend().post(
                    "/api/v1/broadcast", body, fields: ["Idempotency-Key: key \(index)"])
                #expect(first.status == 200)
                let others = [
                    try server.backend().post(
                        "/api/v1/broadcast", body, fields: ["idempotency-key: key \(index)"]),
                    try server.backend().post(
                        "/api/v1/broadcast", #"{"type":"note",\#(target),"message_id":"key \#(index)"}"#),
                ]
                for answer in others { #expect(answer.json == first.json) }
            }
        }
    }

    @Test("an id that was used for what has no place in a room is 409 for a task")
    func usedForSomethingElse() async throws {
        try await withServer { server in
            let first = try server.backend().post(
                "/api/v1/broadcast", #"{"type":"note","all":true,"message_id":"a"}"#)
            #expect(first.status == 200)
            let answer = try server.backend().post("/api/v1/tasks", #"{\#(Self.task),"message_id":"a"}"#)
            #expect(answer.status == 409)
            #expect(answer.code == "conflict")
        }
    }

    @Test("where there are both, message_id counts")
    func both() async throws {
        try await withServer { server in
            let body = #"{\#(Self.note),"message_id":"a"}"#
            let answers = try ["x", "y"].map {
                try server.backend().post("/api/v1/broadcast", body, fields: ["Idempotency-Key: \($0)"])
            }
            #expect(answers[0].status == 200)
            #expect(answers[0].json == answers[1].json)
        }
    }

    @Test("a key that is too long, empty or there twice is 400")
    func badFields() async throws {
        try await withServer { server in
            let body = #"{\#(Self.note),"message_id":"a"}"#
            for fields in [
                ["Idempotency-Key: a", "Idempotency-Key: a"],
                ["Idempotency-Key: \(String(repeating: "x", count: 65))"], ["Idempotency-Key:"],
                ["Idempotency-Key: \u{7F}"],
            ] {
                let answer = try server.backend().post("/api/v1/broadcast", body, fields: fields)
                #expect(answer.status == 400)
            }
        }
    }

    @Test("another backend's id is another, and so is none")
    func others() async throws {
        try await withServer { server in
            let body = #"{\#(Self.note),"message_id":"a"}"#
            #expect(
                try server.backend("one").post("/api/v1/broadcast", body).json["seq"]?.int == 1)
            #expect(
                try server.backend("two").post("/api/v1/broadcast", body).json["seq"]?.int == 2)
            for seq in 3...4 {
                let answer = try server.backend("one").post("/api/v1/broadcast", "{\(Self.note)}")
                #expect(answer.json["seq"]?.int == seq)
            }
        }
    }

    @Test("what was refused is not remembered")
    func refused() async throws {
        try await withServer {
            $0.listen.loops = 1
            $0.rooms.maximum = 1
            $0.rooms.historyAge = .zero
        } _: { server in
            let ada = try LiveClient(server, "ada", in: "other")
            let body = #"{\#(Self.note),"message_id":"a"}"#
            #expect(try server.backend().post("/api/v1/broadcast", body).status == 503)
            ada.send(#"{"type":"leave_room","room_id":"other","message_id":"leave"}"#)
            _ = try ada.next("ack")
            // The room that stood in the way goes with the next tick of the clock.
            var status = 503
            eventually {
                status = (try? server.backend().post("/api/v1/broadcast", body).status) ?? 0
                return status == 200
            }
            #expect(status == 200)
        }
    }

    @Test("of those that come at once one is acted on, and all have its answer")
    func concurrent() async throws {
        let gate = Gate()
        let handlers = HandlerRegistry.builtIn()
        handlers.use(WaitingMiddleware(gate: gate))
        let server = try await RealtimeServer.start(.onFreePort, handlers: handlers, log: .disabled)
        let answers = try await onThread {
            let body = #"{\#(Self.task),"message_id":"change-1"}"#
            let backend = server.backend()
            let sockets = try (0..<16).map { _ in try backend.send("POST", "/api/v1/tasks", body) }
            eventually { server.core.identity.authenticator.outcomes.accepted >= 16 }
            gate.open()
            return try sockets.map { TestBackend.Answer(try $0.readToEnd()) }
        }
        let room = try #require(try await server.presence(in: "r"))
        await server.stop()
        for answer in answers {
            #expect(answer.status == 200)
            #expect(answer.json == answers[0].json)
        }
        #expect(room.position.seq == 1)
    }

    private struct WaitingMiddleware: EventMiddleware {
        let gate: Gate

        func handle(
            _ context: EventContext, next: (EventContext) async throws -> Void
        ) async throws {
            await gate.wait()
            try await next(context)
        }
    }
}
