/// What one thread counted while it was measuring.
struct Counts: Sendable {
    /// Messages (echo) or publishes (rooms) that were answered or delivered in full.
    var completed: UInt64 = 0
    /// Messages that arrived.
    var deliveries: UInt64 = 0
    var latency = Histogram()

    mutating func merge(_ other: Counts) {
        completed += other.completed
        deliveries += other.deliveries
        latency.merge(other.latency)
    }
}

/// Messages going back and forth over open connections.
protocol Traffic: MessageSink {
    /// What was counted since measuring began.
    var counts: Counts { get set }
    /// Whether what arrives is counted now.
    var measuring: Bool { get set }
    /// Whether nothing more is sent.
    var stopped: Bool { get set }
    /// Messages on their way.
    var inFlight: Int { get }
    /// All that ever arrived.
    var arrived: UInt64 { get }

    /// Sends what starts a closed loop.
    mutating func begin(_ swarm: Swarm) throws(BenchFailure)
    /// Sends what is due, and says when to call again: called once per turn, before waiting.
    ///
    /// A closed loop answers all that arrived in a turn together. Answering each at once would wake an idle
    /// server for every single message, and both sides would mostly pay for going to sleep and waking up.
    mutating func sendDue(_ now: UInt64, _ swarm: Swarm) throws(BenchFailure) -> UInt64
}

/// When the messages of an open loop are due: evenly spaced, whatever the server does.
///
/// Latency is counted from these times. A generator that waited for a slow server before it sent would
/// leave out exactly the messages that had to wait.
struct Schedule {
    private let start: UInt64
    private let interval: Double
    private(set) var sent: UInt64 = 0

    init(start: UInt64, perSecond rate: Double) {
        self.start = start
        self.interval = Double(Clock.second) / rate
    }

    var due: UInt64 { start + UInt64(Double(sent) * interval) }

    mutating func advance() { sent += 1 }
}

/// Runs traffic through warm-up, measurement, and the wait for what is still on its way.
struct Window {
    let warmup: UInt64
    let duration: UInt64
    let messages: UInt64
    /// What is still on its way after this long without any arrival is lost.
    static let patience = 5 * Clock.second
    /// Waiting for stragglers ends here in any case.
    static let drainLimit = 60 * Clock.second

    /// Returns the measured nanoseconds; the meter is read at both ends of them.
    func run<Load: Traffic>(
        _ load: inout Load, _ swarm: Swarm, meter: Meter?
    ) throws(BenchFailure) -> UInt64 {
        try load.begin(swarm)
        try turn(&load, swarm, until: Clock.now() + warmup) { _ in false }

        try meter?.begin()
        load.counts = Counts()
        load.measuring = true
        let began = Clock.now()
        let limit = messages
        try turn(&load, swarm, until: began + duration) { $0.counts.deliveries >= limit }
        let measured = Clock.now() - began
        load.measuring = false
        try meter?.end()

        load.stopped = true
        try drain(&load, swarm)
        return measured
    }

    private func drain<Load: Traffic>(_ load: inout Load, _ swarm: Swarm) throws(BenchFailure) {
        let limit = Clock.now() + Self.drainLimit
        while load.inFlight > 0 {
            let before = load.arrived
            try turn(&load, swarm, until: Clock.now() + Self.patience) { $0.inFlight == 0 }
            if load.inFlight > 0, load.arrived == before || Clock.now() >= limit {
                throw BenchFailure("\(load.inFlight) messages never arrived")
            }
        }
    }

    private func turn<Load: Traffic>(
        _ load: inout Load, _ swarm: Swarm, until deadline: UInt64, enough: (Load) -> Bool
    ) throws(BenchFailure) {
        while !enough(load) {
            let now = Clock.now()
            if now >= deadline { return }
            let due = load.stopped ? deadline : try load.sendDue(now, swarm)
            try swarm.poll(until: min(due, deadline), &load)
        }
    }
}
