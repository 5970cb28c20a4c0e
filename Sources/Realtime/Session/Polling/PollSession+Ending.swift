/// How a session ends, and what is due when.
extension PollSession {
    /// The client says that it will not come again, or has not come for too long.
    func leave(_ ending: PollEnding) {
        conclude(ending)
        // Who is lost may come back within the grace period; who left on purpose is not waited for by anybody here.
        if ending == .left { session.end(.normal, reason: "left") } else { session.closed() }
        finish()
    }

    /// The server is stopping.
    func drain(farewell: [UInt8]) {
        farewell.withUnsafeBytes { carrier.send(text: $0) }
        session.end(.draining, reason: "server is stopping")
        finish()
    }

    func conclude(_ ending: PollEnding) {
        guard !life.isOver else { return }
        life.end(at: now)
        desk.ended(self, ending)
    }

    /// Leaves the last word, unless the session has said it.
    func leaveFarewell(_ code: WebSocketCloseCode, reason: String) {
        guard carrier.farewell == nil else { return }
        let head = session.shard.head(at: session.time.date)
        let farewell = session.shard.withMessage(
            { $0.appendDisconnect(closeCode: Int(code.rawValue), reason: reason, head) },
            { HeldEnvelope($0) })
        if let farewell { carrier.leave(farewell) }
    }

    /// Answers everybody who waits.
    func finish() {
        for run in sends { run.giveUp(.sessionIsOver) }
        answerWaiters(all: true)
        answerArrivals { _ in true }
        pump()
        watch()
    }

    /// Lets go of everything, when nobody will come again.
    func forget() {
        loop.set(&timer, after: nil, self)
    }

    // MARK: Time

    func watch() {
        let deadlines = [
            life.deadline, waiters.lazy.map(\.deadline).min(), arrivals.lazy.map(\.deadline).min(),
            sends.lazy.map(\.deadline).min(), commentDeadline,
        ]
        let deadline = deadlines.lazy.compactMap { $0 }.min() ?? .endOfTime
        loop.set(&timer, after: deadline < .endOfTime ? max(deadline - now, .zero) : nil, self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        timePassed()
    }

    /// Does what is due by now.
    func timePassed() {
        let now = now
        answerWaiters()
        answerArrivals { $0.deadline <= now }
        for run in sends where run.deadline <= now { run.giveUp(.tookTooLong) }
        if let stream, let commentDeadline, commentDeadline <= now { stream.sendComment(at: now) }
        switch life.due(at: now) {
        case .nothing: watch()
        case .abandoned:
            leave(.abandoned)
            desk.forget(self)
        case .forgotten: desk.forget(self)
        }
    }
}

extension PollSession: ShelfKeeper {
    func settled() {
        guard preparations == 0, session.isInboxSettled else { return }
        answerArrivals { _ in true }
    }

    func shelved() {
        desk.counters.shelved += 1
        answerSoon()
    }

    /// Answers those who wait when the loop has done what it is doing: what comes together is answered together.
    private func answerSoon() {
        guard !isAnsweringSoon, !waiters.isEmpty || stream != nil else { return }
        isAnsweringSoon = true
        let me = LoopBound(self, on: loop)
        loop.post {
            let poll = me.value
            poll.isAnsweringSoon = false
            poll.answerWaiters()
            poll.pump()
            poll.watch()
        }
    }

    func answered(_ id: ClientMessageID, _ answer: HeldEnvelope) -> Bool {
        guard let run = sends.first(where: { $0.awaited == id }) else { return false }
        desk.counters.shelved += 1
        run.answered(answer)
        return true
    }

    func closed(_ code: WebSocketCloseCode, reason: String) {
        conclude(.closed)
        leaveFarewell(code, reason: reason)
        let me = LoopBound(self, on: loop)
        loop.post { me.value.finish() }
    }

    func overflowed() {
        conclude(.tooSlow)
        leaveFarewell(.tooSlow, reason: "reading too slowly")
        let me = LoopBound(self, on: loop)
        loop.post {
            me.value.session.closed()
            me.value.finish()
        }
    }
}
