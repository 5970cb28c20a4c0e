// What comes from others, and what was missed of it.

extension ClientSession: Receiver {
    /// Whose it is. Asked only of one that is authenticated, as no other is known to anybody.
    var user: UserID {
        guard let token else { preconditionFailure("nobody knows of a session without a token") }
        return token.claims.user
    }

    var tokenID: ExactText? { token?.claims.tokenID }
    var tokenExpiresAt: Timestamp? { token?.claims.expiresAt }

    func receive(_ frame: inout BroadcastFrame, isEphemeral: Bool) {
        if isEphemeral {
            let waiting = backlog?.growth ?? carrier.unsentBytes
            guard waiting <= services.settings.ephemeralOutbox else { return }
        }
        if backlog == nil {
            carrier.send(&frame)
        } else {
            wait(frame.plain)
        }
    }

    func prefetchCarrier() {
        prefetch(carrierAddress)
    }

    func prefetchConnection() {
        carrier.prefetchConnection()
    }

    func catchUp(_ replay: [SharedBytes]) {
        if let backlog {
            backlog.append(replay: replay)
            return
        }
        backlog = Backlog(replay, maximumGrowth: services.settings.maxBacklog)
        // What the client asks for next is not worked on before it has this.
        becomeBusy()
        sendBacklog()
    }

    /// Has a message sent behind what waits.
    func wait(_ frame: SharedBytes) {
        guard backlog?.append(frame) == false else { return }
        backlog = nil
        // Whoever publishes this is in the middle of telling a room's members. The rooms are left when the
        // carrier is gone.
        carrier.closeSlowReader()
    }

    /// All that was sent has left.
    func sentAll() {
        sendBacklog()
        goOnWithInbox()
    }

    /// Sends as much of the backlog as the reader is ready for.
    private func sendBacklog() {
        guard let backlog else { return }
        while carrier.isOpen, carrier.unsentBytes < services.settings.replayPage {
            guard let next = backlog.popFirst() else {
                self.backlog = nil
                becomeIdle()
                return
            }
            var frame = BroadcastFrame(next)
            carrier.send(&frame)
        }
        carrier.tellWhenSent()
    }

    func isIn(_ room: RoomID) -> Bool { seats.contains(room) }

    func entered(_ room: LocalRoom, at place: Int) {
        seats.insert(room, at: place)
    }

    func moved(in room: LocalRoom, to place: Int) {
        seats.move(room, to: place)
    }

    func disconnect(_ code: WebSocketCloseCode, reason: String) {
        end(code, reason: reason)
    }
}
