import Handlers
import ScriptedServer
import TestSupport
import Testing

@testable import Realtime

@Suite("GET /metrics", .timeLimit(.minutes(10)))
struct MetricsTests {
    @Test("the page is well-formed, and names say what kind of number they are")
    func form() async throws {
        try await withServer { server in
            let page = try server.metrics()
            #expect(page.families.count > 25)
            for (name, family) in page.families {
                #expect(name.hasPrefix("realtime_") || name.hasPrefix("process_"), "\(name)")
                #expect(family.kind == (name.hasSuffix("_total") ? "counter" : "gauge"), "\(name)")
                #expect(!family.samples.isEmpty, "\(name)")
            }
        }
    }

    @Test("the numbers are those of what happened")
    func numbers() async throws {
        try await withServer {
            $0.rates.messages = MessageRate(perSecond: 1, burst: 6)
        } _: { server in
            let before = try server.metrics()
            let ada = try LiveClient(server, "ada", in: "r")
            let bob = try LiveClient(server, "bob", in: "r", "s")
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: "nonsense") }
            ada.send(#"{"type":"chat_message","room_id":"r","data":{"content":"hi"}}"#)
            _ = try bob.next("chat_message")
            ada.send(#"{"type":"chat_message","room_id":"elsewhere","data":{"content":"hi"}}"#)
            _ = try ada.next("error")
            // The first of each is answered, the last is one too many.
            for _ in 0..<6 { bob.send(#"{"type":"ping"}"#) }
            _ = try bob.next("error")
            _ = try TestBackend(port: server.port).get("/nothing")

            let after = try server.metrics()
            func growth(_ series: String) -> Double? {
                guard let now = after[series], let then = before[series] else { return nil }
                return now - then
            }
            #expect(after["realtime_build_info{version=\"\(RealtimeVersion.current)\"}"] == 1)
            #expect(after["realtime_sessions{transport=\"websocket\"}"] == 2)
            #expect(after["realtime_users_online"] == 2)
            #expect(after["realtime_rooms"] == 2)
            #expect(after["realtime_history_messages"] == 1)
            #expect(after["realtime_history_bytes"] ?? 0 > 100)
            #expect(growth("realtime_room_joins_total") == 3)
            #expect(growth("realtime_events_published_total") == 1)
            #expect(growth("realtime_messages_received_total") == 11)
            #expect(growth("realtime_messages_sent_total") ?? 0 >= 10)
            #expect(growth("realtime_websockets_opened_total") == 2)
            #expect(growth("realtime_connections_accepted_total") == 5)
            #expect(growth("realtime_connections_refused_total") == 0)
            #expect(growth("realtime_http_requests_total") == 5)
            #expect(growth("realtime_http_responses_total{class=\"4xx\"}") == 2)
            #expect(growth("realtime_bytes_received_total") ?? 0 > 1000)
            #expect(growth("realtime_bytes_sent_total") ?? 0 > 1000)
            #expect(growth("realtime_errors_total{code=\"not_in_room\"}") == 1)
            #expect(growth("realtime_errors_total{code=\"rate_limited\"}") ?? 0 >= 1)
            #expect(growth("realtime_rate_limited_total") ?? 0 >= 1)
            #expect(growth("realtime_authentications_total{outcome=\"accepted\"}") == 2)
            #expect(growth("realtime_authentications_total{outcome=\"malformed\"}") == 1)
            let chat = "{handler=\"ChatHandler\",event=\"chat_message\"}"
            #expect(growth("realtime_handler_runs_total\(chat)") == 2)
            #expect(growth("realtime_handler_failures_total\(chat)") == 0)
            #expect(after["realtime_handler_switched_off\(chat)"] == 0)
            #expect(after["realtime_events_in_flight"] == 0)
            #expect(after["realtime_slow_readers_total"] == 0)
            #expect(after["process_resident_memory_bytes"] ?? 0 > 1_000_000)
            #expect(after["process_cpu_seconds_total"] ?? 0 > 0)
        }
    }

    @Test("clients without a WebSocket are counted too, by what they do and how they have ended")
    func polling() async throws {
        try await withServer { server in
            let socket = try LiveClient(server, "bob", in: "r")
            let before = try server.metrics()
            let (ada, eve) = (TestPoller(server, "ada"), TestPoller(server, "eve"))
            try ada.connect()
            try eve.connect()
            try ada.join("r")
            _ = try socket.next("user_online")
            let waiting = try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 60))
            let stream = try TestEventStream(eve.http, "?session=\(eve.session ?? "")")
            _ = try stream.next("connect")
            eventually { (try? server.metrics()["realtime_polls_waiting"]) == 1 }
            var now = try server.metrics()
            #expect(now["realtime_sessions{transport=\"websocket\"}"] == 1)
            #expect(now["realtime_sessions{transport=\"http\"}"] == 2)
            #expect(now["realtime_event_streams"] == 1)
            func growth(_ series: String) -> Double { (now[series] ?? -1) - (before[series] ?? 0) }
            #expect(growth("realtime_messages_received_total") == 1)
            // Two greetings, the answer to the join, and what the other hears of it.
            #expect(growth("realtime_messages_sent_total") == 4)
            let stats = try server.backend().get("/api/v1/stats").json
            #expect(stats["active_connections"]?.int == 3)
            #expect(stats["users_online"]?.int == 3)

            #expect(try ada.http.delete("/api/realtime/poll?session=\(ada.session ?? "")").status == 204)
            _ = try waiting.readToEnd()
            #expect(try server.backend().delete("/api/v1/users/eve/connections").status == 200)
            _ = try stream.rest()
            now = try server.metrics()
            #expect(now["realtime_http_sessions_ended_total{reason=\"left\"}"] == 1)
            #expect(now["realtime_http_sessions_ended_total{reason=\"closed\"}"] == 1)
            #expect(now["realtime_http_sessions_ended_total{reason=\"abandoned\"}"] == 0)
            #expect(now["realtime_http_sessions_ended_total{reason=\"too_slow\"}"] == 0)
            #expect(now["realtime_sessions{transport=\"http\"}"] == 0)
            #expect(now["realtime_polls_waiting"] == 0)
            #expect(now["realtime_event_streams"] == 0)
        }
    }

