import Handlers
import Testing

@testable import Realtime

/// What is hard to bring about over sockets: tokens that take their time, and connections that go in the middle of
/// things.
@Suite("Client session", .timeLimit(.minutes(10)))
struct ClientSessionTests {
    private func auth(_ token: String, id: String) -> String {
        ContractClient.envelope("auth", nil, nil, #"{"token":"\#(token)"}"#, id: id)
    }

    // MARK: Too much at once

    @Test("more than a read can hold, while a handler is waited for, ends the connection")
    func overfull() async throws {
        let handlers = HandlerRegistry.builtIn()
        let gate = Gate()
        try handlers.register(ScriptedHandler("Slow", of: Knock.self) { _, _ in await gate.wait() })
        try await withMemoryHouse(handlers: handlers) { house in
            defer { gate.open() }
            let ada = try house.connect("ada")
            let link = try #require(ada.link as? MemoryLink)
            _ = try link.onLoop { $0.ignoresPause = true }
            ada.say("knock")
            let large = String(repeating: "x", count: 60_000)
            for _ in 0..<80 { ada.say("message", in: "a", #""\#(large)""#) }
            let goodbye = try ada.expect("disconnect")
            #expect(goodbye.data["code"]?.int == 4429)
            #expect(try ada.expectClose() == 4429)
        }
    }

    // MARK: Tokens that take their time

    /// A house that takes tokens of an RSA key, which are looked at on another thread.
    private func withPublicKey(
        authorizer: (any RoomAuthorizer)? = nil, _ body: @escaping @Sendable (MemoryHouse) throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let key = try folder.write("key.pem", SigningKey.rsa.publicPEM)
        try await withMemoryHouse(authorizer: authorizer, { $0.identity.publicKeyFile = key }, body)
    }

    /// Each is another token, so that none is remembered.
    private func rsaToken(_ user: String, _ number: Int = 0, rooms: String? = #"{"*":"rw"}"#) -> String {
        let now = TimeSource.system.date.milliseconds / 1000
        let claim = rooms.map { #","rooms":\#($0)"# } ?? ""
        return Forge.token(
            header: #"{"alg":"RS256"}"#,
            payload: #"{"sub":"\#(user)","exp":\#(now + 3600),"jti":"\#(user) \#(number)"\#(claim)}"#,
            by: .rsa(.rsa))
    }

    @Test("what comes while a first token is looked at waits for it")
    func firstToken() async throws {
        try await withPublicKey { house in
            let ada = try house.open()
            ada.send(auth(rsaToken("ada"), id: "auth"))
            ada.say("join_room", in: "a")
            for number in 0..<20 {
                ada.send(ContractClient.envelope("message", "a", nil, "1", id: "m\(number)"))
            }
            try ada.expectGreeting()
            #expect(try ada.expect("auth_success").replyTo == "auth")
            try ada.expect("room_joined")
            for number in 0..<20 { #expect(try ada.expect("ack").replyTo == "m\(number)") }
        }
    }

    @Test("a first token that is refused after a while closes, and nothing behind it is handled")
    func badFirstToken() async throws {
        try await withPublicKey { house in
            let ada = try house.open()
            ada.send(auth(String(rsaToken("ada").dropLast(8)) + "AAAAAAAA", id: "auth"))
            ada.say("join_room", in: "a")
            #expect(try ada.expect("error").code == "unauthenticated")
            #expect(try ada.expectClose() == 4401)
        }
    }

    @Test("renewals that have to be looked at keep the order of messages, also where rooms are asked about")
    func renewalsInOrder() async throws {
        /// Has to be waited for each time.
        struct SlowYes: RoomAuthorizer {
            func rights(of user: UserID, device: DeviceID?, in room: RoomID) async throws -> RoomRights {
                for _ in 0..<3 { await Task.yield() }
                return [.read, .write]
            }
        }
        try await withPublicKey(authorizer: SlowYes()) { house in
            let ada = try house.connect(token: rsaToken("ada", rooms: nil))
            for room in ["a", "b", "c"] { try ada.join(room) }
            for number in 1...20 {
                ada.send(auth(rsaToken("ada", number, rooms: nil), id: "auth \(number)"))
                for room in ["a", "b"] {
                    ada.send(ContractClient.envelope("message", room, nil, "1", id: "\(room)\(number)"))
                }
            }
            for number in 1...20 {
                #expect(try ada.expect("auth_success").replyTo == "auth \(number)")
                for room in ["a", "b"] { #expect(try ada.expect("ack").replyTo == "\(room)\(number)") }
            }
            try ada.expectNothing()
        }
    }

    @Test("a token that is revoked while it is on its way to its connection does not count")
    func revokedOnTheWay() async throws {
        try await withPublicKey { house in
            for number in 0..<20 {
                let ada = try house.connect("ada", on: 0)
                let token = rsaToken("ada", number)
                // The loop is held up until the token has been verified and revoked.
                let (arrived, gate) = (Inbox<Bool>(), Inbox<Bool>())
                let message = Array(auth(token, id: "auth").utf8)
                try #require(ada.link as? MemoryLink).post { carrier in
                    carrier.deliver(message, as: .text)
                    arrived.put(true)
                    _ = try? gate.take()
                }
                _ = try arrived.take()
                _ = try house.run { _ in try? await house.sessions.authenticator.authenticate(token) }
                try house.sessions.authenticator.revocations.revoke(
                    jti: ExactText("ada \(number)"), at: TimeSource.system.date)
                gate.put(true)
                // Refused where it is looked at, or closed where it has arrived: never in force.
                if let answer = try? ada.next() {
                    #expect(answer.code == "unauthenticated", "\(answer.text)")
                }
            }
        }
    }

    @Test("a connection that goes while its token is looked at leaves nothing behind")
    func goneMeanwhile() async throws {
        try await withPublicKey { house in
            for number in 0..<20 {
                let ada = try house.open()
                ada.send(auth(rsaToken("ada", number), id: "auth"))
                ada.link.cut()
            }
            let last = try house.open()
            last.send(auth(rsaToken("last"), id: "auth"))
            try last.expectGreeting()
            try house.settle()
            for loop in 0..<2 {
                let users = try house.onLoop(loop) { shard in shard.receivers.values.map(\.user.string) }
                #expect(users.allSatisfy { $0 == "last" })
            }
        }
    }

    // MARK: In the middle of things

    @Test("whoever is cut off in the middle of joining and leaving is in no room after the grace period")
    func noGhosts() async throws {
        try await withMemoryHouse({ $0.presence.grace = .milliseconds(50) }) { house in
            var numbers = SeededGenerator(seed: 7)
            for number in 0..<300 {
                let user = UserID(stringLiteral: "user \(number % 7)")
                let ada = try house.connect(user, device: DeviceID(stringLiteral: "\(number % 3)"))
                for room in 0..<4 {
                    ada.say("join_room", in: "room \(room)")
                    if Bool.random(using: &numbers) { ada.say("leave_room", in: "room \(room)") }
                    if Int.random(in: 0..<5, using: &numbers) == 0 { break }
                }
                ada.link.cut()
            }
            eventually {
                (try? (0..<2).allSatisfy { loop in
                    try house.onLoop(loop) { shard in
                        shard.receivers.isEmpty && shard.users.isEmpty
                            && shard.rooms.values.allSatisfy { $0.read { $0.memberCount } == 0 }
                    }
                }) == true
            }
        }
    }

    @Test(
        "a handler that answers somebody who has gone meanwhile finds nobody, and what carried them is not touched",
        arguments: [0, 80])
    func answersNobody(waiting: Int) async throws {
        let handlers = HandlerRegistry.builtIn()
        let gate = Gate()
        try handlers.register(
            ScriptedHandler("Slow", of: Knock.self, effect: .answers) { _, context in
                await gate.wait()
                try await context.reply(Knocked(text: "late"))
            })
        try await withMemoryHouse(handlers: handlers, { $0.listen.loops = 1 }) { house in
            defer { gate.open() }
            let ada = try house.connect("ada")
            let link = try #require(ada.link as? MemoryLink)
            ada.say("knock")
            // So many that it asks for no more, which it would again when the handler is done.
            let large = String(repeating: "x", count: 60_000)
            for _ in 0..<waiting { ada.say("message", in: "a", #""\#(large)""#) }
            try house.settle()
            #expect(try link.onLoop { $0.isPaused } == (waiting > 0))
            ada.link.cut()
            try house.settle()
            gate.open()
            eventually { (try? house.onLoop(0) { $0.eventsInFlight == 0 }) == true }
            #expect(try link.onLoop { $0.usesAfterEnd } == 0)
        }
    }

    @Test("an event is over before the next one begins, also when the first one brings a replay")
    func oneByOne() async throws {
        let handlers = HandlerRegistry.builtIn()
        let (gate, notes) = (Gate(), Notes())
        try handlers.register(
            ScriptedHandler("Doorman", of: Knock.self) { event, _ in
                if event.text == "wait" { await gate.wait() }
            })
        handlers.use(Bracketing(notes: notes))
        try await withMemoryHouse(handlers: handlers, { $0.listen.loops = 1 }) { house in
            defer { gate.open() }
            let ada = try house.connect("ada")
            let epoch = try ada.join("a").data["position"]?["epoch"]?.string ?? ""
            try ada.ask("message", in: "a", "1")
            ada.say("knock", #"{"text":"wait"}"#)
            ada.say("join_room", in: "a", #"{"since":{"epoch":"\#(epoch)","seq":0}}"#)
            ada.say("message", in: "a", "2")
            try house.settle()
            gate.open()
            try ada.expect("room_joined")
            try ada.expect("message")
            try ada.expectNothing()
            #expect(
                notes.all.suffix(6) == [
                    "knock begins", "knock ends", "join_room begins", "join_room ends", "message begins",
                    "message ends",
                ])
        }
    }
}

/// Notes when each event begins and ends.
private struct Bracketing: EventMiddleware {
    let notes: Notes

    func handle(_ context: EventContext, next: (EventContext) async throws -> Void) async throws {
        notes.note("\(context.type) begins")
        try await next(context)
        notes.note("\(context.type) ends")
    }
}
