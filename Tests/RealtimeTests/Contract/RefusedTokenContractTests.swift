import Testing

@testable import Realtime

/// Where a client can bring its token.
enum TokenPlace: String, CaseIterable, CustomTestStringConvertible {
    case query, header, subprotocol, firstMessage, renewal, backend

    var testDescription: String { rawValue }
}

/// What libjwt alone would take, or what others are known to have taken, gets nobody in: whichever way it comes.
/// Why each is refused is tested where tokens are read; here it is that they are, and that nobody learns more.
@Suite("Contract: refused tokens", .timeLimit(.minutes(10)))
struct RefusedTokenContractTests {
    /// The servers of these tests live in the present.
    private static let now = TimeSource.system.date.milliseconds / 1000
    private static let payload = #"{"sub":"ada","exp":\#(now + 3600),"iss":"me","aud":"you"}"#

    private static func token(
        header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String = payload,
        by signer: Forge.Signer = .secret(Forge.secret)
    ) -> String {
        Forge.token(header: header, payload: payload, by: signer)
    }

    private static func claims(_ more: String) -> String {
        payload.dropLast() + ",\(more)}"
    }

    /// Tokens that a server with the secret and the RSA key refuses, by what is wrong with them.
    private static let refused: [(name: String, token: String)] = {
        let good = token()
        let parts = good.split(separator: ".").map(String.init)
        func unsigned(_ algorithm: String) -> String {
            Base64URL.encode(#"{"alg":"\#(algorithm)"}"#.utf8) + "." + parts[1] + "."
        }
        var list: [(String, String)] = [
            ("empty", ""), ("no token", "nonsense"), ("cut short", String(good.dropLast(5))),
            ("other secret", token(by: .secret(Forge.otherSecret))),
            ("one-byte secret", token(by: .secret([0x78]))),
            ("HS256 with the text of the public key", token(by: .secret(SigningKey.rsa.publicPEM))),
            ("none", token(header: #"{"alg":"none"}"#)), ("None", token(header: #"{"alg":"None"}"#)),
            ("none, unsigned", unsigned("none")), ("unsigned", parts[0] + "." + parts[1] + "."),
            ("two parts", parts[0] + "." + parts[1]), ("lower case", token(header: #"{"alg":"hs256"}"#)),
            ("HS384", token(header: #"{"alg":"HS384"}"#, by: .secret(Forge.secret, .sha384))),
            ("HS512", token(header: #"{"alg":"HS512"}"#, by: .secret(Forge.secret, .sha512))),
            ("RS256 of another key", token(header: #"{"alg":"RS256"}"#, by: .rsa(.otherRSA))),
            ("PS256", token(header: #"{"alg":"PS256"}"#, by: .rsa(.rsa))),
            ("expired", token(payload: #"{"sub":"ada","exp":\#(now - 60),"iss":"me","aud":"you"}"#)),
            ("not yet valid", token(payload: claims(#""nbf":\#(now + 3600)"#))),
            ("without an end", token(payload: #"{"sub":"ada","iss":"me","aud":"you"}"#)),
            (
                "end as a text",
                token(payload: #"{"sub":"ada","exp":"\#(now + 3600)","iss":"me","aud":"you"}"#)
            ),
            ("nobody's", token(payload: #"{"exp":\#(now + 3600),"iss":"me","aud":"you"}"#)),
            ("a number's", token(payload: #"{"sub":7,"exp":\#(now + 3600),"iss":"me","aud":"you"}"#)),
            ("other issuer", token(payload: #"{"sub":"ada","exp":\#(now + 3600),"iss":"him","aud":"you"}"#)),
            ("no issuer", token(payload: #"{"sub":"ada","exp":\#(now + 3600),"aud":"you"}"#)),
            ("other audience", token(payload: #"{"sub":"ada","exp":\#(now + 3600),"iss":"me","aud":"her"}"#)),
            ("no audience", token(payload: #"{"sub":"ada","exp":\#(now + 3600),"iss":"me"}"#)),
            ("a claim twice", token(payload: claims(#""sub":"eve""#))),
            ("a claim twice, escaped", token(payload: claims(#""\u0073ub":"eve""#))),
            ("an array", token(payload: #"["sub","ada"]"#)), ("null", token(payload: "null")),
            (
                "junk inside",
                parts[0] + "." + parts[1].prefix(8) + "!" + parts[1].dropFirst(8) + "." + parts[2]
            ),
            ("padding", parts[0] + "." + parts[1] + "=." + parts[2]), ("junk behind", good + "."),
            ("9 KiB", token(payload: claims(#""x":"\#(String(repeating: "x", count: 6_600))""#))),
            ("another type", token(header: #"{"alg":"HS256","typ":"JWE"}"#)),
        ]
        for name in ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256", "crit", "b64"] {
            list.append((name, token(header: #"{"alg":"HS256","\#(name)":["exp"]}"#)))
        }
        for rooms in ["[]", "null", "7", #""*""#, #"{"a":7}"#, #"{"a":"x"}"#, #"{"a":"rr"}"#, #"{"":"r"}"#] {
            list.append(("rooms \(rooms)", token(payload: claims(#""rooms":\#(rooms)"#))))
        }
        return list
    }()

    private func withKeys(
        log: Log = .disabled, _ transport: ContractTransport = .webSocket,
        _ body: @escaping @Sendable (ContractHouse) throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("key.pem", SigningKey.rsa.publicPEM)
        try await withHouse(
            transport, log: log,
            {
                $0.identity.secret = HiddenText(String(decoding: Forge.secret, as: UTF8.self))
                $0.identity.publicKeyFile = key
                $0.identity.issuer = "me"
                $0.identity.audience = "you"
                $0.rates = .none
            }, body)
    }

    /// Brings a token, and returns what came of it.
    private func bring(_ token: String, by place: TokenPlace, to house: ContractHouse) throws -> JSONValue {
        let server = try #require(house as? ServerHouse).server
        let auth = ContractClient.envelope("auth", nil, nil, #"{"token":"\#(token)"}"#, id: "auth")
        func refusal(_ query: String = "", _ headers: String = "") throws -> JSONValue {
            let answer = try server.upgradeRefusal("/ws" + query, headers: headers)
            #expect(answer.status == 401)
            #expect(answer.head.lowercased().contains("content-type: application/json"))
            return answer.json?["error"] ?? .null
        }
        switch place {
        case .query:
            return try refusal("?token=\(token.replacing("+", with: "%2B"))")
        case .header:
            return try refusal("", "Authorization: Bearer \(token)\r\n")
        case .subprotocol:
            return try refusal("", "Sec-WebSocket-Protocol: realtime.v1, bearer.\(token)\r\n")
        case .backend:
            let socket = try server.connect()
            socket.send("GET /api/v1/stats HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(token)\r\n\r\n")
            let answer = try socket.readAnswer()
            #expect(answer.status == 401)
            return answer.json?["error"] ?? .null
        case .firstMessage:
            let client = try house.open()
            client.send(auth)
            let error = try client.expect("error").data
            #expect(try client.expectClose() == 4401)
            return error
        case .renewal:
            let client = try house.connect(token: Self.token())
            client.send(auth)
            let error = try client.reply(to: "auth").data
            try client.expectNothing()
            return error
        }
    }

    @Test(
        "good ones are accepted, by the secret and by the public key", arguments: ContractTransport.allCases)
    func good(_ transport: ContractTransport) async throws {
        try await withKeys(transport) { house in
            let rsa = Self.token(header: #"{"alg":"RS256","typ":"at+jwt"}"#, by: .rsa(.rsa))
            for token in [Self.token(), rsa, Self.token(payload: Self.claims(#""rooms":{}"#))] {
                let client = try house.connect(token: token)
                #expect(client.greeting["user_id"]?.string == "ada")
            }
        }
    }

    @Test(
        "each is refused with the same words, and nothing of it is ever logged",
        arguments: TokenPlace.allCases)
    func refused(place: TokenPlace) async throws {
        let captured = CapturedLines()
        try await withKeys(log: Log(level: .debug, style: .json, sink: captured)) { house in
            for (name, token) in Self.refused {
                // A request line has no room for that much, and a subprotocol none for such a character.
                if place == .query, token.utf8.count > 8_000 { continue }
                if place == .subprotocol, token.contains("=") { continue }
                let error = try bring(token, by: place, to: house)
                #expect(error["code"]?.string == "unauthenticated", "\(name)")
                #expect(error["message"]?.string == "The token is not accepted.", "\(name)")
            }
        }
        for (name, token) in Self.refused {
            for part in token.split(separator: ".") where part.utf8.count > 20 {
                #expect(!captured.lines.contains { $0.contains(part) }, "\(name)")
            }
        }
    }

    @Test("a good token of a user opens no backend's door, and one of a service does")
    func scope() async throws {
        try await withKeys { house in
            let server = try #require(house as? ServerHouse).server
            func status(_ token: String?) throws -> Int {
                let header = token.map { "Authorization: Bearer \($0)\r\n" } ?? ""
                let socket = try server.connect()
                socket.send("GET /api/v1/stats HTTP/1.1\r\nHost: a\r\n\(header)\r\n")
                return try socket.readAnswer().status
            }
            #expect(try status(nil) == 401)
            #expect(try status(Self.token()) == 403)
            #expect(try status(Self.token(payload: Self.claims(#""scope":"service""#))) == 200)
            for scope in [#""Service""#, #""service admin""#, #"["service"]"#, "true"] {
                let token = Self.token(payload: Self.claims(#""scope":\#(scope)"#))
                #expect(try status(token) == 403, "\(scope)")
            }
        }
    }

    @Test("a good token is not logged either, wherever it stands")
    func goodNotLogged() async throws {
        let captured = CapturedLines()
        let token = Self.token(payload: Self.claims(#""rooms":{"*":"rw"}"#))
        try await withKeys(log: Log(level: .debug, style: .json, sink: captured)) { house in
            let server = try #require(house as? ServerHouse).server
            let client = try house.connect(token: token)
            try client.join("a")
            for headers in [
                "Authorization: Bearer \(token)\r\n",
                "Sec-WebSocket-Protocol: realtime.v1, bearer.\(token)\r\n",
            ] {
                _ = try TestWebSocket(server.connect(), path: "/ws", headers: headers)
            }
            // Also where the request is refused for something else.
            let refused = try server.upgradeRefusal(
                "/ws?token=\(token)", headers: "Origin: https://evil.example\r\n")
            #expect(refused.status == 403)
            client.send(#"{"type":"auth","data":{"token":"\#(token)"},"x":"#)
            try client.expect("error")
        }
        let signature = try #require(token.split(separator: ".").last)
        #expect(!captured.lines.contains { $0.contains(signature) })
    }
}