    @Test("where the application decides about rooms it is told how often it was asked")
    func roomQuestions() async throws {
        let application = ScriptedServer(
            .json(200, #"{"rights":"rw"}"#, headers: [("Cache-Control", "max-age=60")]),
            .respond(500), .respond(500))
        try await withServer {
            $0.rooms.authorizeURL = application.url
        } _: { server in
            let client = try LiveClient(server, token: server.token("ada") { $0.rooms = nil })
            try client.join("a")
            try client.join("a")
            for _ in 0..<2 {
                client.send(#"{"type":"join_room","room_id":"b"}"#)
                _ = try client.next("error")
            }
            let page = try server.metrics()
            let questions = "realtime_room_questions_total"
            #expect(page["\(questions){answered=\"by_request\"}"] == 3)
            #expect(page["\(questions){answered=\"from_memory\"}"] == 1)
            #expect(page["\(questions){answered=\"by_a_request_underway\"}"] == 0)
            #expect(page["realtime_room_authorizer_failures_total"] == 2)
        }
    }

    @Test("no room, no user and no token is on the page")
    func noNames() async throws {
        try await withServer { server in
            let token = server.token("a-certain-user")
            let client = try LiveClient(server, token: token)
            try client.join("a-certain-room")
            let body = try TestBackend(port: server.port).get("/metrics").body
            #expect(!body.contains("a-certain"))
            #expect(!body.contains(token))
        }
    }

    @Test("what histories held is counted out when their rooms are forgotten")
    func forgottenHistory() async throws {
        try await withServer {
            $0.rooms.historyAge = .milliseconds(100)
        } _: { server in
            for _ in 0..<10 {
                let answer = try server.backend().post("/api/v1/broadcast", #"{"type":"a","room_id":"r"}"#)
                #expect(answer.status == 200)
            }
            eventually {
                guard let page = try? server.metrics() else { return false }
                return page["realtime_rooms"] == 0 && page["realtime_history_messages"] == 0
                    && page["realtime_history_bytes"] == 0
            }
        }
    }

    @Test("with a listener of its own it is there, and nothing else is, also when the server is full")
    func ownListener() async throws {
        try await withServer {
            $0.metrics.listen = HostAndPort(host: "127.0.0.1", port: 0)
            $0.connections.maximum = 1
        } _: { server in
            let port = try #require(server.core.metricsAddress).port
            #expect(server.metricsURL == "http://127.0.0.1:\(port)/metrics")
            #expect(Int(port) != server.port)
            let holder = try server.connect()
            holder.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try holder.read(until: "ok\n")
            let metrics = TestBackend(port: Int(port))
            let page = try ScrapedMetrics(try metrics.get("/metrics").body)
            #expect(page["realtime_connections"] == 1)
            #expect(page["realtime_http_requests_total"] == 1)
            for path in ["/", "/healthz", "/openapi.json", "/ws", "/api/v1/stats"] {
                #expect(try metrics.get(path).status == 404)
            }
            holder.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try holder.read(until: "\r\n\r\n").hasPrefix("HTTP/1.1 404 "))
        }
    }

    /// A connection, used by one thread after the other.
    private struct Scraper: @unchecked Sendable {
        let socket: TestSocket
    }

    @Test("its listener is closed with the server, also when somebody is connected to it")
    func closed() async throws {
        var configuration = ServerConfiguration.onFreePort
        configuration.metrics.listen = HostAndPort(host: "127.0.0.1", port: 0)
        let server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        let port = try #require(server.core.metricsAddress).port
        let scraper = try await onThread {
            let socket = try TestSocket(port: port)
            socket.send("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try socket.read(until: "\r\n\r\n")
            return Scraper(socket: socket)
        }
        await server.stop()
        _ = try? await onThread { try scraper.socket.readToEnd() }
        #expect(throws: TestSocket.Failure.self) { try TestSocket(port: port) }
    }

    @Test("what a label says is escaped")
    func escaping() {
        var text = MetricsText()
        text.family("a", .gauge, "Something.")
        text.sample(1, ["b": "x\"y\\z\nq"])
        text.sample(0.5)
        #expect(
            String(decoding: text.text.array, as: UTF8.self)
                == "# HELP a Something.\n# TYPE a gauge\na{b=\"x\\\"y\\\\z\\nq\"} 1\na 0.5\n")
    }
}
