// How a client's message becomes an event for handlers, and what it is answered.

extension ClientSession: EventSession {
    var identity: Claims {
        guard let token else { preconditionFailure("no event comes from a session without a token") }
        return token.claims
    }

    var roomCount: Int { seats.count }

    func leaveSeat(in room: RoomID) -> Bool {
        guard isIn(room) else { return false }
        vacate(room)
        return true
    }

    var presence: PresenceState {
        get { account?.presence ?? .initial }
        set { account?.presence = newValue }
    }
}

extension ClientSession {
    /// Hands a message to the handlers of its type.
    func dispatch(_ envelope: InboundEnvelope) throws(EnvelopeFailure) {
        let id = envelope.messageID
        let core = services.core
        let type = envelope.type.content(in: envelope.text)
        let plan = core.registry.plan(for: type) ?? core.unknownTypes(type)
        let effect = plan?.route.effect ?? .answers
        guard admit(effect == .publishes ? .publish : .query, replyTo: id) else { return }
        guard let plan, !plan.route.isEmpty, !EventType.isTheServers(plan.route.type) else {
            refuse(RealtimeError(.unknownType, "Nobody here takes events of this type."), replyTo: id)
            return
        }
        let room: RoomID?
        do throws(EnvelopeFailure) {
            room = try envelope.room
        } catch {
            throw EnvelopeFailure(error.problem, field: error.field, messageID: id)
        }
        let scope = EventScope(
            core: core, loop: loop, type: plan.route.type, data: envelope.dataBytes.map { SharedBytes($0) },
            room: room, recipient: envelope.recipientID, messageID: id, sender: sender, session: self)
        guard effect == .publishes, let id, let account else {
            run(scope, plan)
            return
        }
        let me = LoopBound(self, on: loop)
        let verdict = account.begin(id, at: time.now, core.window) { outcome in
            me.loop.post { me.value.answerRepeated(id, outcome) }
        }
        switch verdict {
        case .act: run(scope, plan)
        case .answered(let answer): acknowledge(id, answer)
        case .underway: break
        }
    }

    private var sender: Sender {
        let claims = identity
        return Sender(
            user: claims.user, username: claims.username, device: device,
            connectionID: connection, isApplication: false)
    }

    private func run(_ scope: EventScope, _ plan: DispatchCore.Plan) {
        guard shard.eventsInFlight < services.core.settings.eventsInFlight else {
            finish(
                scope, .failure(RealtimeError(.unavailable, "Too many events are being handled.")), plan,
                account)
            return
        }
        shard.eventsInFlight += 1
        becomeBusy()
        var isStarting = true
        // Kept by hand, because the session has none any more when it ends meanwhile.
        let account = account
        EventRun.start(scope, plan.route, around: plan.around) { [self] outcome in
            shard.eventsInFlight -= 1
            finish(scope, outcome, plan, account)
            if isStarting { wasNotBusy() } else { becomeIdle() }
        }
        isStarting = false
    }

    /// Answers the sender, and remembers the answer for one who asks again.
    private func finish(
        _ scope: EventScope, _ outcome: Result<Void, RealtimeError>, _ plan: DispatchCore.Plan,
        _ account: UserAccount?
    ) {
        let id = scope.messageID
        var answer = PublishWindow.Answer(seq: scope.publication?.seq)
        if case .ack(let extra) = scope.answer { answer.extra = extra }
        if plan.route.effect == .publishes, let id, let account {
            account.end(id, outcome.map { answer }, at: time.now, services.core.window)
        }
        guard isOpen else { return }
        switch outcome {
        case .failure(let error):
            // One answer is all that a message gets.
            if case .ack = scope.answer { refuse(error, replyTo: id) }
        case .success:
            if case .ack = scope.answer, let id { acknowledge(id, answer) }
        }
    }

    private func answerRepeated(_ id: ClientMessageID, _ outcome: UserAccount.Outcome) {
        guard isOpen else { return }
        switch outcome {
        case .success(let answer): acknowledge(id, answer)
        case .failure(let error): refuse(error, replyTo: id)
        }
    }

    private func acknowledge(_ id: ClientMessageID, _ answer: PublishWindow.Answer) {
        send { message, head in
            message.appendAck(of: id, seq: answer.seq, head) { data in
                answer.extra?.withUnsafeBytes { data.members($0) }
            }
        }
    }
}

extension InboundEnvelope {
    /// The room that the message is about: the envelope's, or the one that `data` names. `project_id` of a task
    /// is read by its handler.
    fileprivate var room: RoomID? {
        get throws(EnvelopeFailure) {
            guard let data, data.kind == .object else { return roomID }
            return try roomID(orIn: try dataMembers())
        }
    }
}
