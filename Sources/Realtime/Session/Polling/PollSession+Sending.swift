/// What the client of a session says, in the bodies of its `send`s.
extension PollSession {
    /// How many `send`s may be under way at once.
    static let mostSends = 16

    /// Handles a client's envelopes, one after the other. False when too many are being handled already.
    func send(_ body: SendBody, _ done: @escaping (SharedBytes) -> Void) -> Bool {
        guard sends.count < Self.mostSends else { return false }
        life.arrived()
        let run = SendRun(body, by: self, done)
        sends.append(run)
        if session.isOpen { run.goOn() } else { run.giveUp(.sessionIsOver) }
        watch()
        return true
    }

    func handOver(_ envelope: SharedBytes, by run: SendRun) {
        desk.counters.received += 1
        envelope.withUnsafeBytes { session.received($0, isText: true) }
        if !session.isOpen, run.awaited != nil { run.giveUp(.sessionIsOver) }
    }

    func handOver(_ error: RealtimeError, by run: SendRun) {
        guard let id = run.awaited else { return }
        desk.counters.received += 1
        session.received(error, answering: id)
        if !session.isOpen, run.awaited != nil { run.giveUp(.sessionIsOver) }
    }

    func finished(_ run: SendRun) {
        sends.removeAll { $0 === run }
        left()
    }

    /// An id for an envelope that its client gave none, so that its answer is known.
    func newMessageID() -> ClientMessageID {
        guard let id = ClientMessageID("own_\(session.shard.head(at: session.time.date).messageID)") else {
            preconditionFailure("34 characters are allowed")
        }
        return id
    }

    func withError(
        _ error: RealtimeError, replyTo id: ClientMessageID?, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        let head = session.shard.head(at: session.time.date)
        session.shard.withMessage(
            {
                $0.appendError(
                    error.code, error.message, head, replyTo: id,
                    retryAfterMilliseconds: error.retryAfter?.milliseconds)
            }, body)
    }
}

extension RealtimeError {
    static let sessionIsOver = RealtimeError(.unavailable, "The session is over.")
    static let tookTooLong = RealtimeError(.unavailable, "It took too long.")
}
