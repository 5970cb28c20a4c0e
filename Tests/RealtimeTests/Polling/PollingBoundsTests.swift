import TestSupport
import Testing

@testable import Realtime

/// What one user may take up without a WebSocket, and no more.
@Suite("Bounds of polling", .timeLimit(.minutes(10)))
struct PollingBoundsTests {
    @Test("a user has no more sessions than connections, and has one again when one was left")
    func seats() async throws {
        try await withServer({ $0.presence.maximumConnectionsPerUser = 2 }) { server in
            let first = TestPoller(server, "ada")
            try first.connect()
            let socket = try LiveClient(server, "ada")
            for path in ["poll", "events"] {
                let answer = try first.http.get("/api/realtime/\(path)")
                #expect(answer.status == 429)
                #expect(answer.code == "rate_limited")
            }
            #expect(try first.poll().events.isEmpty)
            _ = try TestPoller(server, "bob").connect()
            #expect(try first.http.delete("/api/realtime/poll?session=\(first.session ?? "")").status == 204)
            #expect(try first.ask().status == 200)
            #expect(try socket.typesUntilPong() == [])
        }
    }

    @Test("of connects that nobody came back to sixteen are kept, and those that are used stay")
    func fresh() async throws {
        try await withServer { server in
            let used = TestPoller(server, "ada")
            try used.connect()
            try used.poll()
            let forgotten = TestPoller(server, "ada")
            try forgotten.connect()
            for _ in 0..<PollRoster.mostFresh { #expect(try TestPoller(server, "ada").ask().status == 200) }
            let stats = try server.backend().get("/api/v1/stats").json
            #expect(stats["active_connections"]?.int == PollRoster.mostFresh + 1)
            #expect(try used.poll()["session_id"]?.string == used.session)
            #expect(try forgotten.poll()["session_id"]?.string != forgotten.session)
        }
    }

    @Test("sixteen requests may be saying something at once, and one more is refused and may try again")
    func sends() async throws {
        let gate = Gate()
        let handlers = HandlerRegistry()
        try handlers.register(ScriptedHandler<Knock>("Slow") { _, _ in await gate.wait() })
        try await withHouse(.polling, handlers: handlers) { house in
            let server = try #require(house as? ServerHouse).server
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let path = "/api/realtime/send?session=\(ada.session ?? "")"
            let knock = #"{"type":"knock","data":{}}"#
            let sending = try (0..<PollSession.mostSends).map { _ in try ada.http.send("POST", path, knock) }
            var refused: TestBackend.Answer?
            eventually {
                // One that comes before the sixteenth of them is of those that wait, and is not waited for.
                let more = try? ada.http.send("POST", path, knock)
                let head = try? more?.read(until: "\r\n\r\n", seconds: 1)
                guard head?.hasPrefix("HTTP/1.1 429 ") == true else { return false }
                refused = TestBackend.Answer(head ?? "")
                return true
            }
            #expect(refused?.hasField("Retry-After: 1") == true)
            gate.open()
            for socket in sending {
                let answer = TestBackend.Answer(try socket.readToEnd())
                #expect(answer.status == 200 && answer.json.answerTypes == ["ack"] || answer.status == 429)
            }
            #expect(try ada.say(#"{"type":"ping"}"#)["type"]?.string == "pong")
        }
    }

    @Test("a body may have a mebibyte, and one that has more is too large")
    func body() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let ping = #"{"type":"ping"}"#
            let blanks = String(repeating: " ", count: (1 << 20) - ping.utf8.count)
            #expect(try ada.say(ping + blanks)["type"]?.string == "pong")
            let path = "/api/realtime/send?session=\(ada.session ?? "")"
            let socket = try server.connect()
            socket.send(
                "POST \(path) HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(ada.http.token ?? "")\r\n"
                    + "Content-Length: \((1 << 20) + 1)\r\n\r\n")
            #expect(try socket.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test("who goes on although too much was said is told goodbye with 4429, and may come back later")
    func offender() async throws {
        try await withServer({ $0.rates.messages = MessageRate(perSecond: 1, burst: 1) }) { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let pings = Array(repeating: #"{"type":"ping"}"#, count: 100).joined(separator: ",")
            var codes: [String] = []
            for _ in 0..<5 where !codes.contains("unavailable") {
                let answer = try ada.post("[\(pings)]")
                codes += answer.json.answerTypes
            }
            #expect(codes.first == "pong")
            #expect(Set(codes) == ["pong", "rate_limited", "unavailable"])
            let last = try ada.poll().events.last
            #expect(last?["type"]?.string == "disconnect")
            #expect(last?["data"]?["code"]?.int == 4429)
            #expect(last?["data"]?["retry_after_ms"]?.int ?? 0 > 0)
        }
    }
}
