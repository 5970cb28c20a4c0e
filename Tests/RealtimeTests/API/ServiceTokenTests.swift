import Testing

@testable import Realtime

@Suite("Who may call the backend's API", .timeLimit(.minutes(10)))
struct ServiceTokenTests {
    private static let calls = [
        ("POST", "/api/v1/broadcast"), ("POST", "/api/v1/tasks"), ("GET", "/api/v1/rooms"),
        ("GET", "/api/v1/rooms/r"), ("GET", "/api/v1/users/u"), ("DELETE", "/api/v1/users/u/connections"),
        ("POST", "/api/v1/revocations"), ("GET", "/api/v1/stats"),
    ]

    @Test("without a token every call is 401, whatever else is wrong with it", arguments: calls)
    func noToken(method: String, path: String) async throws {
        try await withServer { server in
            let answer = try TestBackend(port: server.port).ask(method, path, "nonsense")
            #expect(answer.status == 401)
            #expect(answer.code == "unauthenticated")
            #expect(answer.hasField("WWW-Authenticate: Bearer"))
        }
    }

    @Test("with a user's token every call is 403", arguments: calls)
    func userToken(method: String, path: String) async throws {
        try await withServer { server in
            let backend = TestBackend(port: server.port, token: server.token("ada"))
            let answer = try backend.ask(method, path, "nonsense")
            #expect(answer.status == 403)
            #expect(answer.code == "forbidden")
        }
    }

    @Test("a bad token is 401 and never repeated")
    func badToken() async throws {
        try await withServer { server in
            for token in ["", "nonsense", server.backend().token! + "x"] {
                let answer = try TestBackend(port: server.port, token: token).get("/api/v1/stats")
                #expect(answer.status == 401)
                #expect(answer.code == "unauthenticated")
                #expect(!answer.body.contains("nonsense"))
            }
        }
    }

    @Test("a token in the query, another scheme, and two tokens count for nothing")
    func otherPlaces() async throws {
        try await withServer { server in
            let token = server.backend().token!
            let nobody = TestBackend(port: server.port)
            #expect(try nobody.get("/api/v1/stats?token=\(token)").status == 401)
            #expect(
                try nobody.ask("GET", "/api/v1/stats", fields: ["Authorization: Basic \(token)"]).status
                    == 401)
            let twice = try server.backend().ask(
                "GET", "/api/v1/stats", fields: ["Authorization: Bearer \(token)"])
            #expect(twice.status == 400)
        }
    }

    @Test("the scheme's name may be written in any case")
    func schemeCase() async throws {
        try await withServer { server in
            let field = "authorization: bearer \(server.backend().token!)"
            let answer = try TestBackend(port: server.port).ask("GET", "/api/v1/stats", fields: [field])
            #expect(answer.status == 200)
        }
    }

    @Test("a backend's own token can be revoked")
    func revoked() async throws {
        try await withServer { server in
            let backend = server.backend("shop")
            let answer = try server.backend("other").post("/api/v1/revocations", #"{"user_id":"shop"}"#)
            #expect(answer.status == 200)
            #expect(try backend.get("/api/v1/stats").status == 401)
        }
    }

    @Test("a method that an address does not have is 405")
    func wrongMethod() async throws {
        try await withServer { server in
            let answer = try server.backend().get("/api/v1/broadcast")
            #expect(answer.status == 405)
            #expect(answer.code == "method_not_allowed")
            #expect(answer.hasField("Allow: POST, OPTIONS"))
        }
    }

    @Test("an address that is none is 404")
    func notFound() async throws {
        try await withServer { server in
            let answer = try server.backend().get("/api/v1/nothing")
            #expect(answer.code == "not_found")
        }
    }
}
