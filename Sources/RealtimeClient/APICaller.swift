import FoundationEssentials
import HTTPClient

/// Sends calls to the server, again where that is of use and does no harm, and reads the answers.
struct APICaller: Sendable {
    /// However long the settings would have it: the server knows a repeated broadcast for five minutes.
    private static let longestTotalTime = Duration.seconds(240)

    private let base: String
    private let settings: RealtimeClient.Settings
    private let pauses: Pauses
    private let client: HTTPClient
    /// A function in every case, which unlike a string has no description that could tell the token.
    private let token: RealtimeClient.TokenProvider

    init(
        base: String, settings: RealtimeClient.Settings, pauses: Pauses,
        token: @escaping RealtimeClient.TokenProvider
    ) {
        self.base = base
        self.settings = settings
        self.pauses = pauses
        self.token = token
        client = HTTPClient(
            HTTPClient.Settings(
                timeout: settings.timeout, connectTimeout: settings.timeout,
                maximumResponseBytes: 16 << 20, maximumConnections: max(settings.maximumConnections, 1),
                certificateAuthorities: settings.certificateAuthorities))
    }

    /// Makes a call and reads its answer.
    func answer<Answer: Decodable>(
        to call: APICall, as type: Answer.Type = Answer.self
    ) async throws(RealtimeClientError) -> Answer {
        let response = try await perform(call)
        do {
            return try APICoding.decoder().decode(Answer.self, from: Data(response.body))
        } catch {
            throw RealtimeClientError(
                .badAnswer, "the answer is not one of this API", status: response.status,
                mayHaveHappened: true)
        }
    }

    /// Makes a call until it succeeds, or it is of no use or too late to try again.
    private func perform(_ call: APICall) async throws(RealtimeClientError) -> HTTPClient.Response {
        let end = pauses.now() + min(settings.totalTime, Self.longestTotalTime)
        var mayHaveHappened = false
        var attempt = 1
        while true {
            var failure: RealtimeClientError
            do {
                return try await attemptOnce(call, within: end - pauses.now())
            } catch {
                failure = error
            }
            mayHaveHappened = mayHaveHappened || failure.mayHaveHappened
            failure.mayHaveHappened = mayHaveHappened
            let isHarmless = call.isRepeatable || !mayHaveHappened
            let pause = pauses.length(after: attempt, asked: failure.retryAfter)
            guard failure.isWorthRetrying, isHarmless, attempt < settings.attempts,
                pauses.now() + pause < end
            else { throw failure }
            do {
                try await pauses.wait(pause)
            } catch {
                throw RealtimeClientError(
                    .cancelled, "the task was cancelled", mayHaveHappened: mayHaveHappened)
            }
            attempt += 1
        }
    }

    private func attemptOnce(
        _ call: APICall, within limit: Duration
    ) async throws(RealtimeClientError) -> HTTPClient.Response {
        let token: String
        do {
            token = try await self.token()
        } catch {
            throw RealtimeClientError(.noToken, "there is no token for the request", cause: error)
        }
        var request = HTTPClient.Request(
            call.method, base + call.path, headers: ["Authorization": "Bearer " + token], body: call.body,
            timeout: min(settings.timeout, limit))
        if call.body != nil { request.headers.append("Content-Type", "application/json") }
        let response: HTTPClient.Response
        do {
            response = try await client.send(request)
        } catch {
            throw RealtimeClientError(error)
        }
        guard (200...299).contains(response.status) else { throw RealtimeClientError(response) }
        return response
    }
}
