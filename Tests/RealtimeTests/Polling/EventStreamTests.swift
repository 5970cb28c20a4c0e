import TestSupport
import Testing

@testable import Realtime

/// Server-Sent Events over real sockets.
@Suite("Event streams", .timeLimit(.minutes(10)))
struct EventStreamTests {
    @Test("a stream begins with how things stand and the greeting, and goes on with what happens")
    func begins() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let stream = try TestEventStream(ada.http)
            #expect(stream.status == 200)
            #expect(stream.head.contains("Content-Type: text/event-stream\r\n"))
            #expect(stream.head.contains("Cache-Control: no-store\r\n"))
            let session = try stream.next()
            #expect(session.type == "session")
            #expect(session.id == nil)
            #expect(session.json["rooms"] == .array([]))
            #expect(session.json["timestamp"]?.string != nil)
            let greeting = try stream.next()
            #expect(greeting.type == "message")
            #expect(greeting.messageType == "connect")
            #expect(greeting.id == greeting.json["message_id"]?.string)
            #expect(greeting.json["data"]?["connection_id"] == session.json["session_id"])
            ada.session = session.json["session_id"]?.string
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            bob.send(#"{"type":"message","room_id":"a","data":1}"#)
            #expect(try stream.next().messageType == "user_online")
            #expect(try stream.next("message")["data"]?.int == 1)
        }
    }

    @Test("the token may stand in the query, and has to count")
    func token() async throws {
        try await withServer { server in
            let nobody = TestBackend(port: server.port, token: nil)
            let stream = try TestEventStream(nobody, "?token=\(server.token("ada"))")
            #expect(stream.status == 200)
            #expect(try nobody.get("/api/realtime/events?token=x").status == 401)
            #expect(try nobody.get("/api/realtime/events").code == "unauthenticated")
        }
    }

    @Test("whoever only looks at the head begins nothing")
    func head() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let answer = try ada.http.ask("HEAD", "/api/realtime/events")
            #expect(answer.status == 200)
            #expect(answer.hasField("Content-Type: text/event-stream"))
            #expect(answer.body.isEmpty)
            #expect(try server.backend().get("/api/v1/stats").json["active_connections"]?.int == 0)
        }
    }

    @Test("a client of before HTTP/1.1 reads until the end")
    func oldClient() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let socket = try server.connect()
            socket.send("GET /api/realtime/events?token=\(ada.http.token ?? "") HTTP/1.0\r\n\r\n")
            let head = try socket.read(until: "\r\n\r\n")
            #expect(!head.contains("chunked"))
            _ = try socket.read(until: "\"type\":\"connect\"")
            #expect(try server.backend().delete("/api/v1/users/ada/connections").status == 200)
            #expect(try socket.readToEnd().contains("\"code\":4409"))
        }
    }

    @Test(
        "a stream that was cut goes on behind the last id, by its name or without one",
        arguments: [true, false])
    func resumes(isNamed: Bool) async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let stream = try TestEventStream(ada.http)
            ada.session = try stream.next().json["session_id"]?.string
            _ = try stream.next("connect")
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            bob.send(#"{"type":"message","room_id":"a","data":0}"#)
            _ = try stream.next("message")
            stream.socket.reset()
            for number in 1...5 { bob.send(#"{"type":"message","room_id":"a","data":\#(number)}"#) }
            _ = try bob.typesUntilPong()
            // A name makes the session that of its namer alone.
            let again =
                isNamed
                ? try TestEventStream(
                    ada.http, "?session=\(ada.session ?? "")&lastMessageId=\(stream.lastID ?? "")")
                : try TestEventStream(
                    ada.http, "?session=\(ada.session ?? "")",
                    fields: ["Last-Event-ID: \(stream.lastID ?? "")"])
            #expect(try again.next().json["reset"] == nil)
            for number in 1...5 { #expect(try again.next().json["data"]?.int == number) }
        }
    }

    @Test("two streams that name no session have one each, and each finds its own again")
    func twoTabs() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let (one, other) = (try TestEventStream(ada.http), try TestEventStream(ada.http))
            let session = try one.next().json["session_id"]
            #expect(try other.next().json["session_id"] != session)
            _ = try one.next("connect")
            _ = try other.next("connect")
            one.socket.reset()
            let again = try TestEventStream(ada.http, fields: ["Last-Event-ID: \(one.lastID ?? "")"])
            let begin = try again.next()
            #expect(begin.json["session_id"] == session)
            #expect(begin.json["reset"] == nil)
        }
    }

    @Test("an id that nobody knows has the stream begin anew, and say so")
    func reset() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let stream = try TestEventStream(
                ada.http, fields: ["Last-Event-ID: msg_00000000000000000000000000"])
            #expect(try stream.next().json["reset"] == .bool(true))
            #expect(try stream.next().messageType == "connect")
        }
    }

    @Test("a newer stream of a session takes the place of the older")
    func replaced() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let old = try TestEventStream(ada.http, ada.query())
            _ = try old.next()
            let new = try TestEventStream(ada.http, ada.query())
            _ = try new.next()
            #expect(try old.rest().isEmpty)
            try ada.join("a")
            _ = try LiveClient(server, "bob", in: "a")
            #expect(try new.next().messageType == "user_online")
        }
    }

    @Test("a message with line ends in it arrives as the same JSON")
    func lines() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let stream = try TestEventStream(ada.http)
            ada.session = try stream.next().json["session_id"]?.string
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            bob.send("{\"type\":\"message\",\"room_id\":\"a\",\"data\":{\r\n\"a\":\n\n1,\r\"b\":\"\\n\"}}")
            let message = try stream.next("message")
            #expect(message["data"]?["a"]?.int == 1)
            #expect(message["data"]?["b"]?.string == "\n")
        }
    }

    @Test("a silent stream says now and then that it is still there")
    func comments() async throws {
        try await withServer({ $0.webSocket.heartbeat = .milliseconds(100) }) { server in
            let stream = try TestEventStream(TestPoller(server, "ada").http)
            for _ in 0..<3 { try stream.nextComment() }
        }
    }

    @Test("a stream ends behind the last word", arguments: ["disconnect", "revoke"])
    func ends(how: String) async throws {
        try await withServer { server in
            let stream = try TestEventStream(TestPoller(server, "ada").http)
            _ = try stream.next()
            if how == "disconnect" {
                #expect(try server.backend().delete("/api/v1/users/ada/connections").status == 200)
            } else {
                #expect(try server.backend().post("/api/v1/revocations", #"{"user_id":"ada"}"#).status == 200)
            }
            let last = try #require(try stream.rest().last?.json)
            #expect(last["type"]?.string == "disconnect")
            #expect(last["data"]?["code"]?.int == (how == "disconnect" ? 4409 : 4401))
        }
    }

    @Test("a stopping server does not wait for its streams, and says why it ends them")
    func draining() async throws {
        let told = Inbox<JSONValue>()
        try await withServer { server in
            let stream = OnAnotherThread(try TestEventStream(TestPoller(server, "ada").http))
            _ = try stream.value.next()
            DetachedThread.start { told.put((try? stream.value.rest().last?.json) ?? .null) }
        }
        let last = try await onThread { try told.take() }
        #expect(last["data"]?["code"]?.int == 4503)
    }

    @Test("who does not read is cut off when too much waits, and finds out why by asking again")
    func slowReader() async throws {
        try await withServer({
            $0.connections.maxOutbox = 64 << 10
            $0.rates = .none
        }) { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let socket = try server.connect(receiveBuffer: 4_096)
            socket.send(
                "GET /api/realtime/events\(ada.query()) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(ada.http.token ?? "")\r\n\r\n"
            )
            _ = try socket.read(until: "event: session")
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            let large = String(repeating: "x", count: 30_000)
            // The kernels take some before it shows.
            for _ in 0..<400 { bob.send(#"{"type":"message","room_id":"a","data":"\#(large)"}"#) }
            _ = try bob.typesUntilPong()
            eventually { (try? server.backend().get("/api/v1/stats").json["active_connections"]?.int) == 1 }
            #expect(try ada.post(#"{"type":"ping"}"#).status == 404)
        }
    }
}

/// Takes something to another thread, which is the only one to use it from then on.
struct OnAnotherThread<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) {
        self.value = value
    }
}
