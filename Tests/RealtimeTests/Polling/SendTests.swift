import Testing

@testable import Realtime

/// What clients without a WebSocket say, over real sockets.
@Suite("Sending without a WebSocket", .timeLimit(.minutes(10)))
struct SendTests {
    private func withPoller(
        _ change: @escaping @Sendable (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (RealtimeServer, TestPoller) throws -> Void
    ) async throws {
        try await withServer(change) { server in
            let ada = TestPoller(server, "ada")
            try ada.connect()
            try body(server, ada)
        }
    }

    @Test("each envelope of a request is answered in its place, with its own id or one of the server's")
    func answers() async throws {
        try await withPoller { _, ada in
            let body = #"""
                [{"type":"join_room","room_id":"a","message_id":"1"},{"type":"message","room_id":"a","data":1},
                 {"type":"nonsense","message_id":"3"},7,{"type":"message","room_id":"b","message_id":"5"},
                 {"type":"query_room","room_id":"a","message_id":"6"},{"type":"ping"}]
                """#
            let answer = try ada.post(body)
            #expect(answer.status == 200)
            #expect(
                answer.json.answerTypes == [
                    "room_joined", "ack", "unknown_type", "malformed", "not_in_room", "room_info", "pong",
                ])
            let ids = (answer.json.array ?? []).map { $0["reply_to"]?.string ?? "" }
            #expect([ids[0], ids[2], ids[4], ids[5]] == ["1", "3", "5", "6"])
            #expect(Set(ids).count == 7)
            #expect(!ids.contains(""))
        }
    }

    @Test("what is answered is not among the events too")
    func answersOnce() async throws {
        try await withPoller { _, ada in
            try ada.join("a")
            try ada.say(#"{"type":"ping","message_id":"p"}"#)
            #expect(try ada.poll().events.isEmpty)
        }
    }

    @Test("a publish that is sent again gets the first answer again, and others see it once")
    func resent() async throws {
        try await withPoller { server, ada in
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            let message = #"{"type":"message","room_id":"a","data":1,"message_id":"same"}"#
            let first = try ada.say(message)
            let second = try ada.say(message)
            #expect(first["type"]?.string == "ack")
            #expect(first["data"] == second["data"])
            #expect(try bob.typesUntilPong().filter { $0 == "message" }.count == 1)
        }
    }

    @Test("its own publishes do not come back, and everybody else's do, in one order")
    func order() async throws {
        try await withPoller { server, ada in
            try ada.join("a")
            let bob = try LiveClient(server, "bob", in: "a")
            let messages = (0..<50).map { #"{"type":"message","room_id":"a","data":\#($0)}"# }
            let answer = try ada.post("[\(messages.joined(separator: ","))]")
            #expect((answer.json.array ?? []).map { $0["data"]?["seq"]?.int } == Array(1...50))
            for number in 0..<50 { #expect(try bob.next("message")["data"]?.int == number) }
            #expect(try ada.poll().eventTypes.allSatisfy { $0 == "user_online" })
        }
    }

    @Test("a body that is no JSON is refused as a whole, and one that is too long too")
    func malformed() async throws {
        try await withPoller { _, ada in
            for body in ["", "{", "[1,"] {
                let answer = try ada.post(body)
                #expect(answer.status == 400)
                #expect(answer.code == "malformed")
            }
            let many = Array(repeating: "1", count: 101).joined(separator: ",")
            #expect(try ada.post("[\(many)]").status == 413)
            #expect(try ada.post("[]").json == .array([]))
        }
    }

    @Test("one envelope may be as long as a message, and one that is longer is too large")
    func tooLarge() async throws {
        try await withPoller({ $0.webSocket.maxMessage = 2_000 }) { _, ada in
            try ada.join("a")
            let long = String(repeating: "x", count: 2_000)
            let answer = try ada.post(
                #"[{"type":"message","room_id":"a","data":"\#(long)","message_id":"1"},{"type":"ping"}]"#)
            #expect(answer.json.answerTypes == ["too_large", "pong"])
            #expect(answer.json.array?.first?["reply_to"]?.string == "1")
        }
    }

    @Test("the limits of a connection hold here too")
    func rateLimited() async throws {
        try await withPoller({ $0.rates.messages = MessageRate(perSecond: 1, burst: 3) }) { _, ada in
            let pings = Array(repeating: #"{"type":"ping"}"#, count: 5).joined(separator: ",")
            let answer = try ada.post("[\(pings)]").json
            #expect(answer.answerTypes == ["pong", "pong", "pong", "rate_limited", "rate_limited"])
            #expect(answer.array?.last?["data"]?["retry_after_ms"]?.int != nil)
        }
    }

    @Test("rights are those of the token")
    func rights() async throws {
        try await withServer { server in
            let eve = TestPoller(server, "eve", rooms: "news=r")
            try eve.connect()
            let answer = try eve.post(
                #"[{"type":"join_room","room_id":"a"},{"type":"join_room","room_id":"news"},{"type":"message","room_id":"news"}]"#
            )
            #expect(answer.json.answerTypes == ["forbidden", "room_joined", "forbidden"])
        }
    }

    @Test("a token is renewed in place, by a message or by coming with another")
    func renewal() async throws {
        try await withPoller { server, ada in
            try ada.join("a")
            let fewer = server.token("ada") {
                $0.rooms = try? RoomGrants(argument: "b=rw")
                $0.lifetime = .seconds(7200)
            }
            let bobs = server.token("bob")
            #expect(
                try ada.say(#"{"type":"auth","data":{"token":"\#(bobs)"}}"#)["data"]?["code"]?.string
                    == "forbidden")
            #expect(
                try ada.say(#"{"type":"auth","data":{"token":"x"}}"#)["data"]?["code"]?.string
                    == "unauthenticated")
            let same = TestPoller(server, token: fewer)
            same.session = ada.session
            try same.say(#"{"type":"ping"}"#)
            let left = try ada.next("room_left")
            #expect(left["data"]?["room_id"]?.string == "a")
            #expect(left["data"]?["reason"]?.string == "forbidden")
            // Whoever still comes with the old token has no more rights by that.
            #expect(
                try ada.say(#"{"type":"join_room","room_id":"a"}"#)["data"]?["code"]?.string == "forbidden")
        }
    }

    @Test("a session that does not exist can't say anything")
    func unknownSession() async throws {
        try await withPoller { _, ada in
            for name in ["x", "conn_00000000000G4"] {
                ada.session = name
                let answer = try ada.post(#"{"type":"ping"}"#)
                #expect(answer.status == 404)
                #expect(answer.code == "not_found")
            }
        }
    }
}
