import Testing

@testable import Realtime

/// Section 2 of the wire contract, as far as it is about the request: where the token stands, and which pages may
/// connect. There is no such thing without sockets.
@Suite("Contract: the upgrade request", .timeLimit(.minutes(10)))
struct TokenPlaceContractTests {
    /// Asks for an upgrade, and returns who one is then, or the status that it was refused with.
    private func connect(
        _ house: ContractHouse, query: String = "", headers: String = "", path: String = "/ws"
    ) throws -> String {
        let server = try #require(house as? ServerHouse).server
        do {
            let webSocket = try TestWebSocket(server.connect(), path: path + query, headers: headers)
            let client = ContractClient(WebSocketLink(webSocket), settle: house.settle)
            try client.expectGreeting()
            return client.greeting["user_id"]?.string ?? "nobody"
        } catch let refused as TestWebSocket.Refused {
            return String(refused.answer.split(separator: " ")[1])
        }
    }

    @Test("the token comes in the query, the header, or a subprotocol", arguments: ["/ws", "/"])
    func places(path: String) async throws {
        try await withHouse(.webSocket) { house in
            let token = try house.token("ada")
            #expect(try connect(house, query: "?token=\(token)", path: path) == "ada")
            #expect(try connect(house, headers: "Authorization: Bearer \(token)\r\n", path: path) == "ada")
            let offer = "Sec-WebSocket-Protocol: realtime.v1, bearer.\(token)\r\n"
            #expect(try connect(house, headers: offer, path: path) == "ada")
        }
    }

    @Test("where several are given the header wins, then the subprotocol, then the query")
    func precedence() async throws {
        try await withHouse(.webSocket) { house in
            let header = "Authorization: Bearer \(try house.token("header"))\r\n"
            let offer = "Sec-WebSocket-Protocol: realtime.v1, bearer.\(try house.token("offer"))\r\n"
            let query = "?token=\(try house.token("query"))"
            #expect(try connect(house, query: query, headers: header + offer) == "header")
            #expect(try connect(house, query: query, headers: offer) == "offer")
            #expect(try connect(house, query: query, headers: header) == "header")
            #expect(try connect(house, headers: offer + header) == "header")
        }
    }

    @Test("a bad token in the place that wins is not made up for by a good one elsewhere")
    func noFallback() async throws {
        try await withHouse(.webSocket) { house in
            let good = try house.token("ada")
            let query = "?token=\(good)"
            #expect(try connect(house, query: query, headers: "Authorization: Bearer x\r\n") == "401")
            #expect(try connect(house, query: query, headers: "Authorization: Bearer \r\n") == "401")
            let offer = "Sec-WebSocket-Protocol: realtime.v1, bearer.x\r\n"
            #expect(try connect(house, query: query, headers: offer) == "401")
        }
    }

    @Test("an empty token is a bad one, and not none")
    func emptyToken() async throws {
        try await withHouse(.webSocket) { house in
            let (empty, twice) = (
                try connect(house, query: "?token="), try connect(house, query: "?token=x&token=y")
            )
            #expect(empty == "401" && twice == "400")
        }
    }

    @Test("the server selects realtime.v1, and never names the token's subprotocol")
    func subprotocol() async throws {
        try await withHouse(.webSocket) { house in
            let server = try #require(house as? ServerHouse).server
            let token = try house.token("ada")
            func selected(_ offer: String) throws -> String? {
                let webSocket = try TestWebSocket(
                    server.connect(), path: "/ws", headers: "Sec-WebSocket-Protocol: \(offer)\r\n")
                #expect(!webSocket.handshake.contains("bearer"))
                let line = webSocket.handshake.lowercased().split(separator: "\r\n").first {
                    $0.hasPrefix("sec-websocket-protocol:")
                }
                return line.map { String($0.dropFirst("sec-websocket-protocol:".count)) }
            }
            #expect(try selected("realtime.v1, bearer.\(token)") == " realtime.v1")
            #expect(try selected("bearer.\(token), realtime.v1") == " realtime.v1")
            #expect(try selected("bearer.\(token)") == nil)
            #expect(try selected("realtime.v1") == " realtime.v1")
        }
    }

