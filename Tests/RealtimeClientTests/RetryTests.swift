import ScriptedServer
import Testing

@testable import RealtimeClient

/// When a call is tried again, and when it is not.
@Suite("Repeats of the backend's client")
struct RetryTests {
    private static let stats = ScriptedAnswer.json(
        200,
        #"{"active_connections":0,"rooms":0,"users_online":0,"messages_received":0,"messages_sent":0}"#)
    private static let unavailable = ScriptedAnswer.json(
        503, #"{"error":{"code":"unavailable","message":"stopping"}}"#)
    private static let published = ScriptedAnswer.json(200, #"{"message_id":"msg_1","seq":1}"#)

    private static func limited(retryAfter: String) -> ScriptedAnswer {
        .json(
            429, #"{"error":{"code":"rate_limited","message":"slowly"}}"#,
            headers: [("Retry-After", retryAfter)])
    }

    private func refusal(of backend: ScriptedBackend) async -> RealtimeClientError? {
        await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await backend.realtime.stats()
        }
    }

    @Test(
        "What fails for the moment is tried again",
        arguments: [unavailable, .respond(502), .respond(504), .respond(429), .hangUp])
    func passing(_ failure: ScriptedAnswer) async throws {
        let backend = try ScriptedBackend([failure, failure, Self.stats])
        _ = try await backend.realtime.stats()
        #expect(backend.calls.count == 3)
    }

    @Test("A refusal that will be the same next time is not", arguments: [400, 401, 403, 404, 409, 413, 500])
    func lasting(_ status: Int) async throws {
        let backend = try ScriptedBackend(.respond(status))
        #expect(await refusal(of: backend)?.isWorthRetrying == false)
        #expect(backend.calls.count == 1)
    }

    @Test("Pauses double, up to a bound")
    func pauses() async throws {
        let backend = try ScriptedBackend([Self.unavailable], settings: .init(attempts: 8))
        #expect(await refusal(of: backend)?.code == .unavailable)
        #expect(backend.time.pausesTaken == [100, 200, 400, 800, 1600, 3200, 5000].map { .milliseconds($0) })
    }

    @Test("Half of a pause is chance")
    func chance() {
        var pauses = Pauses.system
        pauses.chance = { 0 }
        #expect(pauses.length(after: 2, asked: nil) == .milliseconds(100))
        pauses.chance = { 1 }
        #expect(pauses.length(after: 2, asked: nil) == .milliseconds(200))
    }

    @Test("The attempts are bounded, and the last failure is told")
    func attempts() async throws {
        let backend = try ScriptedBackend([Self.unavailable], settings: .init(attempts: 3))
        let error = await refusal(of: backend)
        #expect(error?.code == .unavailable)
        #expect(error?.isWorthRetrying == true)
        #expect(backend.calls.count == 3)
    }

    @Test("The time in all is bounded: no pause is begun that would end too late")
    func totalTime() async throws {
        let settings = RealtimeClient.Settings(attempts: 100, totalTime: .seconds(1))
        let backend = try ScriptedBackend([Self.unavailable], settings: settings)
        #expect(await refusal(of: backend)?.code == .unavailable)
        #expect(backend.time.pausesTaken == [100, 200, 400].map { .milliseconds($0) })
    }

    @Test("The time in all never outlasts the server's memory of ids")
    func totalTimeHasABound() async throws {
        let settings = RealtimeClient.Settings(attempts: 10_000, totalTime: .seconds(100_000))
        let backend = try ScriptedBackend([Self.unavailable], settings: settings)
        _ = await refusal(of: backend)
        #expect(backend.time.pausesTaken.reduce(.zero, +) < .seconds(240))
    }

    @Test("The server's own word on when to come back is kept")
    func retryAfter() async throws {
        let backend = try ScriptedBackend([Self.limited(retryAfter: "3"), Self.stats])
        _ = try await backend.realtime.stats()
        #expect(backend.time.pausesTaken == [.milliseconds(3100)])
    }

    @Test("A server that wants to be left alone for longer than there is time is left alone")
    func longRetryAfter() async throws {
        let backend = try ScriptedBackend([Self.limited(retryAfter: "3600"), Self.stats])
        let error = await refusal(of: backend)
        #expect(error?.code == .rateLimited)
        #expect(error?.retryAfter == .seconds(3600))
        #expect(backend.calls.count == 1)
    }

    @Test("A word on when to come back that is no number is not heard", arguments: ["soon", "-1", "1e9", ""])
    func badRetryAfter(_ text: String) async throws {
        let backend = try ScriptedBackend([Self.limited(retryAfter: text), Self.stats])
        _ = try await backend.realtime.stats()
        #expect(backend.time.pausesTaken == [.milliseconds(100)])
    }

    @Test("A repeated broadcast is the same to the last byte, its id among them")
    func sameBroadcast() async throws {
        let backend = try ScriptedBackend([.hangUp, Self.unavailable, Self.published])
        try await backend.realtime.broadcast(Typing(active: true), to: .room("a"))
        let bodies = backend.server.requests.map(\.text)
        #expect(bodies.count == 3)
        #expect(Set(bodies).count == 1)
    }

    @Test("A repeated notification is the same to the last byte, its key among them")
    func sameNotification() async throws {
        let backend = try ScriptedBackend([
            .hangUp,
            .json(
                201, #"{"notifications":[{"user_id":"b","notification_id":"n","seq":1,"duplicate":true}]}"#),
        ])
        let sent = try await backend.realtime.sendNotification(to: "b", title: "t", message: "m")
        #expect(sent.duplicate)
        #expect(Set(backend.server.requests.map(\.text)).count == 1)
    }

    @Test("The token is asked for again with every attempt")
    func freshToken() async throws {
        let server = ScriptedServer(Self.unavailable, Self.stats)
        let tokens = TokenSequence()
        let realtime = try RealtimeClient(
            url: server.url, settings: .init(), pauses: TestTime().pauses, token: { await tokens.next() })
        _ = try await realtime.stats()
        #expect(server.requests.map { $0.header("Authorization") } == ["Bearer token-1", "Bearer token-2"])
    }

    @Test(
        "Disconnecting is tried again when the server did nothing, and not when it may have",
        arguments: [true, false])
    func disconnecting(nothingDone: Bool) async throws {
        let failure: ScriptedAnswer = nothingDone ? .respond(429) : .hangUp
        let backend = try ScriptedBackend([failure, .json(200, #"{"closed":1}"#)])
        let error = await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await backend.realtime.disconnect(user: "bob")
        }
        #expect(backend.calls.count == (nothingDone ? 2 : 1))
        #expect((error == nil) == nothingDone)
        if !nothingDone { #expect(error?.mayHaveHappened == true) }
    }

    @Test("What may have happened in an early attempt may have happened")
    func mayHaveHappened() async throws {
        let backend = try ScriptedBackend([.hangUp, .respond(401)])
        let error = await refusal(of: backend)
        #expect(error?.status == 401)
        #expect(error?.mayHaveHappened == true)
    }

    @Test("Nobody there: tried again, and told as unreachable")
    func unreachable() async throws {
        let server = ScriptedServer(.hangUp)
        let time = TestTime()
        let realtime = try RealtimeClient(
            url: "http://127.0.0.77:\(server.port)", settings: .init(), pauses: time.pauses, token: { "t" })
        let error = await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await realtime.stats()
        }
        #expect(error?.code == .unreachable)
        #expect(error?.mayHaveHappened == false)
        #expect(time.pausesTaken.count == 3)
    }

    @Test("A silent server is waited for only so long")
    func silence() async throws {
        let settings = RealtimeClient.Settings(timeout: .seconds(3), attempts: 1)
        let error = await refusal(of: try ScriptedBackend([.silence()], settings: settings))
        #expect(error?.code == .timedOut)
        #expect(error?.isWorthRetrying == true)
        #expect(error?.mayHaveHappened == true)
    }

    @Test("Cancelling the task ends a pause, and the call")
    func cancelledInPause() async throws {
        let backend = try ScriptedBackend([Self.unavailable])
        var pauses = backend.time.pauses
        pauses.wait = { _ in
            withUnsafeCurrentTask { $0?.cancel() }
            try Task.checkCancellation()
        }
        let realtime = try RealtimeClient(url: backend.server.url, settings: .init(), pauses: pauses) { "t" }
        let error = await Task {
            await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
                try await realtime.stats()
            }
        }.value
        #expect(error?.code == .cancelled)
        #expect(backend.calls.count == 1)
    }

    private actor TokenSequence {
        private var count = 0

        func next() -> String {
            count += 1
            return "token-\(count)"
        }
    }
}
