import Testing

@testable import Realtime

@Suite("POST /dev/token", .timeLimit(.minutes(10)))
struct DevTokenEndpointTests {
    private let identity: IdentityService
    private let endpoint: HTTPEndpoint

    init() throws {
        var configuration = ServerConfiguration()
        configuration.identity.secret = HiddenText(String(decoding: Forge.secret, as: UTF8.self))
        configuration.isDevelopment = true
        let time = ManualTime(date: Forge.now).source
        identity = try IdentityService(configuration, log: .disabled, time: time)
        endpoint = DevTokenEndpoint(identity: identity, origins: .sameOrigin, time: time).endpoint
    }

    private func answer(_ body: String, _ fields: String = "") throws -> (HTTPStatus, JSONValue) {
        let head = try #require(
            parseHead("POST /dev/token HTTP/1.1\r\nHost: localhost:8765\r\n\(fields)\r\n"))
        guard case .immediate(let respond) = endpoint else {
            Issue.record("not an immediate endpoint")
            return (.internalServerError, .null)
        }
        let response = respond(
            HTTPRequest(head: head, parameters: HTTPParameters(), body: Array(body.utf8), isSecure: false))
        guard case .bytes(let bytes) = response.body else {
            Issue.record("no body")
            return (response.status, .null)
        }
        return (response.status, try JSONValue.parse(bytes))
    }

    @Test("everything that is asked for is in the token, and the server accepts it")
    func everything() async throws {
        let (status, json) = try answer(
            #"{"sub":"alice","name":"Alice","rooms":{"project_*":"rw"},"device_id":"d","scope":"service"}"#)
        #expect(status == .ok)
        let token = try #require(json["token"]?.string)
        let claims = try await identity.authenticator.authenticate(token).claims
        #expect(claims.user == UserID("alice"))
        #expect(claims.name == "Alice")
        #expect(claims.device == DeviceID("d"))
        #expect(claims.isService)
        #expect(try claims.rooms == RoomGrants(argument: "project_*=rw"))
        #expect(claims.expiresAt == Timestamp(milliseconds: Int64(Forge.second + 3600) * 1000))
    }

    @Test("a user alone is enough, and null is as if it were not there")
    func userAlone() async throws {
        for body in [
            #"{"sub":"alice"}"#, #"{"sub":"alice","name":null,"rooms":null,"device_id":null,"scope":null}"#,
        ] {
            let token = try #require(try answer(body).1["token"]?.string)
            let claims = try await identity.authenticator.authenticate(token).claims
            #expect(claims.name == nil && claims.device == nil && claims.rooms == nil && !claims.isService)
        }
    }

    @Test(
        "what can't be in a token is refused by the name of the field",
        arguments: [
            ("", "the body is not accepted"), ("[]", "the body is not accepted"),
            ("{\"sub\":\"a\",\"sub\":\"b\"}", "the body is not accepted"),
            ("{}", "sub is missing"), (#"{"sub":null}"#, "sub is missing"),
            (#"{"sub":1}"#, "sub must be"), (#"{"sub":""}"#, "sub must be"),
            (#"{"sub":"a\u0000"}"#, "sub must be"),
            (#"{"sub":"a","name":1}"#, "name must be"), (#"{"sub":"a","name":""}"#, "name must be"),
            (#"{"sub":"a","device_id":{}}"#, "device_id must be"),
            (#"{"sub":"a","scope":"admin"}"#, "scope must be"),
            (#"{"sub":"a","rooms":[]}"#, "rooms must be"),
            (#"{"sub":"a","rooms":{"x":"rx"}}"#, "rooms must be"),
            (#"{"sub":"a","rooms":{"x":1}}"#, "rooms must be"),
        ])
    func refused(body: String, message: String) throws {
        let (status, json) = try answer(body)
        #expect(status == .badRequest)
        #expect(json["error"]?["code"]?.string == "malformed")
        #expect(json["error"]?["message"]?.string?.hasPrefix(message) == true)
    }

    @Test("a token that would be too long for any server is refused")
    func tooLong() throws {
        let rooms = (0..<400).map { #""a room of some length \#($0)":"r""# }.joined(separator: ",")
        let (status, json) = try answer(#"{"sub":"a","rooms":{\#(rooms)}}"#)
        #expect(status == .contentTooLarge)
        #expect(json["error"]?["code"]?.string == "too_large")
    }

    @Test("a page of another origin gets none, the server's own pages and tools do")
    func origins() throws {
        let body = #"{"sub":"alice"}"#
        #expect(try answer(body, "Origin: http://localhost:8765\r\n").0 == .ok)
        #expect(try answer(body).0 == .ok)
        for origin in ["http://evil.example", "http://localhost:3000", "null"] {
            let (status, json) = try answer(body, "Origin: \(origin)\r\n")
            #expect(status == .forbidden)
            #expect(json["error"]?["code"]?.string == "forbidden")
        }
    }

    @Test("it is there in development, and nowhere else")
    func onlyInDevelopment() async throws {
        let body = #"{"sub":"alice"}"#
        let request =
            "POST /dev/token HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
            + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        for (isDevelopment, status) in [(true, "200"), (false, "404")] {
            try await withServer({ $0.isDevelopment = isDevelopment }) { server in
                let socket = try server.connect()
                socket.send(request)
                #expect(try socket.readToEnd().hasPrefix("HTTP/1.1 \(status) "))
            }
        }
    }
}
