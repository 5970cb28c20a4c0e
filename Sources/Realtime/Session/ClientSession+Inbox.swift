/// How far a session is with its user's inbox.
///
/// Nearly all connections are at rest nearly always, so what one has to remember then stands in the session itself, and
/// the rest is made when there is something to do.
enum InboxProgress {
    /// It came at this time, and nothing was asked yet.
    case connected(Timestamp)
    /// All up to this place was sent, and acknowledged by the device.
    case resting(after: Int64)
    /// Something is to be asked, on its way, or not acknowledged.
    case working(NotificationDelivery)

    var isWorking: Bool {
        if case .working = self { true } else { false }
    }
}

extension ClientSession {
    /// Whether the reader takes what it is sent: more may be fetched for it.
    var isReadyForMore: Bool { isOpen && !isBehind }

    var inboxDesk: InboxDesk { services.core.inbox.desk(on: loop) }

    /// After which time something is to be asked of the inbox. While the database is away there is nothing: it says so
    /// when it is back.
    func inboxDelay(at now: Instant) -> Duration? {
        guard case .working(let delivery) = inbox, inboxDesk.isReady else { return nil }
        return delivery.delay(at: now)
    }

    /// Asks what is to be asked of the inbox now.
    func goOnWithInbox() {
        switch inbox {
        case .working(let delivery): delivery.goOn()
        case .connected(let date) where inboxDesk.isReady:
            guard isReadyForMore else { return goOnWhenSent() }
            startDelivery(NotificationFeed(connectedAt: date)).goOn()
        case .connected, .resting, nil: break
        }
    }

    /// Asks again when the reader has taken what it was sent.
    func goOnWhenSent() {
        if isOpen { carrier.tellWhenSent() }
    }

    /// Something has changed in the user's inbox.
    func inboxChanged(_ news: InboxNews) {
        switch inbox {
        case .working(let delivery): delivery.inboxChanged(news)
        case .resting(let place): startDelivery(NotificationFeed(restedAfter: place)).inboxChanged(news)
        // What it is, is found when the inbox is asked for the first time.
        case .connected: goOnWithInbox()
        case nil: break
        }
    }

    func acknowledged(_ acknowledgement: InboxAcknowledgement) {
        guard acknowledgement.device == device, case .working(let delivery) = inbox else { return }
        delivery.acknowledged(acknowledgement.ids)
    }

    /// Whether nothing more of the inbox is to be sent for now: the connection is up to date, its reader has enough, or
    /// there is no database.
    var isInboxSettled: Bool {
        switch inbox {
        case .working(let delivery): delivery.isSettled
        case .connected: !isReadyForMore || !inboxDesk.isReady
        case .resting, nil: true
        }
    }

    /// Whether a notification was sent that the device has not acknowledged.
    func isOutstanding(_ id: NotificationID) -> Bool {
        switch inbox {
        case .working(let delivery): delivery.isOutstanding(id)
        case .connected, .resting: false
        // It is over, and hears of no acknowledgements any more.
        case nil: true
        }
    }

    private func startDelivery(_ feed: NotificationFeed) -> NotificationDelivery {
        let delivery = NotificationDelivery(feed, for: self)
        inbox = .working(delivery)
        return delivery
    }
}
