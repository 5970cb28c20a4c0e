/// Takes one connection's notifications from the database to its carrier: what its feed says is to be asked is asked,
/// as soon as the reader is ready for what comes.
///
/// It belongs to the session's loop, and ends with it.
final class NotificationDelivery {
    private unowned let session: ClientSession
    private let address: InboxAddress
    private let connectedAt: Timestamp
    private var feed = NotificationFeed()
    /// Told each time that something has come of a question, and there is nothing more to send for now.
    var whenSettled: (() -> Void)?

    init(for session: ClientSession) {
        self.session = session
        address = InboxAddress(user: session.user, device: session.device)
        connectedAt = session.time.date
    }

    private var settings: NotificationFeed.Settings { session.services.core.inbox.settings.feed }

    private var desk: InboxDesk { session.services.core.inbox.desk(on: session.loop) }

    /// After which time there is something to do by itself. While the database is away there is nothing: it says so
    /// when it is back.
    func delay(at now: Instant) -> Duration? { desk.isReady ? feed.delay(at: now) : nil }

    /// Asks what is to be asked next.
    func goOn() {
        let desk = desk
        guard desk.isReady, session.isReadyForMore,
            let question = feed.next(at: session.time.now, settings)
        else { return }
        // The session may be gone when the answer comes.
        let session = session
        switch question {
        case .position:
            desk.arriving.ask(
                ArrivalQuestion(
                    address: address, rooms: session.identity.rooms?.json, date: connectedAt
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
                session.shard.counters.notificationsSent += 1
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
        if isSettled { whenSettled?() }
    }

    /// Whether there is nothing more to send for now: the connection is up to date, its reader has enough, or there is
    /// no database.
    var isSettled: Bool { feed.isUpToDate || !session.isReadyForMore || !desk.isReady }

    /// Whether a notification was sent that the device has not acknowledged.
    func isOutstanding(_ id: NotificationID) -> Bool { feed.isOutstanding(id) }

    // MARK: What happens elsewhere

    func inboxChanged(_ news: InboxNews) {
        if let newest = news.newest { feed.heard(of: newest) }
        for seq in news.released { feed.released(seq, at: session.time.now) }
        if news.isUncertain { feed.look() }
        if let acknowledged = news.acknowledged, acknowledged.device == address.device {
            feed.acknowledged(acknowledged.ids)
        }
        continueLater()
    }

    func acknowledged(_ ids: Set<NotificationID>) {
        feed.acknowledged(ids)
        session.watch()
    }
}

extension ClientSession {
    /// Whether the reader takes what it is sent: more may be fetched for it.
    var isReadyForMore: Bool { isOpen && !isBehind }

    /// Sends a notification.
    fileprivate func send(_ notification: DueNotification) {
        send { message, head in
            notification.data.withUnsafeBytes {
                message.appendEnvelope(type: StaticText("system_notification").utf8, head, data: $0)
            }
        }
    }
}
