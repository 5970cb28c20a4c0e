/// Everybody comes back at once, and each has notifications waiting.
struct InboxStorm {
    /// The figures beside those that every scenario has.
    struct Outcome {
        var counts = Counts()
        /// From the first connection to the last answer to an acknowledgement.
        var seconds = 0.0
        var fillSeconds = 0.0
        var openSeconds = 0.0
        var deliveredSeconds = 0.0
        var redelivered: UInt64 = 0
        /// From the start of a user's connection to its last waiting notification, and to the last acknowledgement.
        var caughtUp = Histogram()
        var acknowledged = Histogram()
    }

    /// More users than this are notified in several calls, as bodies have a limit.
    private static let usersPerCall = 10_000
    /// Without any arrival for this long, what is missing is lost.
    private static let patience = 10 * Clock.second

    private let options: Options
    private let swarm: Swarm
    private var recipients: Recipients
    private var missing: [Int]
    private var outcome = Outcome()

    init(_ options: Options, _ swarm: Swarm) {
        self.options = options
        self.swarm = swarm
        recipients = Recipients(options)
        missing = Array(repeating: options.notifications.pending, count: options.connections)
    }

    /// Posts what is to wait for everybody, which no device has ever been there for.
    mutating func fill() throws(BenchFailure) {
        let began = Clock.now()
        let stream = UInt32.random(in: 0 ... .max)
        var ledger = NotificationLedger(expecting: options.connections * options.notifications.pending)
        for turn in 0..<options.notifications.pending {
            for first in stride(from: 0, to: options.connections, by: Self.usersPerCall) {
                let users = first..<min(first + Self.usersPerCall, options.connections)
                let body = NotificationBody.many(
                    users: users, size: options.size, tag: Tag(stream: stream, counter: UInt32(turn)))
                let answer = try BlockingPost.send(body, options)
                let count = try answer.span.withUnsafeBytes { bytes throws(BenchFailure) in
                    try NotificationReceipt.forEach(in: bytes) { ledger.record($0) }
                }
                if count != users.count {
                    throw BenchFailure("\(users.count) users were notified, and \(count) are in the answer")
                }
            }
        }
        try ledger.check()
        outcome.fillSeconds = seconds(since: began)
    }

    /// Connects everybody, takes everything and acknowledges it.
    mutating func run(_ meter: Meter) throws(BenchFailure) -> Outcome {
        try meter.begin()
        let began = Clock.now()
        try swarm.openAll(&recipients) { $0.settled }
        outcome.openSeconds = seconds(since: began)
        try count(since: began)
        let wanted = UInt64(options.connections * options.notifications.pending)
        var lastArrival = Clock.now()
        while outcome.counts.deliveries < wanted || recipients.acknowledging > 0 {
            let before = outcome.counts.deliveries
            let answered = recipients.acknowledging
            try swarm.poll(until: Clock.now() + 100 * Clock.millisecond, &recipients)
            try count(since: began)
            let now = Clock.now()
            if outcome.counts.deliveries != before || recipients.acknowledging != answered {
                lastArrival = now
            } else if now - lastArrival > Self.patience {
                throw BenchFailure(
                    "\(wanted - outcome.counts.deliveries) notifications never came, and "
                        + "\(recipients.acknowledging) acknowledgements were never answered")
            }
        }
        outcome.seconds = seconds(since: began)
        try meter.end()
        outcome.counts.completed = outcome.counts.deliveries
        outcome.counts.latency = swarm.openTimes
        outcome.redelivered = recipients.redelivered
        return outcome
    }

    /// Takes down what the recipients have got since the last time.
    private mutating func count(since began: UInt64) throws(BenchFailure) {
        for delivery in recipients.deliveries {
            outcome.counts.deliveries += 1
            missing[delivery.connection] -= 1
            if missing[delivery.connection] < 0 {
                throw BenchFailure("connection \(delivery.connection) got more than was waiting")
            }
            if missing[delivery.connection] == 0 {
                outcome.caughtUp.record(delivery.at - swarm.connections[delivery.connection].startedAt)
            }
            outcome.deliveredSeconds = Double(delivery.at - began) / Double(Clock.second)
        }
        recipients.deliveries.removeAll(keepingCapacity: true)
        for answer in recipients.acknowledgements where answer.delivered == options.notifications.pending {
            outcome.acknowledged.record(answer.at - swarm.connections[answer.connection].startedAt)
        }
        recipients.acknowledgements.removeAll(keepingCapacity: true)
    }

    private func seconds(since began: UInt64) -> Double {
        Double(Clock.now() - began) / Double(Clock.second)
    }
}
