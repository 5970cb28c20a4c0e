/// Takes one connection's notifications from the database to its carrier: what its feed says is to be asked is asked,
/// as soon as the reader is ready for what comes.
///
/// It belongs to the session's loop. The session has it as long as there is something to do, and no longer.
final class NotificationDelivery {
    private unowned let session: ClientSession
    private var feed: NotificationFeed

    init(_ feed: NotificationFeed, for session: ClientSession) {
        self.feed = feed
        self.session = session
    }

    private var settings: NotificationFeed.Settings { session.services.core.inbox.settings.feed }

    private var address: InboxAddress { InboxAddress(user: session.user, device: session.device) }

    /// After which time there is something to do by itself.
    func delay(at now: Instant) -> Duration? { feed.delay(at: now) }

    /// Asks what is to be asked next, or ends.
    func goOn() {
        let desk = session.inboxDesk
        guard desk.isReady else { return }
        guard session.isReadyForMore else { return session.goOnWhenSent() }
        guard let question = feed.next(at: session.time.now, settings) else {
            endIfAtRest()
            return
        }
        // The session may be gone when the answer comes.
        let session = session
        switch question {
        case .position(let date):
            desk.arriving.ask(
                ArrivalQuestion(
                    address: address, rooms: session.identity.rooms?.json, date: date
                ) { [self] result in
                    guard session.isOpen else { return }
                    switch result {
                    case .success(let inbox):
                        feed.answered(
                            last: inbox.last, newest: inbox.newest, hasPending: inbox.hasPending)
                    case .failure: feed.failed(at: session.time.now)
                    }
                    continueLater()
                })
        case .page(let kind, let after, let upTo):
            desk.fetching.ask(
                PageQuestion(address: address, kind: kind, after: after, upTo: upTo) { [self] in
                    answered($0, session)
                })
        case .again(let places):
            desk.repeating.ask(
                RepeatQuestion(address: address, places: places) { [self] in answered($0, session) })
        }
    }

    private func answered(_ result: Result<[DueNotification], PostgresFailure>, _ session: ClientSession) {
        guard session.isOpen else { return }
        switch result {
        case .success(let notifications):
            // The answer was true when it was read; the device has meanwhile acknowledged some of it, or some has
            // expired.
            let date = session.time.date
            for notification in notifications
            where feed.isStillPending(notification.id) && notification.isAlive(at: date) {
                session.send(notification)
                if notification.isRepeated {
                    session.shard.counters.notificationsRedelivered += 1
                } else {
                    session.shard.counters.notificationsDelivered += 1
                }
            }
            feed.answered(notifications.map { ($0.seq, $0.id) }, at: session.time.now, settings)
        case .failure:
            feed.failed(at: session.time.now)
        }
        continueLater()
    }

    private func continueLater() {
        goOn()
        session.watch()
        if isSettled { session.carrier.settled() }
    }

    /// Nothing is left to do: the session remembers the place.
    private func endIfAtRest() {
        if let place = feed.restingPlace { session.inbox = .resting(after: place) }
    }

    /// Whether there is nothing more to send for now: the connection is up to date, its reader has enough, or there is
    /// no database.
    var isSettled: Bool { feed.isUpToDate || !session.isReadyForMore || !session.inboxDesk.isReady }

    /// Whether a notification was sent that the device has not acknowledged.
    func isOutstanding(_ id: NotificationID) -> Bool { feed.isOutstanding(id) }

    // MARK: What happens elsewhere

    func inboxChanged(_ news: InboxNews) {
        if let newest = news.newest { feed.heard(of: newest) }
        for seq in news.released { feed.released(seq, at: session.time.now) }
        if news.isUncertain { feed.look() }
        continueLater()
    }

    func acknowledged(_ ids: Set<NotificationID>) {
        feed.acknowledged(ids)
        endIfAtRest()
        session.watch()
    }
}

extension ClientSession {
    /// Sends a notification.
    fileprivate func send(_ notification: DueNotification) {
        send { message, head in
            notification.data.withUnsafeBytes {
                message.appendEnvelope(type: StaticText("system_notification").utf8, head, data: $0)
            }
        }
    }
}
