import Handlers
import TestSupport
import Testing

@testable import Realtime

@Suite("POST /api/v1/tasks", .timeLimit(.minutes(10)))
struct TaskAPITests {
    private let path = "/api/v1/tasks"

    @Test(
        "what happened to a task goes to the project's room, byte for byte",
        arguments: ["task_created", "task_updated", "task_status_changed", "task_deleted"])
    func publishes(type: String) async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "project_7")
            let data = #"{"task_id":"T-1", "project_id":"project_7","extra":[1.0]}"#
            let answer = try server.backend().post(path, #"{"type":"\#(type)","data":\#(data)}"#)
            #expect(answer.status == 200)
            #expect(answer.json["seq"]?.int == 1)
            #expect(answer.json["room_id"]?.string == "project_7")
            let text = try ada.nextText(type)
            #expect(text.contains("\"data\":\(data),"))
            #expect(try JSONValue.parse(text)["message_id"] == answer.json["message_id"])
        }
    }

    @Test("another room than the project's may be named, beside the data or in it")
    func otherRoom() async throws {
        try await withServer { server in
            let task = #""task_id":"T-1","project_id":"project_7""#
            for body in [
                #"{"type":"task_deleted","room_id":"r","data":{\#(task)}}"#,
                #"{"type":"task_deleted","data":{\#(task),"room_id":"r"}}"#,
                #"{"type":"task_deleted","room_id":"r","data":{\#(task),"room_id":"r"}}"#,
            ] {
                #expect(try server.backend().post(path, body).json["room_id"]?.string == "r")
            }
            let answer = try server.backend().post(
                path, #"{"type":"task_deleted","room_id":"r","data":{\#(task),"room_id":"s"}}"#)
            #expect(answer.status == 400)
            #expect(answer.message.contains("room_id"))
        }
    }

    @Test(
        "what is wrong is 400 and named",
        arguments: [
            ("{}", "type is missing"),
            (#"{"type":"note","data":{}}"#, "type must be task_created, task_updated"),
            (#"{"type":"task_created"}"#, "data is missing"),
            (#"{"type":"task_created","data":[]}"#, "data must be an object"),
            (#"{"type":"task_created","data":{"project_id":"p"}}"#, "task_id"),
            (#"{"type":"task_created","data":{"task_id":"","project_id":"p"}}"#, "task_id"),
            (#"{"type":"task_created","data":{"task_id":7,"project_id":"p"}}"#, "task_id"),
            (#"{"type":"task_created","data":{"task_id":"T"}}"#, "project_id"),
            (#"{"type":"task_created","data":{"task_id":"T","project_id":""}}"#, "project_id"),
            (#"{"type":"task_created","data":{"task_id":"T","project_id":7}}"#, "project_id"),
            (#"{"type":"task_created","data":{"task_id":"T","project_id":"p","title":7}}"#, "title"),
        ])
    func malformed(body: String, sentence: String) async throws {
        try await withServer { server in
            let answer = try server.backend().post(path, body)
            #expect(answer.status == 400)
            #expect(answer.code == "malformed")
            #expect(answer.message.contains(sentence), "\(answer.message)")
        }
    }

    @Test("where nobody handles tasks it is 400, and where the handler fails 500")
    func handlers() async throws {
        let body = #"{"type":"task_created","data":{"task_id":"T","project_id":"p"}}"#
        let none = HandlerRegistry()
        let failing = HandlerRegistry()
        try failing.register(FailingHandler())
        for (handlers, status, code) in [(none, 400, "unknown_type"), (failing, 500, "handler_failed")] {
            let server = try await RealtimeServer.start(.onFreePort, handlers: handlers, log: .disabled)
            let answer = try await onThread { [path] in try server.backend().post(path, body) }
            await server.stop()
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(!answer.body.contains("secret"))
        }
    }

    private struct FailingHandler: EventHandler {
        struct Failure: Error {
            let reason = "secret"
        }

        func handle(_ event: TaskCreated, in context: EventContext) async throws {
            throw Failure()
        }
    }
}
