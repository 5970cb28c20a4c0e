import Handlers
import TestSupport
import Testing

@testable import Realtime

/// What takes minutes, by a clock that a test moves.
@Suite("Polling in time", .timeLimit(.minutes(10)))
struct PollDeskTests {
    /// A client at the desks of a house without sockets.
    private struct Client {
        let house: MemoryHouse
        let desks: PollDesks
        let token: VerifiedToken

        init(_ house: MemoryHouse, _ desks: PollDesks, _ text: String) throws {
            self.house = house
            self.desks = desks
            let verified = Inbox<VerifiedToken>()
            let authenticator = house.sessions.authenticator
            Task { try? verified.put(await authenticator.authenticate(text)) }
            token = try verified.take()
        }

        /// A client with another token.
        func another(_ text: String) throws -> Client { try Client(house, desks, text) }

        /// Polls, and returns the answer.
        func poll(_ query: String = "") throws -> JSONValue {
            let request = try PollRequest(URLQuery(HTTPSlice(query)))
            let token = token
            let answer: Result<SharedBytes, RealtimeError> = try wait { desks in
                await desks.ask(about: token.claims.user) { $0.poll(request, token, $1) }
            }
            return try JSONValue.parse(text(try answer.get()))
        }

        /// Says something, and returns the answers.
        func send(_ body: String, _ query: String = "") throws -> JSONValue {
            let request = try PollRequest(URLQuery(HTTPSlice(query)))
            let body = try SendBody(Array(body.utf8), maxMessage: 1_000)
            let token = token
            let answer: Result<SharedBytes, RealtimeError> = try wait { desks in
                await desks.ask(about: token.claims.user) { $0.send(body, request, token, $1) }
            }
            return try JSONValue.parse(text(try answer.get()))
        }

        /// Whether something is being handled that was sent.
        var isSending: Bool {
            (0..<house.hub.loopCount).contains { loop in
                (try? house.onLoop(loop) { $0.eventsInFlight > 0 }) == true
            }
        }

        /// Does what timers would do by now.
        func expire() throws {
            try wait { await $0.expireAll() }
            for loop in 0..<house.hub.loopCount { try house.onLoop(loop) { $0.expireAll() } }
            try house.settle()
        }

        private func text(_ bytes: SharedBytes) -> String {
            bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        }

        private func wait<Result: Sendable>(
            _ body: @escaping @Sendable (PollDesks) async -> Result
        ) throws -> Result {
            let done = Inbox<Result>()
            Task { [desks] in done.put(await body(desks)) }
            return try done.take()
        }
    }

    private func withClient(
        handlers: HandlerRegistry = .builtIn(), _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (Client, ManualTime) throws -> Void
    ) async throws {
        let time = ManualTime()
        try await withHouse(.memory, handlers: handlers, time: time, change) { house in
            let house = try #require(house as? MemoryHouse)
            let made = Inbox<PollDesks>()
            let sessions = house.sessions
            Task { made.put(await PollDesks(sessions, PollDesk.Limits())) }
            let text = try house.token("ada", rooms: "*=rw", lifetime: .seconds(86_400))
            try body(try Client(house, try made.take(), text), time)
        }
    }

