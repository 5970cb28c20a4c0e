/// One session whose client has no WebSocket: an ordinary session, the shelf that it is sent things onto, and the
/// requests of the client that are being answered.
///
/// It belongs to the home loop of its user.
final class PollSession: LoopTimerTarget {
    /// A poll that waits for something to come.
    struct Waiter {
        let place: EventShelf.Place
        let deadline: Instant
        let done: (SharedBytes) -> Void
    }

    /// A request that begins anew, and waits until there is something to begin with.
    struct Arrival {
        enum Kind {
            case poll((SharedBytes) -> Void)
            case stream(EventStream)
        }

        let kind: Kind
        let isReset: Bool
        let deadline: Instant
    }

    /// How many polls may wait at once; one more has the oldest answered.
    private static let mostWaiters = 8
    /// How long a connect waits for notifications from the database.
    private static let longestArrival: Duration = .seconds(2)

    let device: DeviceID?
    let desk: PollDesk
    let carrier: ShelfCarrier
    let session: ClientSession
    var life: PollLife
    var waiters: [Waiter] = []
    var arrivals: [Arrival] = []
    /// What has to happen before a connect can be answered.
    var preparations = 0
    var sends: [SendRun] = []
    var stream: EventStream?
    var isAnsweringSoon = false
    var timer: LoopTimer?
    /// Whether the client was told that the session is over.
    var farewellWasAnswered = false
    private var presented: PresentedTokens

    var id: ConnectionID { session.connection }
    var user: UserID { session.user }
    var now: Instant { session.time.now }
    var loop: EventLoop { session.loop }

    /// Opens a session for a token that counts.
    init(_ token: VerifiedToken, _ seat: AccountSeat, device: DeviceID?, at desk: PollDesk) {
        self.desk = desk
        let services = desk.services
        self.device = token.claims.device ?? device
        presented = PresentedTokens(token.claims)
        carrier = ShelfCarrier(desk.limits.shelf, time: services.time)
        session = ClientSession(carrier: carrier, on: desk.shard, deviceHint: device, services: services)
        life = PollLife(desk.limits.life, at: services.time.now)
        carrier.keeper = self
        session.open(with: token, seat)
        joinLostRooms()
    }

    /// Comes into the rooms in which its device was until its connection was lost, as far as the token allows: who
    /// falls back from a WebSocket and can't say where it was is there again, and nobody has noticed.
    private func joinLostRooms() {
        guard session.isOpen, let claims = session.token?.claims else { return }
        let rooms = desk.shard.user(user)?.lostRooms.rooms(of: device, at: now) ?? []
        guard !rooms.isEmpty else { return }
        preparations += 1
        let (hub, access) = (desk.services.hub, desk.services.core.access)
        let limit = desk.services.core.settings.roomsPerConnection
        let join = RoomJoin(
            connection: id, user: claims.user, username: claims.username, device: device)
        let me = LoopBound(self, on: loop)
        loop.spawn {
            for room in rooms.prefix(limit) where await access.rights(of: claims, in: room).contains(.read) {
                // A room that is gone, or one too many, is no reason not to connect.
                try? await hub.join(join, room: room, create: false, answering: nil)
            }
            me.value.preparations -= 1
            me.value.settled()
        }
    }

    // MARK: Polling

    /// Answers a request that goes on from somewhere; nil, having done nothing, when its place is not known.
    ///
    /// - Parameter wait: how long to wait for something to come.
    func poll(
        _ question: EventShelf.Question, wait: Duration, _ done: @escaping (SharedBytes) -> Void
    ) -> Bool {
        guard let place = carrier.shelf.place(of: question) else { return false }
        carrier.withShelf { $0.passOn(upTo: place) }
        life.arrived()
        if wait > .zero, session.isOpen, !hasNews(from: place) {
            if waiters.count == Self.mostWaiters { answer(waiters.removeFirst()) }
            waiters.append(Waiter(place: place, deadline: now + wait, done: done))
            desk.counters.waiting += 1
        } else {
            done(answer(from: place))
            left()
        }
        // What the client has passed on, or has been given, makes room for more.
        session.sentAll()
        watch()
        return true
    }

    /// Whether all that there was to hear of a session that is over has been heard.
    func isDone(for question: EventShelf.Question) -> Bool {
        guard life.isOver, farewellWasAnswered else { return false }
        guard question != .everything, let place = carrier.shelf.place(of: question) else { return true }
        return place == carrier.shelf.end
    }

    /// Answers a request that begins anew, once what is pending has been fetched.
    func begin(isReset: Bool, _ done: @escaping (SharedBytes) -> Void) {
        life.arrived()
        begin(.poll(done), isReset: isReset)
    }

