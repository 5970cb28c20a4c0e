// How a session learns who it is, and hears of it again.

extension ClientSession {
    /// The token was verified before the session began.
    func open(with token: VerifiedToken, _ seat: AccountSeat) {
        begin(token, seat)
    }

    /// Nobody has said yet who it is: the first message has to.
    func awaitToken() {
        watch()
    }

    /// A message of a client that is not authenticated.
    func authenticate(with envelope: InboundEnvelope) throws(EnvelopeFailure) {
        guard envelope.isOf(type: "auth") else {
            endBeforeAuthentication(
                RealtimeError(.unauthenticated, "The first message has to be auth."),
                replyTo: envelope.messageID, .unauthenticated)
            return
        }
        let id = envelope.messageID
        life.verify()
        try verify(envelope) { session, outcome in
            switch outcome {
            case .success(let token):
                guard let seat = session.services.accountSeat(of: token.claims.user) else {
                    session.refuse(.tooManyConnections, replyTo: id)
                    session.endForTooMuch(retryAfter: .tillAnotherConnectionMayHaveEnded)
                    return
                }
                session.begin(token, seat)
                // The answer to `auth` is `connect`, but one who asked by an id is told so too.
                if let id { session.sendAuthSuccess(replyTo: id) }
            case .failure(let refusal):
                session.endBeforeAuthentication(RealtimeError(refusal), replyTo: id, .unauthenticated)
            }
        }
    }

    /// A client that is authenticated brings another token.
    func renew(with envelope: InboundEnvelope) throws(EnvelopeFailure) {
        let id = envelope.messageID
        try verify(envelope) { session, outcome in
            switch outcome {
            case .success(let token) where token.claims.user == session.token?.claims.user:
                session.renew(with: token) { session.sendAuthSuccess(replyTo: id) }
            case .success:
                session.refuse(
                    RealtimeError(.forbidden, "The new token is another user's."), replyTo: id)
            case .failure(let refusal):
                session.refuse(RealtimeError(refusal), replyTo: id)
            }
        }
    }

    /// Another token of the same user is in force from now on.
    ///
    /// - Parameter told: says so, before the client hears which rooms it has lost by that.
    func renew(with token: VerifiedToken, told: () -> Void = {}) {
        self.token = token
        guard !endIfRevoked() else { return }
        life.authenticated(expiresAt: token.claims.expiresAt)
        watch()
        told()
        checkRooms()
    }

    /// Has the token of an `auth` message judged. What comes meanwhile waits.
    private func verify(
        _ envelope: InboundEnvelope,
        _ completion: @escaping @Sendable (ClientSession, Authenticator.Outcome) -> Void
    ) throws(EnvelopeFailure) {
        let token = try token(in: envelope)
        let me = LoopBound(self, on: loop)
        let answer = ExactText(token).withUTF8 { token in
            services.authenticator.authenticate(token) { outcome in
                me.loop.post {
                    let session = me.value
                    guard !session.life.isOver else { return }
                    completion(session, outcome)
                    session.becomeIdle()
                }
            }
        }
        switch answer {
        case .now(let outcome): completion(self, outcome)
        case .later: becomeBusy()
        }
    }

    private func token(in envelope: InboundEnvelope) throws(EnvelopeFailure) -> String {
        do throws(EnvelopeFailure) {
            let data = try envelope.dataMembers()
            guard let token = try data.string("token") else {
                throw EnvelopeFailure(.missing, field: "token")
            }
            return token
        } catch {
            throw EnvelopeFailure(error.problem, field: error.field, messageID: envelope.messageID)
        }
    }

    /// From now on it is somebody's.
    private func begin(_ token: VerifiedToken, _ seat: AccountSeat) {
        let claims = token.claims
        self.token = token
        accountSeat = seat
        life.authenticated(expiresAt: claims.expiresAt)
        shard.add(self)
        services.hub.connected(connection, of: claims.user, device: device, username: claims.username)
        let greeting = ConnectGreeting(
            connection: connection, user: claims.user, username: claims.username, device: device,
            heartbeat: services.settings.heartbeat, tokenExpiresAt: claims.expiresAt,
            serverName: "realtime", serverVersion: services.settings.serverVersion)
        send { $0.appendConnect(greeting, $1) }
        guard !endIfRevoked() else { return }
        inbox = .connected(time.date)
        timePassed()
    }

    /// From here on a revocation of its token finds it; one that came while the token was on its way here must not
    /// have missed it.
    private func endIfRevoked() -> Bool {
        guard let claims = token?.claims,
            services.authenticator.revocations.isRevoked(claims, at: time.date)
        else { return false }
        end(.unauthenticated, reason: "revoked")
        return true
    }

    private func sendAuthSuccess(replyTo id: ClientMessageID?) {
        guard let claims = token?.claims else { return }
        send { message, head in
            var head = head
            head.replyTo = id
            message.appendEnvelope(type: "auth_success", head) { data in
                claims.user.withUTF8 { data.string("user_id", utf8: $0) }
                data.string("username", claims.username)
                if let expiry = claims.expiresAt { data.string("token_expires_at", expiry.description) }
            }
        }
    }

    /// Leaves the rooms that the new token does not allow any more.
    private func checkRooms() {
        let rooms = seats.rooms
        guard !rooms.isEmpty, let claims = token?.claims else { return }
        let me = LoopBound(self, on: loop)
        let access = services.core.access
        becomeBusy()
        loop.spawn {
            for room in rooms where await !access.rights(of: claims, in: room).contains(.read) {
                me.value.expel(from: room)
            }
            me.value.becomeIdle()
        }
    }

    private func expel(from room: RoomID) {
        guard isOpen, isIn(room) else { return }
        vacate(room)
        services.hub.leave(connection, of: user, device: device, in: room)
        send { $0.appendRoomLeft(room, reason: "forbidden", $1) }
    }

    /// Which of the user's devices this is.
    var device: DeviceID? { token?.claims.device ?? deviceHint }
}

extension Duration {
    /// When a user with too many connections may try again: nothing is known of when one ends.
    fileprivate static let tillAnotherConnectionMayHaveEnded: Duration = .seconds(5)
}

extension RealtimeError {
    /// What a client may know of why its token is not accepted.
    init(_ refusal: TokenRefusal) {
        self.init(refusal == .unavailable ? .unavailable : .unauthenticated, refusal.clientMessage)
    }

    static let tooManyConnections = RealtimeError(
        .rateLimited, "The user has as many connections as they may have.")
}
