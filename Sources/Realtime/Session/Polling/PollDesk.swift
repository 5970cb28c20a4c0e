/// The sessions without a WebSocket of the users whose home is one loop: whose a request is, and how it is answered.
///
/// It belongs to that loop.
final class PollDesk {
    struct Limits: Sendable {
        var shelf = EventShelf.Limits()
        var life = PollLife.Limits()
        /// How long a stream may be silent, so that whatever is between it and its client does not give it up.
        var commentInterval: Duration = .seconds(15)
    }

    /// What there is and was on one loop. Others ask the loop for a copy.
    struct Counters: Sendable {
        /// Sessions that are open.
        var open = 0
        /// Polls that wait for something to come.
        var waiting = 0
        var streams = 0
        /// Envelopes that clients sent.
        var received = 0
        /// Messages that were sent to clients.
        var shelved = 0
        /// Sessions that have ended, by how.
        var endings: [PollEnding: Int] = [:]

        mutating func add(_ other: Counters) {
            open += other.open
            waiting += other.waiting
            streams += other.streams
            received += other.received
            shelved += other.shelved
            endings.merge(other.endings) { $0 + $1 }
        }
    }

    /// One user's.
    private struct Sessions {
        var roster = PollRoster()
        var byID: [ConnectionID: PollSession] = [:]
    }

    let services: SessionServices
    let shard: HubShard
    let limits: Limits
    var counters = Counters()
    private var users: [UserID: Sessions] = [:]
    private var isDraining = false

    init(_ services: SessionServices, on shard: HubShard, _ limits: Limits) {
        self.services = services
        self.shard = shard
        self.limits = limits
    }

    // MARK: Requests

    /// Answers a poll.
    func poll(
        _ request: PollRequest, _ token: VerifiedToken,
        _ done: @escaping (Result<SharedBytes, RealtimeError>) -> Void
    ) {
        let found: (session: PollSession, isNew: Bool)
        do throws(RealtimeError) {
            found = try session(for: request, token)
        } catch {
            done(.failure(error))
            return
        }
        let isAnswered =
            !found.isNew && !request.isConnect
            && found.session.poll(request.question, wait: request.wait) { done(.success($0)) }
        guard !isAnswered else { return }
        found.session.begin(isReset: !request.isConnect) { done(.success($0)) }
    }

    /// Handles what a client says.
    func send(
        _ body: SendBody, _ request: PollRequest, _ token: VerifiedToken,
        _ done: @escaping (Result<SharedBytes, RealtimeError>) -> Void
    ) {
        let session: PollSession
        do throws(RealtimeError) {
            session = try self.session(sending: request, token)
        } catch {
            done(.failure(error))
            return
        }
        guard session.send(body, { done(.success($0)) }) else {
            done(
                .failure(
                    RealtimeError(.rateLimited, "Too much is being sent at once.", retryAfter: .seconds(1))))
            return
        }
    }

    /// Finds or makes the session of a stream.
    func sessionForStream(
        _ request: PollRequest, _ token: VerifiedToken
    ) throws(RealtimeError) -> PollSession {
        guard request.session == .unnamed else { return try session(for: request, token).session }
        guard !isDraining else { throw .stopping }
        let user = token.claims.user
        // Two tabs that connect by event streams of their own, and can't name a session, have one each.
        if !request.isConnect, var roster = users[user]?.roster,
            let sessions = users[user]?.byID,
            let id = roster.forStream(
                on: token.claims.device ?? request.device, begun: { sessions[$0]?.streamBegun }),
            let session = sessions[id]
        {
            users[user]?.roster = roster
            session.renew(with: token)
            return session
        }
        return try make(for: token, request.device, as: .streamed)
    }

    /// A client says that it will not come again.
    func leave(_ request: PollRequest, _ token: VerifiedToken) throws(RealtimeError) {
        guard case .named(let id) = request.session, let session = users[token.claims.user]?.byID[id] else {
            throw .noSuchSession
        }
        session.leave(.left)
        forget(session)
    }

    // MARK: Whose a request is