    @Test("who stays away for a minute is offline after the grace period, and that is told once")
    func abandoned() async throws {
        try await withClient { ada, time in
            let bob = try ada.house.connect("bob")
            try bob.join("a")
            let session = try ada.poll()["session_id"]?.string ?? ""
            _ = try ada.send(#"{"type":"join_room","room_id":"a"}"#, "session=\(session)")
            try bob.expect("user_online")
            time.advance(by: .seconds(59))
            try ada.expire()
            try bob.expectNothing()
            #expect(try ada.poll("session=\(session)&wait=0").eventTypes.contains("connect"))
            time.advance(by: .seconds(59))
            try ada.expire()
            try bob.expectNothing()
            time.advance(by: .seconds(1))
            try ada.expire()
            try bob.expectNothing()
            time.advance(by: .seconds(5))
            try ada.expire()
            #expect(try bob.expect("user_offline").user == "ada")
            time.advance(by: .seconds(600))
            try ada.expire()
            try bob.expectNothing()
            #expect(try ada.poll("session=\(session)&wait=0")["session_id"]?.string != session)
        }
    }

    @Test("what is old is let go, and who refers to what came before it begins anew")
    func aged() async throws {
        try await withClient { ada, time in
            let bob = try ada.house.connect("bob")
            try bob.join("a")
            let connect = try ada.poll()
            let session = "session=\(connect["session_id"]?.string ?? "")&wait=0"
            _ = try ada.send(#"{"type":"join_room","room_id":"a"}"#, session)
            try bob.ask("message", in: "a", "1")
            try ada.house.settle()
            let events = try ada.poll("\(session)&lastMessageId=\(connect.lastID)").events
            #expect(events.map { $0["data"]?.int } == [1])
            for _ in 0..<3 {
                time.advance(by: .seconds(40))
                _ = try ada.poll("\(session)&lastMessageId=\(events[0]["message_id"]?.string ?? "")")
            }
            try bob.ask("message", in: "a", "2")
            try ada.house.settle()
            let fresh = try ada.poll("\(session)&lastMessageId=\(events[0]["message_id"]?.string ?? "")")
            #expect(fresh.events.map { $0["data"]?.int } == [2])
            #expect(fresh["reset"] == nil)
            let stale = try ada.poll("\(session)&lastMessageId=\(connect.lastID)")
            #expect(stale["reset"] == .bool(true))
            #expect(stale.eventTypes == ["connect", "message"])
            #expect(stale["rooms"]?.array?.first?["total"]?.int == 2)
        }
    }

    @Test("an expired token ends the session with a word, which can be read for a minute")
    func tokenExpires() async throws {
        try await withClient { ada, time in
            let text = try ada.house.token("eve", rooms: "*=rw", lifetime: .seconds(30))
            let eve = try ada.another(text)
            let connect = try eve.poll()
            let session = "session=\(connect["session_id"]?.string ?? "")&wait=0"
            time.advance(by: .seconds(55))
            try ada.expire()
            let events = try eve.poll("\(session)&lastMessageId=\(connect.lastID)").events
            #expect(events.map { $0["type"]?.string } == ["disconnect"])
            #expect(events.last?["data"]?["code"]?.int == 4401)
        }
    }

    @Test(
        "what is not answered in twelve seconds is unavailable in its place, and so is what would have come after it"
    )
    func tooSlow() async throws {
        let gate = Gate()
        let handlers = HandlerRegistry()
        try handlers.register(ScriptedHandler<Knock>("Slow") { _, _ in await gate.wait() })
        try await withClient(handlers: handlers, { $0.handlers.timeout = .seconds(60) }) { ada, time in
            let session = "session=\(try ada.poll()["session_id"]?.string ?? "")"
            let done = Inbox<JSONValue>()
            let body =
                #"[{"type":"ping"},{"type":"knock","data":{},"message_id":"k"},{"type":"ping","message_id":"p"}]"#
            DetachedThread.start { done.put((try? ada.send(body, session)) ?? .null) }
            eventually { ada.isSending }
            time.advance(by: .seconds(11))
            try ada.expire()
            #expect(done.takeAll().isEmpty)
            time.advance(by: .seconds(1))
            try ada.expire()
            let answers = try done.take()
            #expect(answers.answerTypes == ["pong", "unavailable", "unavailable"])
            #expect(answers.array?.map { $0["reply_to"]?.string }.dropFirst() == ["k", "p"])
            gate.open()
            try ada.house.settle()
            #expect(try ada.send(#"{"type":"ping"}"#, session).answerTypes == ["pong"])
        }
    }

    // MARK: Coming back by another way

    @Test("who lost a WebSocket is in its rooms again by polling, and nobody has noticed")
    func takesOver() async throws {
        try await withClient { ada, time in
            let bob = try ada.house.connect("bob")
            try bob.join("a")
            let socket = try ada.house.connect("ada")
            try socket.join("a")
            try socket.join("b")
            try bob.expect("user_online")
            try ada.house.cut(socket)
            time.advance(by: .seconds(4))
            let answer = try ada.poll()
            #expect(answer["rooms"]?.array?.map { $0["room_id"]?.string } == ["a", "b"])
            #expect(Set(answer["users"]?.array?.map { $0["user_id"]?.string } ?? []) == ["ada", "bob"])
            time.advance(by: .seconds(30))
            try ada.expire()
            try bob.expectNothing()
            try bob.ask("message", in: "a", "1")
            try ada.house.settle()
            let session = "session=\(answer["session_id"]?.string ?? "")&wait=0"
            let events = try ada.poll("\(session)&lastMessageId=\(answer.lastID)").events
            #expect(events.map { $0["data"]?.int } == [1])
        }
    }

    @Test("after the grace period, or on another device, it is in none")
    func tooLate() async throws {
        try await withClient { ada, time in
            let socket = try ada.house.connect("ada")
            try socket.join("a")
            try ada.house.cut(socket)
            #expect(try ada.poll("device_id=other")["rooms"] == .array([]))
            time.advance(by: .seconds(5))
            #expect(try ada.poll()["rooms"] == .array([]))
        }
    }

    @Test("rooms that the token does not allow are left out")
    func rights() async throws {
        try await withClient({ $0.roomPolicy = .closed }) { ada, _ in
            let socket = try ada.house.connect("eve", rooms: "a=rw,b=rw")
            try socket.join("a")
            try socket.join("b")
            try ada.house.cut(socket)
            let text = try ada.house.token("eve", rooms: "b=r")
            let eve = try ada.another(text)
            #expect(try eve.poll()["rooms"]?.array?.map { $0["room_id"]?.string } == ["b"])
        }
    }
}

extension JSONValue {
    /// The id of the last event of an answer.
    fileprivate var lastID: String { events.last?["message_id"]?.string ?? "" }
}
