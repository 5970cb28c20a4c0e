import Testing

@testable import Realtime

@Suite("Ending connections over HTTP", .timeLimit(.minutes(10)))
struct AdministrationAPITests {
    private let revocations = "/api/v1/revocations"

    @Test("all connections of a user are closed with 4409, and may come back")
    func disconnect() async throws {
        try await withServer { server in
            let ada = try (0..<4).map { _ in try LiveClient(server, "ada", in: "r") }
            let bob = try LiveClient(server, "bob", in: "r")
            let answer = try server.backend().delete("/api/v1/users/ada/connections")
            #expect(answer.status == 200)
            #expect(answer.json["closed"]?.int == 4)
            for client in ada { #expect(try client.closeCode() == 4409) }
            #expect(try server.backend().delete("/api/v1/users/ada/connections").json["closed"]?.int == 0)
            _ = try bob.typesUntilPong()
            _ = try LiveClient(server, "ada")
        }
    }

    @Test("a revoked user's connections are closed with 4401, and their tokens are refused everywhere")
    func revokeUser() async throws {
        try await withServer { server in
            let old = server.token("ada")
            let ada = try (0..<4).map { _ in try LiveClient(server, token: old) }
            let bob = try LiveClient(server, "bob")
            let answer = try server.backend().post(revocations, #"{"user_id":"ada"}"#)
            #expect(answer.status == 200)
            #expect(answer.json["closed"]?.int == 4)
            for client in ada { #expect(try client.closeCode() == 4401) }
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: old) }
            _ = try bob.typesUntilPong()

            // A token of a later second counts.
            let request = TokenRequest(user: "ada")
            let new = try #require(server.core.identity.minter).mint(request, at: .now + .seconds(2))
            _ = try LiveClient(server, token: new)
        }
    }

    @Test("a user who is revoked until a time gets in with no token before it")
    func revokeUserUntil() async throws {
        try await withServer { server in
            let until = Timestamp.now + .seconds(3600)
            let body = #"{"user_id":"ada","until":"\#(until)"}"#
            #expect(try server.backend().post(revocations, body).status == 200)
            let request = TokenRequest(user: "ada")
            let new = try #require(server.core.identity.minter).mint(request, at: .now + .seconds(2))
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: new) }
        }
    }

    @Test("a revoked token's connections are closed, and the user's others are not")
    func revokeToken() async throws {
        try await withServer { server in
            let token = server.token("ada") { $0.tokenID = "token-1" }
            let closed = try (0..<3).map { _ in try LiveClient(server, token: token) }
            let open = try LiveClient(server, token: server.token("ada") { $0.tokenID = "token-2" })
            let answer = try server.backend().post(
                revocations, #"{"jti":"token-1","until":"2999-01-01T00:00:00Z"}"#)
            #expect(answer.json["closed"]?.int == 3)
            for client in closed { #expect(try client.closeCode() == 4401) }
            _ = try open.typesUntilPong()
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: token) }
        }
    }

    @Test("the token of one connection can be revoked, where it has an id")
    func revokeConnection() async throws {
        try await withServer { server in
            let token = server.token("ada") { $0.tokenID = "token-1" }
            let ada = try LiveClient(server, token: token)
            let answer = try server.backend().post(
                revocations, #"{"connection_id":"\#(ada.connectionID)"}"#)
            #expect(answer.status == 200)
            #expect(answer.json["closed"]?.int == 1)
            #expect(try ada.closeCode() == 4401)
            #expect(throws: TestWebSocket.Refused.self) { try LiveClient(server, token: token) }
            let again = try server.backend().post(
                revocations, #"{"connection_id":"\#(ada.connectionID)"}"#)
            #expect(again.status == 404)

            let bob = try LiveClient(server, "bob")
            let refused = try server.backend().post(
                revocations, #"{"connection_id":"\#(bob.connectionID)"}"#)
            #expect(refused.status == 409)
            _ = try bob.typesUntilPong()
        }
    }

    @Test("a connection of a loop that there is not is none")
    func foreignConnection() async throws {
        try await withServer { server in
            let answer = try server.backend().post(
                revocations, #"{"connection_id":"conn_FZZZZZZZZZZZZ"}"#)
            #expect(answer.status == 404)
        }
    }

    @Test(
        "what is wrong is 400 and named",
        arguments: [
            ("{}", "exactly one of user_id, jti and connection_id"),
            (#"{"user_id":"a","jti":"b"}"#, "exactly one of"),
            (#"{"user_id":""}"#, "user_id must be"),
            (#"{"user_id":["a"]}"#, "user_id must be"),
            (#"{"jti":""}"#, "jti must be a string of 1 to 256 bytes"),
            (#"{"jti":"\#(String(repeating: "x", count: 257))"}"#, "jti must be"),
            (#"{"connection_id":"ada"}"#, "connection_id must be"),
            (#"{"user_id":"a","until":"tomorrow"}"#, "until must be a time"),
            (#"{"user_id":"a","until":7}"#, "until must be a string"),
            (#"{"user_id":"a","until":"2001-01-01T00:00:00Z"}"#, "until must be in the future"),
        ])
    func malformed(body: String, sentence: String) async throws {
        try await withServer { server in
            let answer = try server.backend().post(revocations, body)
            #expect(answer.status == 400)
            #expect(answer.code == "malformed")
            #expect(answer.message.contains(sentence), "\(answer.message)")
        }
    }

    @Test("the statistics are those of what happened")
    func statistics() async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "a", "b")
            let other = try LiveClient(server, "ada", in: "a")
            ada.send(#"{"type":"chat_message","room_id":"a","data":{"content":"hi"}}"#)
            _ = try other.next("chat_message")
            eventually { (try? server.backend().get("/api/v1/stats").json["users_online"]?.int) == 1 }
            let stats = try server.backend().get("/api/v1/stats").json
            #expect(stats["active_connections"]?.int == 2)
            #expect(stats["rooms"]?.int == 2)
            #expect(stats["messages_received"]?.int == 4)
            // Greetings, joins, the chat message to both, and what one heard of the other.
            #expect(stats["messages_sent"]?.int ?? 0 >= 7)
            #expect(stats["uptime_seconds"]?.double ?? 0 > 0)
            let handlers = try #require(stats["handlers"]?.array)
            let chat = try #require(handlers.first { $0["event_type"]?.string == "chat_message" })
            #expect(chat["name"]?.string == "ChatHandler")
            #expect(chat["handled"]?.int == 1)
            #expect(chat["enabled"]?.bool == true)
        }
    }
}