    private func session(
        for request: PollRequest, _ token: VerifiedToken
    ) throws(RealtimeError) -> (session: PollSession, isNew: Bool) {
        guard !isDraining else { throw .stopping }
        if let session = known(request, token) {
            guard session.isDone(for: request.question) else {
                session.renew(with: token)
                return (session, false)
            }
            forget(session)
        }
        let isShared = request.session == .unnamed && !request.isConnect
        return (try make(for: token, request.device, as: isShared ? .shared : .fresh), true)
    }

    private func session(
        sending request: PollRequest, _ token: VerifiedToken
    ) throws(RealtimeError) -> PollSession {
        guard !isDraining else { throw .stopping }
        let user = token.claims.user
        if request.session != .unnamed {
            guard let session = known(request, token), !session.life.isOver else { throw .noSuchSession }
            session.renew(with: token)
            return session
        }
        let device = token.claims.device ?? request.device
        if let id = users[user]?.roster.forFollowUp(on: device), let session = users[user]?.byID[id],
            !session.life.isOver
        {
            session.renew(with: token)
            return session
        }
        return try make(for: token, request.device, as: .shared)
    }

    private func known(_ request: PollRequest, _ token: VerifiedToken) -> PollSession? {
        let user = token.claims.user
        let device = token.claims.device ?? request.device
        switch request.session {
        case .unknown:
            return nil
        case .named(let id):
            guard users[user]?.roster.named(id) == true else { return nil }
            return users[user]?.byID[id]
        case .unnamed:
            let id =
                request.isConnect
                ? users[user]?.roster.forConnect(on: device) : users[user]?.roster.forFollowUp(on: device)
            return id.flatMap { users[user]?.byID[$0] }
        }
    }

    private func make(
        for token: VerifiedToken, _ device: DeviceID?, as use: PollRoster.Use
    ) throws(RealtimeError) -> PollSession {
        let user = token.claims.user
        guard let seat = services.accountSeat(of: user) else { throw .tooManyConnections }
        let session = PollSession(token, seat, device: device, at: self)
        counters.open += 1
        users[user, default: Sessions()].byID[session.id] = session
        if let oldest = users[user]?.roster.made(session.id, on: session.device, as: use),
            let session = users[user]?.byID[oldest]
        {
            session.leave(.abandoned)
            forget(session)
        }
        // Its token may have been revoked while it was on its way here.
        if session.life.isOver { users[user]?.roster.ended(session.id) }
        return session
    }

    // MARK: The end

    /// A session is over. Its end can be asked for, for a while.
    func ended(_ session: PollSession, _ ending: PollEnding) {
        counters.open -= 1
        counters.endings[ending, default: 0] += 1
        users[session.user]?.roster.ended(session.id)
    }

    /// Nobody will ask for the session any more.
    func forget(_ session: PollSession) {
        session.forget()
        let user = session.user
        users[user]?.byID[session.id] = nil
        users[user]?.roster.forgot(session.id)
        if users[user]?.byID.isEmpty == true { users[user] = nil }
    }

    /// Tells every client that the server is stopping. Whoever comes later is told so too.
    func drain(farewell: () -> [UInt8]) {
        isDraining = true
        for session in users.values.flatMap(\.byID.values) { session.drain(farewell: farewell()) }
    }

    /// Does at once what the timers of sessions would do by now.
    func expireAll() {
        for session in users.values.flatMap(\.byID.values) {
            session.session.timePassed()
            session.timePassed()
        }
    }
}

/// How a session without a WebSocket has ended.
enum PollEnding: String, CaseIterable, Sendable {
    /// The client has not come for too long.
    case abandoned
    /// The client said so.
    case left
    /// The client fetched too little of what was sent to it.
    case tooSlow = "too_slow"
    /// The server ended it.
    case closed
}

extension RealtimeError {
    static let noSuchSession = RealtimeError(.notFound, "There is no such session: poll first.")
    static let stopping = RealtimeError(.unavailable, "The server is stopping.", retryAfter: .seconds(1))
}
