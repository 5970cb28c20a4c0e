import HTTPClient

/// Asks the application over HTTP what a user may do in a room.
///
/// It fails closed: who can't be asked about has no rights, until the next question is answered. Those who ask
/// the same at a time share one request. Any thread may use it; it never waits but by suspending.
final class HTTPRoomAuthorizer: RoomAuthorizer {
    /// What has been asked since the start.
    struct Counters: Equatable, Sendable {
        /// Requests to the application.
        var requests = 0
        /// Questions answered from memory.
        var remembered = 0
        /// Questions that shared another one's request.
        var shared = 0
        /// Requests without an answer that could be understood.
        var failures = 0
    }

    private struct State {
        var cache: RoomRightsCache
        var underway: [AuthorizationQuestion: Task<RoomRights, Never>] = [:]
        var gate = LogGate(every: .seconds(60))
        var counters = Counters()
    }

    private let url: String
    private let timeout: Duration
    private let time: TimeSource
    private let log: Log
    private let client: HTTPClient
    private let state: Locked<State>

    /// - Parameters:
    ///   - url: Where the application answers, `http` or `https`. It may have a secret in it and is never logged.
    ///   - timeout: How long an answer may take; then it is no.
    ///   - cacheEntries: How many answers are remembered, 0 for none.
    init(
        url: String, timeout: Duration = .seconds(2), cacheEntries: Int, time: TimeSource = .system, log: Log,
        client: HTTPClient = HTTPRoomAuthorizer.makeClient()
    ) {
        self.url = url
        self.timeout = timeout
        self.time = time
        self.log = log
        self.client = client
        state = Locked(State(cache: RoomRightsCache(capacity: cacheEntries)))
    }

    /// A client for short answers. When thousands come back at a time, their questions wait for one of some
    /// connections instead of being refused.
    static func makeClient() -> HTTPClient {
        HTTPClient(.init(maximumResponseBytes: 16 << 10, maximumConnections: 32, maximumInFlight: 1 << 14))
    }

    var counters: Counters {
        state.withLock { $0.counters }
    }

    /// What this user may do in this room.
    func rights(of user: UserID, device: DeviceID?, in room: RoomID) async -> RoomRights {
        let question = AuthorizationQuestion(user: user, device: device, room: room)
        let now = time.now
        let (known, task) = state.withLock { state -> (RoomRights?, Task<RoomRights, Never>?) in
            if let rights = state.cache.rights(for: question, at: now) {
                state.counters.remembered += 1
                return (rights, nil)
            }
            if let task = state.underway[question] {
                state.counters.shared += 1
                return (nil, task)
            }
            state.counters.requests += 1
            // A task of its own, which goes on when the one who asked first no longer wants to know.
            let task = Task { await self.ask(question) }
            state.underway[question] = task
            return (nil, task)
        }
        if let known { return known }
        return await task?.value ?? []
    }

    private func ask(_ question: AuthorizationQuestion) async -> RoomRights {
        let asked = time.now
        let outcome = await request(question)
        let now = time.now
        let suppressed = state.withLock { state -> Int? in
            state.underway[question] = nil
            switch outcome {
            case .success(let answer):
                if let age = answer.maximumAge {
                    // Its age counts from before it was on its way.
                    state.cache.insert(answer.rights, for: question, lasting: age - (now - asked), at: now)
                }
                return nil
            case .failure:
                state.counters.failures += 1
                return state.gate.admit(at: now)
            }
        }
        switch outcome {
        case .success(let answer): return answer.rights
        case .failure(let failure):
            if let suppressed {
                log.warning(
                    "room authorizer failed",
                    ["reason": .string(failure.reason), "suppressed": .integer(suppressed)])
            }
            return []
        }
    }

    private struct Failure: Error {
        let reason: String
    }

    private func request(_ question: AuthorizationQuestion) async -> Result<AuthorizationAnswer, Failure> {
        let request = HTTPClient.Request(
            .post, url, headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: question.json, timeout: timeout)
        do {
            let response = try await client.send(request)
            let answer = AuthorizationAnswer(
                status: response.status, body: response.body, cacheControl: response.headers["Cache-Control"])
            guard let answer else {
                let problem = response.status == 200 ? "no answer of the right form" : "\(response.status)"
                return .failure(Failure(reason: "status: " + problem))
            }
            return .success(answer)
        } catch {
            return .failure(Failure(reason: error.description))
        }
    }
}
