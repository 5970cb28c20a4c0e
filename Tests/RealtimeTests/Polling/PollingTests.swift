import TestSupport
import Testing

@testable import Realtime

/// Over real sockets, without a database.
@Suite("Polling", .timeLimit(.minutes(10)))
struct PollingTests {
    // MARK: Connecting

    @Test("a connect is answered by the greeting, the session, and how its rooms stand: there are none")
    func connect() async throws {
        try await withServer { server in
            let answer = try TestPoller(server, "ada").ask()
            #expect(answer.status == 200)
            #expect(answer.hasField("Cache-Control: no-store"))
            #expect(answer.json.eventTypes == ["connect"])
            let greeting = answer.json.events[0]["data"]
            #expect(greeting?["user_id"]?.string == "ada")
            #expect(greeting?["connection_id"]?.string == answer.json["session_id"]?.string)
            #expect(answer.json["rooms"] == .array([]))
            #expect(answer.json["users"] == .array([]))
            #expect(answer.json["timestamp"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
            #expect(answer.json["reset"] == nil)
        }
    }

    @Test("the token has to be in the head, and has to count")
    func tokens() async throws {
        try await withServer { server in
            let good = server.token("ada")
            let nobody = TestBackend(port: server.port, token: nil)
            for path in ["/api/realtime/poll", "/api/realtime/poll?token=\(good)"] {
                let answer = try nobody.get(path)
                #expect(answer.status == 401)
                #expect(answer.code == "unauthenticated")
                #expect(answer.hasField("WWW-Authenticate: Bearer"))
            }
            #expect(try nobody.post("/api/realtime/send", "[]").status == 401)
            #expect(
                try TestBackend(port: server.port, token: good + "x").get("/api/realtime/poll").status == 401)
            let twice = ["Authorization: Bearer \(good)"]
            #expect(
                try TestPoller(server, "ada").http.ask("GET", "/api/realtime/poll", fields: twice).status
                    == 400)
        }
    }

    @Test("two connects are two sessions, and each hears what its own rooms say")
    func twoTabs() async throws {
        try await withServer { server in
            let (one, other) = (TestPoller(server, "ada"), TestPoller(server, "ada"))
            try one.connect()
            try other.connect()
            #expect(one.session != other.session)
            try one.join("a")
            try other.join("b")
            let bob = try LiveClient(server, "bob", in: "a", "b")
            bob.send(#"{"type":"message","room_id":"a","data":1}"#)
            bob.send(#"{"type":"message","room_id":"b","data":2}"#)
            #expect(try one.next("message")["data"]?.int == 1)
            #expect(try other.next("message")["data"]?.int == 2)
        }
    }

    @Test("another user's session is an unknown one")
    func foreignSession() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let eve = TestPoller(server, "eve")
            eve.session = ada.session
            let answer = try eve.ask(ada.query())
            #expect(answer.json["session_id"]?.string != ada.session)
            #expect(answer.json["reset"] == .bool(true))
            #expect(answer.json.events[0]["data"]?["user_id"]?.string == "eve")
            #expect(try eve.post(#"{"type":"ping"}"#).status == 404)
            #expect(try eve.http.delete("/api/realtime/poll?session=\(ada.session ?? "")").status == 404)
            #expect(try ada.say(#"{"type":"ping"}"#)["type"]?.string == "pong")
        }
    }

    @Test("who names no session goes on with the one of the last connect, and all who name none share it")
    func unnamed() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let first = try ada.ask().json
            let id = first.events[0]["message_id"]?.string ?? ""
            let second = try ada.ask("?lastMessageId=\(id)").json
            #expect(second["session_id"] == first["session_id"])
            #expect(second["reset"] == nil)
            #expect(second.events.isEmpty)
            #expect(try ada.say(#"{"type":"join_room","room_id":"a"}"#)["type"]?.string == "room_joined")
            let again = try ada.ask().json
            #expect(again["session_id"] == first["session_id"])
            #expect(again["rooms"]?.array?.first?["room_id"]?.string == "a")
            #expect(again["users"]?.array?.first?["user_id"]?.string == "ada")
        }
    }

    @Test("who says something before anything else has a session by that")
    func sendFirst() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.join("a")
            let answer = try ada.ask().json
            #expect(answer["rooms"]?.array?.first?["room_id"]?.string == "a")
            let unknown = try ada.ask("?lastTimestamp=2026-01-02T03:04:05").json
            #expect(unknown["session_id"] == answer["session_id"])
        }
    }

    // MARK: Going on

    @Test("the same question has the same answer, and what came before the last id does not come again")
    func nothingIsConsumed() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            for number in 0..<3 { bob.send(#"{"type":"message","room_id":"a","data":\#(number)}"#) }
            _ = try bob.typesUntilPong()
            let question = ada.query()
            let answers = try (0..<3).map { _ in try ada.ask(question).json.events }
            #expect(
                answers[0].filter { $0["type"]?.string == "message" }.map { $0["data"]?.int } == [0, 1, 2])
            #expect(answers[1] == answers[0])
            #expect(answers[2] == answers[0])
            let last = answers[0][answers[0].count - 2]["message_id"]?.string ?? ""
            let rest = try ada.ask("?wait=0&session=\(ada.session ?? "")&lastMessageId=\(last)").json
            #expect(rest.events == [answers[0][answers[0].count - 1]])
        }
    }

    @Test("a replay comes again with the same question, though it ends with what was there already")
    func replayAgain() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let joined = try ada.say(#"{"type":"join_room","room_id":"a"}"#)
            let epoch = joined["data"]?["position"]?["epoch"]?.string ?? ""
            // One's own message does not come, and the chat does: what is replayed ends with what the client has.
            try ada.say(#"{"type":"message","room_id":"a","data":1}"#)
            try ada.say(#"{"type":"chat_message","room_id":"a","data":{"content":"x"}}"#)
            _ = try ada.next("chat_message")
            let since = #"{"epoch":"\#(epoch)","seq":0}"#
            try ada.say(#"{"type":"join_room","room_id":"a","data":{"since":\#(since)}}"#)
            let question = ada.query(wait: 5)
            for _ in 1...2 {
                #expect(try ada.ask(question).json.eventTypes == ["message", "chat_message", "pong"])
            }
            try ada.poll(wait: 5)
            #expect(try ada.poll().events.isEmpty)
        }
    }

    @Test("by the time alone nothing is missed", arguments: ["Z", ""])
    func byTime(zone: String) async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.join("a")
            var time = try ada.ask().json["timestamp"]?.string ?? ""
            let bob = try LiveClient(server, "bob", in: "a")
            var seen: [Int] = []
            for number in 0..<5 {
                bob.send(#"{"type":"message","room_id":"a","data":\#(number)}"#)
                _ = try bob.typesUntilPong()
                let answer = try ada.ask("?lastTimestamp=\(time.dropLast())\(zone)").json
                for event in answer.events where event["type"]?.string == "message" {
                    guard let number = event["data"]?.int, !seen.contains(number) else { continue }
                    seen.append(number)
                }
                time = answer["timestamp"]?.string ?? ""
            }
            #expect(seen == [0, 1, 2, 3, 4])
        }
    }

    @Test(
        "an id that nobody knows is answered as the connect is, and says so",
        arguments: ["x", "msg_00000000000000000000000000"])
    func reset(id: String) async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            try ada.join("a")
            let answer = try ada.ask("?session=\(ada.session ?? "")&lastMessageId=\(id)").json
            #expect(answer["reset"] == .bool(true))
            #expect(answer["session_id"]?.string == ada.session)
            #expect(answer.eventTypes.first == "connect")
            #expect(answer["rooms"]?.array?.count == 1)
        }
    }

    @Test(
        "what is malformed is refused",
        arguments: ["lastTimestamp=soon", "wait=-1", "wait=x", "session=a&session=b"])
    func malformed(query: String) async throws {
        try await withServer { server in
            let answer = try TestPoller(server, "ada").ask("?\(query)")
            #expect(answer.status == 400)
            #expect(answer.code == "malformed")
        }
    }

    // MARK: Waiting

    @Test("a poll waits for the first event, and what comes together is in one answer")
    func waits() async throws {
        // Between two loops each of the sender's messages waits for the answer to the one before.
        try await withServer({ $0.listen.loops = 1 }) { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            try ada.join("a")
            let waiting = try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 30))
            let bob = try LiveClient(server, "bob", in: "a")
            let online = TestBackend.Answer(try waiting.readToEnd()).json
            #expect(online.eventTypes == ["user_online"])
            #expect(online.events[0]["user_id"]?.string == "bob")
            let last = online.events[0]["message_id"]?.string ?? ""
            let again = try ada.http.send(
                "GET", "/api/realtime/poll?session=\(ada.session ?? "")&lastMessageId=\(last)")
            let frames = (0..<10).map {
                TestWebSocket.frame(.text, Array(#"{"type":"message","room_id":"a","data":\#($0)}"#.utf8))
            }
            bob.sendRaw(frames.flatMap { $0 })
            let answer = TestBackend.Answer(try again.readToEnd()).json
            #expect(answer.events.map { $0["data"]?.int } == Array(0..<10))
        }
    }

    @Test("nothing to wait for where the client says so, or names no session")
    func noWait() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let connect = try ada.ask().json
            let id = connect.events[0]["message_id"]?.string ?? ""
            let start = ContinuousClock.now
            #expect(try ada.ask("?lastMessageId=\(id)").json.events.isEmpty)
            #expect(
                try ada.ask("?lastMessageId=\(id)&session=\(connect["session_id"]?.string ?? "")&wait=0").json
                    .events.isEmpty)
            // Who waits, waits for 25 seconds.
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test("a poll too many has the oldest answered")
    func tooManyPolls() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let polls = try (0..<9).map { _ in
                try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 60))
            }
            // Which of them came first is the kernel's to say.
            try ada.say(#"{"type":"join_room","room_id":"a"}"#)
            _ = try LiveClient(server, "bob", in: "a")
            let answers = try polls.map { TestBackend.Answer(try $0.readToEnd()).json.eventTypes }
            #expect(answers.filter { $0.isEmpty }.count == 1)
            #expect(answers.filter { $0 == ["user_online"] }.count == 8)
        }
    }

    // MARK: The end

    @Test("a session that its client has left is gone at once, and its user offline after the grace period")
    func leaves() async throws {
        try await withServer({ $0.presence.grace = .milliseconds(50) }) { server in
            let bob = try LiveClient(server, "bob", in: "a")
            let ada = TestPoller(server, "ada")
            try ada.connect()
            try ada.join("a")
            #expect(try bob.next("user_online")["user_id"]?.string == "ada")
            let waiting = try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 60))
            #expect(try ada.http.delete("/api/realtime/poll?session=\(ada.session ?? "")").status == 204)
            #expect(TestBackend.Answer(try waiting.readToEnd()).status == 200)
            #expect(try bob.next("user_offline")["user_id"]?.string == "ada")
            #expect(try ada.post(#"{"type":"ping"}"#).status == 404)
            #expect(try ada.http.delete("/api/realtime/poll").status == 404)
        }
    }

    @Test("who waits hears at once that its token does not count any more, and is not let in again")
    func revoked() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let waiting = try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 60))
            try ada.say(#"{"type":"ping"}"#)
            #expect(try server.backend().post("/api/v1/revocations", #"{"user_id":"ada"}"#).status == 200)
            // It may have come just after, and is not let in then.
            let answer = TestBackend.Answer(try waiting.readToEnd())
            if answer.status == 200 {
                #expect(answer.json.events.last?["data"]?["code"]?.int == 4401)
            }
            let again = try ada.ask(ada.query())
            #expect(again.status == 401)
            #expect(again.code == "unauthenticated")
        }
    }

    @Test("the device may stand in the query, and what the token says of it wins")
    func device() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            let greeting = try ada.ask("?device_id=phone").json.events[0]["data"]
            #expect(greeting?["device_id"]?.string == "phone")
            let other = TestPoller(server, "ada", device: "desk")
            #expect(try other.ask("?device_id=phone").json.events[0]["data"]?["device_id"]?.string == "desk")
            #expect(try ada.ask().json.events[0]["data"]?["device_id"] == .null)
        }
    }

    @Test("no token is ever logged, wherever it stands")
    func notLogged() async throws {
        let captured = CapturedLines()
        let token = Locked("")
        try await withServer(log: Log(level: .debug, style: .json, sink: captured)) { server in
            let ada = TestPoller(server, "ada")
            token.withLock { $0 = ada.http.token ?? "" }
            try ada.connect()
            try ada.say(#"{"type":"auth","data":{"token":"\#(ada.http.token ?? "")"}}"#)
            let nobody = TestBackend(port: server.port, token: nil)
            let stream = try TestEventStream(nobody, "?token=\(ada.http.token ?? "")")
            _ = try stream.next()
            #expect(try nobody.get("/api/realtime/events?wait=x&token=\(ada.http.token ?? "")").status == 400)
            #expect(try nobody.get("/api/realtime/poll?token=\(ada.http.token ?? "")").status == 401)
        }
        let signature = try #require(token.withLock { $0 }.split(separator: ".").last)
        #expect(!captured.lines.contains { $0.contains(signature) })
    }

    @Test(
        "who still comes with the old token after a renewal has the new one's rights, also where both end together"
    )
    func renewedAndOld() async throws {
        try await withServer { server in
            let expiry = Timestamp.now.milliseconds / 1000 + 3_600
            let claims = #""sub":"ada","exp":\#(expiry)"#
            func token(_ rooms: String) -> String {
                Forge.token(
                    header: #"{"alg":"HS256"}"#, payload: "{\(claims),\"rooms\":{\"\(rooms)\":\"rw\"}}",
                    by: .secret(Array(ServerConfiguration.testSecret.utf8)))
            }
            let ada = TestPoller(server, token: token("a"))
            try ada.connect()
            try ada.join("a")
            let renewal = #"{"type":"auth","data":{"token":"\#(token("b"))"}}"#
            #expect(try ada.say(renewal)["type"]?.string == "auth_success")
            #expect(try ada.next("room_left")["data"]?["room_id"]?.string == "a")
            try ada.join("b")
            #expect(
                try ada.say(#"{"type":"join_room","room_id":"a"}"#)["data"]?["code"]?.string == "forbidden")
        }
    }

    @Test("a stopping server answers who waits, and says why")
    func draining() async throws {
        let answer = Inbox<String>()
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let waiting = OnAnotherThread(
                try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 60)))
            // The poll has come when another of its kind is answered.
            try ada.say(#"{"type":"ping"}"#)
            DetachedThread.start { answer.put((try? waiting.value.readToEnd()) ?? "") }
        }
        let last = TestBackend.Answer(try await onThread { try answer.take() }).json.events.last
        #expect(last?["type"]?.string == "disconnect")
        #expect(last?["data"]?["code"]?.int == 4503)
        #expect(last?["data"]?["retry_after_ms"]?.int != nil)
    }

    @Test("nothing holds up the stop: neither who waits or listens, nor who has only connected")
    func stops() async throws {
        let answers = Inbox<String>()
        // Were anybody waited for, this would not end in time.
        try await withServer({ $0.connections.drainTimeout = .seconds(3_600) }) { server in
            _ = try TestPoller(server, "ada").connect()
            for user in ["ada", "bob", "eve"] {
                let poller = TestPoller(server, UserID(user) ?? "x")
                try poller.connect()
                let waiting = OnAnotherThread(
                    try poller.http.send("GET", "/api/realtime/poll" + poller.query(wait: 60)))
                let stream = OnAnotherThread(try TestEventStream(poller.http))
                _ = try stream.value.next()
                DetachedThread.start { answers.put((try? waiting.value.readToEnd()) ?? "") }
                DetachedThread.start { _ = try? stream.value.rest() }
            }
        }
        for _ in 0..<3 {
            let answer = TestBackend.Answer(try await onThread { try answers.take() })
            // One that came last of all finds the door closed.
            #expect(answer.status == 200 || answer.status == 503)
        }
    }

    @Test("who disconnects is told so by the next answer, and begins anew after it")
    func disconnected() async throws {
        try await withServer { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            let first = ada.session
            #expect(try server.backend().delete("/api/v1/users/ada/connections").json["closed"]?.int == 1)
            let last = try ada.poll().events.last
            #expect(last?["type"]?.string == "disconnect")
            #expect(last?["data"]?["code"]?.int == 4409)
            #expect(try ada.post(#"{"type":"ping"}"#).status == 404)
            let answer = try ada.poll()
            #expect(answer["reset"] == .bool(true))
            #expect(answer["session_id"]?.string != first)
            #expect(answer.eventTypes == ["connect"])
        }
    }
}