    @Test("a bad token is answered by 401 with a JSON body, before any upgrade")
    func unauthorized() async throws {
        try await withHouse(.webSocket) { house in
            let server = try #require(house as? ServerHouse).server
            let answer = try server.upgradeRefusal("/ws?token=nonsense")
            #expect(answer.status == 401)
            #expect(answer.head.lowercased().contains("content-type: application/json"))
            #expect(answer.head.lowercased().contains("www-authenticate: bearer"))
            #expect(!answer.head.lowercased().contains("upgrade:"))
            let error = try #require(answer.json?["error"])
            #expect(error["code"]?.string == "unauthenticated")
            #expect(error["message"]?.string?.isEmpty == false)
        }
    }

    // MARK: Origins

    private func origin(_ origin: String, _ more: String = "") -> String {
        "Origin: \(origin)\r\n" + more
    }

    @Test("a request without an origin is no browser's, and allowed; other origins than the host's are 403")
    func sameOrigin() async throws {
        try await withHouse(.webSocket) { house in
            let query = "?token=\(try house.token("ada"))"
            // The requests of these tests are for the host `localhost`.
            #expect(try connect(house, query: query) == "ada")
            #expect(try connect(house, query: query, headers: origin("http://localhost")) == "ada")
            #expect(try connect(house, query: query, headers: origin("https://LOCALHOST:443")) == "ada")
            for other in [
                "https://evil.example", "null", "http://localhost.evil.example", "http://localhost:1", "",
            ] {
                #expect(try connect(house, query: query, headers: origin(other)) == "403", "\(other)")
            }
        }
    }

    @Test("the origin is looked at before the token")
    func originFirst() async throws {
        try await withHouse(.webSocket) { house in
            let server = try #require(house as? ServerHouse).server
            let answer = try server.upgradeRefusal(
                "/ws?token=nonsense", headers: "Origin: https://evil.example\r\n")
            #expect(answer.status == 403)
            #expect(answer.json?["error"]?["code"]?.string == "forbidden")
            #expect(try connect(house, headers: origin("https://evil.example")) == "403")
        }
    }

    @Test("where origins are listed, just those may connect")
    func listed() async throws {
        try await withHouse(.webSocket, { $0.access.origins = ["https://app.example.com"] }) { house in
            let query = "?token=\(try house.token("ada"))"
            #expect(try connect(house, query: query, headers: origin("https://app.example.com")) == "ada")
            #expect(try connect(house, query: query) == "ada")
            for other in ["http://app.example.com", "https://app.example.com:8443", "http://localhost"] {
                #expect(try connect(house, query: query, headers: origin(other)) == "403", "\(other)")
            }
        }
    }

    @Test("with * any page may connect")
    func anyOrigin() async throws {
        try await withHouse(.webSocket, { $0.access.origins = ["*"] }) { house in
            let query = "?token=\(try house.token("ada"))"
            #expect(try connect(house, query: query, headers: origin("https://evil.example")) == "ada")
        }
    }

    @Test("X-Forwarded-Host counts behind a trusted proxy, and nowhere else", arguments: [false, true])
    func forwarded(isTrusted: Bool) async throws {
        try await withHouse(
            .webSocket, { $0.access.trustedProxies = isTrusted ? ["127.0.0.0/8"] : ["10.0.0.0/8"] }
        ) { house in
            let query = "?token=\(try house.token("ada"))"
            let forwarded = origin("https://app.example.com", "X-Forwarded-Host: app.example.com\r\n")
            #expect(try connect(house, query: query, headers: forwarded) == (isTrusted ? "ada" : "403"))
            let inner = origin("http://localhost", "X-Forwarded-Host: app.example.com\r\n")
            #expect(try connect(house, query: query, headers: inner) == (isTrusted ? "403" : "ada"))
        }
    }
}
