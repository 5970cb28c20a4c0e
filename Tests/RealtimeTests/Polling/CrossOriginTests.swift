import Testing

@testable import Realtime

/// What pages of other origins may do without a WebSocket: the same as with one.
@Suite("Polling from pages of other origins", .timeLimit(.minutes(10)))
struct CrossOriginTests {
    private static let app = "https://app.example"

    /// A request, and how it is answered where its page may ask.
    private struct Call: CustomTestStringConvertible {
        let method: String
        let path: String
        var body: String?
        var hasToken = true
        let status: Int

        var testDescription: String { "\(method) \(path) \(status)" }
    }

    private static let calls = [
        Call(method: "GET", path: "poll", status: 200),
        Call(method: "HEAD", path: "poll", status: 200),
        Call(method: "GET", path: "poll?wait=x", status: 400),
        Call(method: "GET", path: "poll", hasToken: false, status: 401),
        Call(method: "PUT", path: "poll", status: 405),
        Call(method: "DELETE", path: "poll?session=none", status: 404),
        Call(method: "POST", path: "send", body: #"{"type":"ping"}"#, status: 200),
        Call(method: "POST", path: "send", body: "{", status: 400),
        Call(method: "POST", path: "send?session=none", body: "[]", status: 404),
        Call(method: "POST", path: "send", body: "[]", hasToken: false, status: 401),
        Call(
            method: "POST", path: "send",
            body: "[\(Array(repeating: "1", count: 101).joined(separator: ","))]", status: 413),
        Call(method: "GET", path: "events?token=x", hasToken: false, status: 401),
        Call(method: "HEAD", path: "events", status: 200),
        Call(method: "POST", path: "events", body: "", status: 405),
        Call(method: "GET", path: "nothing", status: 404),
        Call(method: "OPTIONS", path: "poll", hasToken: false, status: 204),
        Call(method: "OPTIONS", path: "send", hasToken: false, status: 204),
        Call(method: "OPTIONS", path: "events", hasToken: false, status: 204),
    ]

    private func ask(
        _ call: Call, _ server: RealtimeServer, from origin: String?
    ) throws -> TestBackend.Answer {
        let http = TestBackend(port: server.port, token: call.hasToken ? server.token("ada") : nil)
        return try http.ask(
            call.method, "/api/realtime/\(call.path)", call.body,
            fields: origin.map { ["Origin: \($0)"] } ?? [])
    }

    @Test("a page of a listed origin sees every answer, errors too", arguments: calls)
    private func listed(_ call: Call) async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            let answer = try ask(call, server, from: Self.app)
            #expect(answer.status == call.status)
            #expect(answer.hasField("Access-Control-Allow-Origin: \(Self.app)"))
            #expect(answer.hasField("Vary: Origin"))
        }
    }

    @Test("a page of any other origin is refused, and sees nothing", arguments: calls)
    private func foreign(_ call: Call) async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            for origin in [
                "https://evil.example", "http://app.example", "null", "https://app.example.evil.example",
            ] {
                let answer = try ask(call, server, from: origin)
                // What is nowhere is nowhere for everybody.
                let isSomewhere = call.status != 405 && call.path != "nothing"
                #expect(answer.status == (isSomewhere ? 403 : call.status), "\(origin)")
                #expect(!answer.head.lowercased().contains("access-control-allow-origin"))
                #expect(answer.hasField("Vary: Origin"))
            }
        }
    }

    @Test("who is no browser's page is not asked, and nobody's page is named in the answer", arguments: calls)
    private func noOrigin(_ call: Call) async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            let answer = try ask(call, server, from: nil)
            #expect(answer.status == call.status)
            #expect(!answer.head.lowercased().contains("access-control-allow-origin"))
            #expect(answer.hasField("Vary: Origin"))
        }
    }

    @Test("a preflight says what may be sent, and for how long that is good")
    func preflight() async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            let http = TestBackend(port: server.port, token: nil)
            for path in ["poll", "events", "send"] {
                let answer = try http.ask(
                    "OPTIONS", "/api/realtime/\(path)",
                    fields: [
                        "Origin: \(Self.app)", "Access-Control-Request-Method: POST",
                        "Access-Control-Request-Headers: authorization,content-type",
                    ])
                #expect(answer.status == 204)
                #expect(answer.hasField("Access-Control-Allow-Methods: GET, POST, DELETE, OPTIONS"))
                #expect(
                    answer.hasField(
                        "Access-Control-Allow-Headers: authorization, content-type, last-event-id"))
                #expect(answer.hasField("Access-Control-Max-Age: 600"))
            }
        }
    }

    @Test("a page of the server's own origin may ask, and with * any page", arguments: [[], ["*"]])
    func ownAndAny(origins: [String]) async throws {
        try await withServer({ $0.access.origins = origins }) { server in
            let call = Call(method: "GET", path: "poll", status: 200)
            let own = try ask(call, server, from: "http://localhost")
            #expect(own.status == 200)
            #expect(own.hasField("Access-Control-Allow-Origin: http://localhost"))
            let other = try ask(call, server, from: Self.app)
            #expect(other.status == (origins.isEmpty ? 403 : 200))
        }
    }

    @Test("a stream may be seen by the pages that may open it")
    func stream() async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            let ada = TestPoller(server, "ada")
            let stream = try TestEventStream(ada.http, fields: ["Origin: \(Self.app)"])
            #expect(stream.head.contains("Access-Control-Allow-Origin: \(Self.app)\r\n"))
            #expect(try stream.next().type == "session")
        }
    }

    @Test("the backend's API is for no page")
    func backend() async throws {
        try await withServer({ $0.access.origins = [Self.app] }) { server in
            let answer = try server.backend().ask("PUT", "/api/v1/stats", fields: ["Origin: \(Self.app)"])
            #expect(answer.status == 405)
            #expect(!answer.head.lowercased().contains("access-control"))
        }
    }
}
