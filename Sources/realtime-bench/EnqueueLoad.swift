/// Callers that each post a notification, wait for the yes, and post the next; or, with a rate, as many as are
/// due by whoever is free.
struct EnqueueLoad: Load {
    var counts = Counts()
    var measuring = false
    var stopped = false
    var inFlight: Int { poster.inFlight }
    var arrived: UInt64 { poster.answered }

    private var poster: NotificationPoster
    private let poller: Poller
    private let rate: Double?
    private var schedule: Schedule?
    private var users: UserDice

    init(_ options: Options) throws(BenchFailure) {
        poller = try Poller()
        poster = NotificationPoster(
            options,
            try HTTPConnections(options, count: options.notifications.callers, firstKey: 0, poller: poller))
        rate = options.rate
        users = UserDice(count: options.notifications.users)
    }

    mutating func begin() throws(BenchFailure) {
        schedule = rate.map { Schedule(start: Clock.now(), perSecond: $0) }
    }

    mutating func sendDue(_ now: UInt64) throws(BenchFailure) -> UInt64 {
        guard var schedule else {
            while !poster.idle.isEmpty { try poster.post(to: users.next(), at: Clock.now()) }
            return .max
        }
        defer { self.schedule = schedule }
        while schedule.due <= now {
            if poster.idle.isEmpty { return .max }
            try poster.post(to: users.next(), at: schedule.due)
            schedule.advance()
        }
        return schedule.due
    }

    mutating func wait(until deadline: UInt64) throws(BenchFailure) {
        for position in 0..<(try poller.wait(until: deadline)) {
            guard let posted = try poster.receive(poller[position]), measuring else { continue }
            counts.completed += 1
            counts.deliveries += 1
            counts.latency.record(Clock.now() - posted.since)
        }
    }

    /// Whether the users' numbers are what they must be.
    mutating func check() throws(BenchFailure) { try poster.check() }
}

/// Users in an order without pattern, the same in every run.
struct UserDice {
    private let count: UInt64
    private var state: UInt64 = 0

    init(count: Int) {
        self.count = UInt64(count)
    }

    /// SplitMix64.
    mutating func next() -> UInt32 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return UInt32((mixed ^ mixed >> 31) % count)
    }
}
