import ScriptedServer
import Testing

@testable import realtime_bench

@Suite("Posting notifications to a server that answers by script")
struct EnqueueTests {
    private func entry(_ sequence: Int, user: String = "00000000", duplicate: Bool = false) -> String {
        #"{"user_id":"user-\#(user)","notification_id":"n\#(sequence)","seq":\#(sequence),"#
            + #""duplicate":\#(duplicate)}"#
    }

    private func yes(_ entries: String...) -> ScriptedAnswer {
        .json(201, #"{"notifications":[\#(entries.joined(separator: ","))]}"#)
    }

    /// Posts to one user over one connection until so many are answered; `/proc/self/comm` is a token of sorts.
    private func run(_ server: ScriptedServer, messages: Int, _ more: String = "") throws -> EnqueueLoad {
        let line =
            "enqueue \(server.url) --service-token-file /proc/self/comm --callers 1 --users 1 "
            + "--warmup 0s --duration 20s --messages \(messages) \(more)"
        let options = try Options(arguments: line.split(separator: " ").map(String.init))
        var load = try EnqueueLoad(options)
        let window = Window(warmup: options.warmup, duration: options.duration, messages: options.messages)
        _ = try window.run(&load, meter: nil)
        try load.check()
        return load
    }

    @Test("one after the other on one connection, each with a tag of its own")
    func posts() throws {
        let server = ScriptedServer(yes(entry(4)), yes(entry(5)), yes(entry(6)))
        let load = try run(server, messages: 3, "--idempotent")
        #expect(load.counts.completed == 3)
        #expect(load.counts.latency.count == 3)
        #expect(load.inFlight == 0)
        #expect(server.connectionCount == 1)
        let requests = server.requests
        #expect(requests.map(\.line) == Array(repeating: "POST /api/v1/notifications HTTP/1.1", count: 3))
        #expect(Set(requests.map(\.text)).count == 3)
        #expect(
            requests.allSatisfy { $0.body.count == 200 && $0.text.contains(#""user_id":"user-00000000""#) })
        #expect(requests.allSatisfy { $0.header("Authorization")?.hasPrefix("Bearer ") == true })
    }

    @Test("every answer that is not the right yes ends the run")
    func refuses() {
        let wrong: [ScriptedAnswer] = [
            .json(503, #"{"error":{"code":"unavailable","message":"x"}}"#),
            .json(200, #"{"notifications":[\#(entry(1))]}"#),
            .json(201, #"{"notifications":[]}"#),
            yes(entry(1, user: "00000001")), yes(entry(1, duplicate: true)), yes(entry(1), entry(2)),
            .hangUp, .bytes(Array("HTTP/1.1 201 Created\r\n\r\n".utf8)),
        ]
        for answer in wrong {
            let server = ScriptedServer(answer)
            #expect(throws: BenchFailure.self) { try run(server, messages: 1) }
        }
    }

    @Test("a hole in a user's numbers is found when the run is over")
    func hole() {
        let server = ScriptedServer(yes(entry(1)), yes(entry(3)))
        #expect(throws: BenchFailure.self) { try run(server, messages: 2) }
    }

    @Test("a long answer to a long request is read whole")
    func long() throws {
        let entries = (1...20_000).map { entry($0) }.joined(separator: ",")
        let server = ScriptedServer(.json(201, #"{"notifications":[\#(entries)]}"#), .json(409, "{}"))
        let line = "enqueue \(server.url) --service-token-file /proc/self/comm"
        let options = try Options(arguments: line.split(separator: " ").map(String.init))
        let body = String(repeating: "x", count: 300_000)
        let answer = try BlockingPost.send(body, options)
        let count = try answer.span.withUnsafeBytes { try NotificationReceipt.forEach(in: $0) { _ in } }
        #expect(count == 20_000)
        #expect(server.requests.first?.body.count == 300_000)
        #expect(throws: BenchFailure.self) { try BlockingPost.send(body, options) }
    }

    @Test("pages are asked for one after the other, and must hold notifications and counts")
    func pages() throws {
        let good = #"{"items":[{"notification_id":"n1"}],"unread":1,"unseen":1,"total":1}"#
        func run(_ answer: ScriptedAnswer) throws -> (ScriptedServer, PageLoad) {
            let server = ScriptedServer(answer)
            let line = "pages \(server.url) --service-token-file /proc/self/comm --users 1"
            let options = try Options(arguments: line.split(separator: " ").map(String.init))
            var load = try PageLoad(options)
            _ = try Window(warmup: 0, duration: 20 * Clock.second, messages: 3).run(&load, meter: nil)
            return (server, load)
        }
        let (server, load) = try run(.json(200, good))
        #expect(load.counts.completed == 3)
        #expect(server.requests.count == 3)
        let line = "GET /api/v1/users/user-00000000/notifications?limit=20 HTTP/1.1"
        #expect(server.requests.allSatisfy { $0.line == line && $0.body.isEmpty })
        for body in ["{}", #"{"items":[],"unread":0,"total":0}"#, #"{"items":[{"a":1}],"total":0}"#] {
            #expect(throws: BenchFailure.self) { try run(.json(200, body)) }
        }
        #expect(throws: BenchFailure.self) { try run(.json(404, good)) }
    }
}
