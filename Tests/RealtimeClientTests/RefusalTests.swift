import ScriptedServer
import Testing

@testable import RealtimeClient

/// What a call that fails tells the application.
@Suite("Errors of the backend's client")
struct RefusalTests {
    private struct NoProvider: Error {}

    private struct Unwritable: RealtimeEvent {
        static let eventType = "unwritable"
        var number = Double.nan
    }

    private func refusal(of backend: ScriptedBackend) async -> RealtimeClientError? {
        await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await backend.realtime.stats()
        }
    }

    @Test(
        "The server's code, sentence and status are told",
        arguments: [
            (400, "malformed", RealtimeClientError.Code.malformed),
            (401, "unauthenticated", .unauthenticated),
            (403, "forbidden", .forbidden), (404, "room_not_found", .roomNotFound),
            (409, "conflict", .conflict),
            (413, "too_large", .tooLarge), (500, "internal", .internalError),
        ])
    func codes(_ status: Int, _ code: String, _ expected: RealtimeClientError.Code) async throws {
        let backend = try ScriptedBackend(
            .json(status, #"{"error":{"code":"\#(code)","message":"why it is so"}}"#))
        let error = await refusal(of: backend)
        #expect(error?.code == expected)
        #expect(error?.status == status)
        #expect(error?.message == "why it is so")
        #expect(error?.isWorthRetrying == false)
        #expect(error?.mayHaveHappened == (status == 500))
        #expect(error?.description == "\(code) (\(status)): why it is so")
    }

    @Test(
        "A refusal without a body of this API is a bad answer with its status",
        arguments: ["", "<html>", "[]", #"{"error":"no"}"#, #"{"error":{"code":1,"message":2}}"#])
    func foreignRefusal(_ body: String) async throws {
        let error = await refusal(of: try ScriptedBackend(.respond(400, body: body)))
        #expect(error?.code == .badAnswer)
        #expect(error?.status == 400)
    }

    @Test(
        "A success that can't be read is a bad answer, and is not asked for again",
        arguments: ["", "{}", "[]", #"{"active_connections":"1"}"#])
    func foreignSuccess(_ body: String) async throws {
        let backend = try ScriptedBackend(.respond(200, body: body))
        let error = await refusal(of: backend)
        #expect(error?.code == .badAnswer)
        #expect(error?.mayHaveHappened == true)
        #expect(backend.calls.count == 1)
    }

    @Test("A redirect is not followed, so the token goes nowhere else")
    func redirect() async throws {
        let backend = try ScriptedBackend(.respond(307, headers: [("Location", "/elsewhere")]))
        #expect(await refusal(of: backend)?.code == .badAnswer)
        #expect(backend.calls.count == 1)
    }

    @Test("A long sentence of the server is cut")
    func longSentence() async throws {
        let text = String(repeating: "x", count: 10_000)
        let error = await refusal(
            of: try ScriptedBackend(.json(400, #"{"error":{"code":"malformed","message":"\#(text)"}}"#)))
        #expect(error?.message.count == 500)
    }

    @Test("A provider that gives no token: nothing is sent, and its error is the cause")
    func noToken() async throws {
        let server = ScriptedServer(.respond(200))
        let realtime = try RealtimeClient(url: server.url) { throw NoProvider() }
        let error = await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await realtime.stats()
        }
        #expect(error?.code == .noToken)
        #expect(error?.cause is NoProvider)
        #expect(server.requests.isEmpty)
    }

    @Test(
        "A token that would break the request is refused and not told",
        arguments: ["secret\r\nX: y", "secret\0"])
    func brokenToken(_ token: String) async throws {
        let backend = try ScriptedBackend(.respond(200), token: token)
        let error = try #require(await refusal(of: backend))
        #expect(error.code == .noToken)
        #expect(!String(reflecting: error).contains("secret"))
        #expect(backend.calls.isEmpty)
    }

    @Test("No description of the client or of an error has the token in it")
    func tokenIsNotTold() async throws {
        let server = ScriptedServer(.json(401, #"{"error":{"code":"unauthenticated","message":"no"}}"#))
        let realtime = try RealtimeClient(url: server.url, token: "secret")
        let error = try #require(
            await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
                try await realtime.stats()
            })
        var told = "\(realtime) \(String(reflecting: realtime)) \(error) \(String(reflecting: error))"
        dump(realtime, to: &told)
        dump(error, to: &told)
        #expect(!told.contains("secret"))
    }

    @Test("An event that can't be written as JSON: nothing is sent")
    func notEncodable() async throws {
        let backend = try ScriptedBackend(.respond(200))
        let error = await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try await backend.realtime.broadcast(Unwritable(), to: .everyone)
        }
        #expect(error?.code == .notEncodable)
        #expect(error?.cause is EncodingError)
        #expect(backend.calls.isEmpty)
    }

    @Test(
        "An address that is no server's is refused when the client is made",
        arguments: [
            "", "127.0.0.1:8765", "ftp://host", "http://", "http://host?a=b", "http://host#a",
            "http://u:p@host",
        ])
    func badURL(_ url: String) async {
        let error = await RealtimeClientTests.refusal { () async throws(RealtimeClientError) in
            try RealtimeClient(url: url, token: "t")
        }
        #expect(error?.code == .badURL)
    }
}