    func begin(_ kind: Arrival.Kind, isReset: Bool) {
        arrivals.append(Arrival(kind: kind, isReset: isReset, deadline: now + Self.longestArrival))
        settled()
        watch()
    }

    /// The events for one who begins anew: the greeting, and all that is there.
    private func everything() -> [HeldEnvelope] {
        var seen: Set<ExactText> = []
        // The last time that a notification was sent counts.
        let others = visible(from: 0).reversed().filter { event in
            switch event.kind {
            case .connect: false
            case .notification(let id, _): seen.insert(id).inserted
            case .disconnect, .other: true
            }
        }
        return [carrier.greeting].compactMap { $0 } + others.reversed()
    }

    func answerArrivals(_ isDue: (Arrival) -> Bool) {
        let due = arrivals.filter(isDue)
        guard !due.isEmpty else { return }
        arrivals.removeAll(where: isDue)
        let me = LoopBound((self, due), on: loop)
        loop.spawn {
            let (poll, due) = me.value
            // The rooms first: what happens to them from then on is among the events.
            let rooms = await poll.desk.services.hub.sketches(
                of: poll.session.seats.rooms, members: PollAnswer.mostUsers)
            for arrival in due { poll.answer(arrival, rooms) }
            poll.session.sentAll()
            poll.watch()
        }
    }

    private func answer(_ arrival: Arrival, _ rooms: [RoomSketch]) {
        var answer = PollAnswer(session: id, timestamp: stamp())
        answer.rooms = rooms
        answer.isReset = arrival.isReset
        switch arrival.kind {
        case .poll(let done):
            done(answer.json(with: marked(everything())))
            noteAnswered()
            left()
        case .stream(let stream):
            // Another one may have taken its place.
            guard self.stream === stream else { return }
            stream.begin(answer, everything(), from: carrier.shelf.end, at: now)
            pump()
        }
    }

    /// What the client is still to see, from a place on: neither what has expired nor what it has acknowledged.
    func visible(from place: EventShelf.Place) -> [HeldEnvelope] {
        let date = session.time.date
        return carrier.shelf.events(from: place).filter { isVisible($0, at: date) }
    }

    func isVisible(_ event: HeldEnvelope, at date: Timestamp) -> Bool {
        guard event.isAlive(at: date) else { return false }
        guard case .notification(let id, _) = event.kind else { return true }
        return NotificationID(id.string).map { session.isOutstanding($0) } ?? true
    }

    private func hasNews(from place: EventShelf.Place) -> Bool { !visible(from: place).isEmpty }

    private func answer(from place: EventShelf.Place) -> SharedBytes {
        defer { noteAnswered() }
        return PollAnswer(session: id, timestamp: stamp()).json(with: marked(visible(from: place)))
    }

    /// Events that end with an id that stands at one place only, so that it is known whether a client that names it has
    /// had this answer: where it does not, a `pong` of no meaning is put behind it.
    private func marked(_ events: [HeldEnvelope]) -> [HeldEnvelope] {
        guard let last = events.last, carrier.shelf.holdsTwice(last.messageID) else { return events }
        let head = session.shard.head(at: session.time.date)
        let mark = session.shard.withMessage({ $0.appendPong(head) }, { HeldEnvelope($0) })
        guard let mark, carrier.withShelf({ $0.append(mark, at: now) }) else { return events }
        return events + [mark]
    }

    func stamp() -> Timestamp {
        carrier.withShelf { $0.stamp(at: session.time.date) }
    }

    /// All that is there was handed to the client.
    private func noteAnswered() {
        if carrier.farewell != nil { farewellWasAnswered = true }
        carrier.withShelf { $0.markAnswered(upTo: $0.end) }
    }

    private func answer(_ waiter: Waiter) {
        waiter.done(answer(from: waiter.place))
        desk.counters.waiting -= 1
        left()
    }

    /// Answers those who wait for something that has come, or who have waited long enough.
    func answerWaiters(all: Bool = false) {
        let now = now
        let due = waiters.filter { all || $0.deadline <= now || hasNews(from: $0.place) }
        guard !due.isEmpty else { return }
        waiters.removeAll { all || $0.deadline <= now || hasNews(from: $0.place) }
        due.forEach(answer)
        session.sentAll()
    }

    func left() {
        life.left(at: now)
    }

    // MARK: The token

    /// The client comes with a token that counts, which may be a newer one than its last.
    func renew(with token: VerifiedToken) {
        guard session.isOpen, let known = session.token, known !== token,
            presented.isNews(token.claims, inForce: known.claims)
        else { return }
        session.renew(with: token)
    }
}
