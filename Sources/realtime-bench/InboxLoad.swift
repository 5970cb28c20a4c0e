/// Notifications at a stated rate, from the post to the recipient's socket.
struct InboxLoad: Load {
    /// One on its way, found by its tag's counter.
    private struct Pending {
        var user: UInt32 = 0
        var counter: UInt32 = 0
        var due: UInt64 = 0
        /// When the yes came; 0 before.
        var answeredAt: UInt64 = 0
        /// When it came to the recipient; 0 before.
        var deliveredAt: UInt64 = 0
        var isUsed = false
    }

    /// More are never on their way: posting waits, and the wait is counted, since latency runs from when a
    /// notification was due.
    private static let depth = 8192

    var counts = Counts()
    var measuring = false {
        didSet { if measuring { (answers, afterAnswers) = (Histogram(), Histogram()) } }
    }
    var stopped = false
    private(set) var inFlightDeliveries = 0
    private(set) var arrived: UInt64 = 0
    /// From when a notification was due to its 201.
    private(set) var answers = Histogram()
    /// From the 201 to the recipient's socket; 0 where the notification was there first.
    private(set) var afterAnswers = Histogram()

    private let swarm: Swarm
    private var poster: NotificationPoster
    private var recipients: Recipients
    private let rate: Double
    private var schedule: Schedule?
    private var pending = [Pending](repeating: Pending(), count: depth)
    private var next: UInt32 = 0

    /// Opens everything. What was waiting for these users is acknowledged and not counted.
    init(_ options: Options, _ swarm: Swarm) throws(BenchFailure) {
        self.swarm = swarm
        poster = NotificationPoster(
            options,
            try HTTPConnections(
                options, count: options.notifications.callers, firstKey: swarm.count, poller: swarm.poller))
        recipients = Recipients(options)
        rate = options.rate ?? 1
        try swarm.openAll(&recipients)
        recipients.deliveries = []
    }

    var inFlight: Int { inFlightDeliveries + poster.inFlight + recipients.acknowledging }
    var redelivered: UInt64 { recipients.redelivered }

    mutating func begin() throws(BenchFailure) {
        schedule = Schedule(start: Clock.now(), perSecond: rate)
    }

    mutating func sendDue(_ now: UInt64) throws(BenchFailure) -> UInt64 {
        guard var schedule else { return .max }
        defer { self.schedule = schedule }
        while schedule.due <= now {
            if poster.idle.isEmpty || pending[place(next)].isUsed { return .max }
            let user = UInt32(schedule.sent % UInt64(swarm.count))
            let counter = try poster.post(to: user, at: schedule.due)
            pending[place(counter)] = Pending(user: user, counter: counter, due: schedule.due, isUsed: true)
            next = counter &+ 1
            inFlightDeliveries += 1
            schedule.advance()
        }
        return schedule.due
    }

    mutating func wait(until deadline: UInt64) throws(BenchFailure) {
        for position in 0..<(try swarm.poller.wait(until: deadline)) {
            let event = swarm.poller[position]
            if event.key < swarm.count {
                try swarm.handle(event, &recipients)
            } else if let posted = try poster.receive(event) {
                answered(posted, at: Clock.now())
            }
        }
        for delivery in recipients.deliveries { try delivered(delivery) }
        recipients.deliveries.removeAll(keepingCapacity: true)
        recipients.acknowledgements.removeAll(keepingCapacity: true)
        try recipients.turnEnded(swarm)
    }

    /// Whether the users' numbers are what they must be.
    mutating func check() throws(BenchFailure) { try poster.check() }

    private mutating func answered(_ posted: NotificationPoster.Posted, at now: UInt64) {
        let place = place(posted.counter)
        pending[place].answeredAt = now
        if measuring { answers.record(now - posted.since) }
        finish(place)
    }

    private mutating func delivered(_ delivery: Recipients.Delivery) throws(BenchFailure) {
        let place = place(delivery.tag.counter)
        let found = pending[place]
        guard delivery.tag == Tag(stream: poster.stream, counter: found.counter), found.isUsed,
            found.deliveredAt == 0, found.user == UInt32(delivery.connection)
        else {
            throw BenchFailure("connection \(delivery.connection) got what was not posted to it now")
        }
        pending[place].deliveredAt = delivery.at
        arrived += 1
        inFlightDeliveries -= 1
        if measuring {
            counts.completed += 1
            counts.deliveries += 1
            counts.latency.record(delivery.at - found.due)
        }
        finish(place)
    }

    /// Frees the place when both ends have been heard of.
    private mutating func finish(_ place: Int) {
        let found = pending[place]
        guard found.answeredAt > 0, found.deliveredAt > 0 else { return }
        if measuring {
            afterAnswers.record(found.deliveredAt - min(found.deliveredAt, found.answeredAt))
        }
        pending[place].isUsed = false
    }

    private func place(_ counter: UInt32) -> Int { Int(counter % UInt32(Self.depth)) }
}
