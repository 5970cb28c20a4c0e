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

/// What a `Window` runs: work that is sent, and answers to it that are counted.
protocol Load {
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

    mutating func begin() throws(BenchFailure)
    /// Sends what is due, and says when to call again: called once per turn, before waiting.
    ///
    /// A closed loop answers all that arrived in a turn together. Answering each at once would wake an idle
    /// server for every single message, and both sides would mostly pay for going to sleep and waking up.
    mutating func sendDue(_ now: UInt64) throws(BenchFailure) -> UInt64
    /// Waits for what arrives, until `deadline` at most, and takes it.
    mutating func wait(until deadline: UInt64) throws(BenchFailure)
}

/// Messages going back and forth over a swarm's open connections; its members are those of `Load`.
protocol Traffic: MessageSink {
    var counts: Counts { get set }
    var measuring: Bool { get set }
    var stopped: Bool { get set }
    var inFlight: Int { get }
    var arrived: UInt64 { get }

    /// Sends what starts a closed loop.
    mutating func begin(_ swarm: Swarm) throws(BenchFailure)
    mutating func sendDue(_ now: UInt64, _ swarm: Swarm) throws(BenchFailure) -> UInt64
}

/// Traffic together with the swarm that carries it.
struct SwarmLoad<Carried: Traffic>: Load {
    private var traffic: Carried
    private let swarm: Swarm

    init(_ traffic: Carried, _ swarm: Swarm) {
        self.traffic = traffic
        self.swarm = swarm
    }

    var counts: Counts {
        get { traffic.counts }
        set { traffic.counts = newValue }
    }

    var measuring: Bool {
        get { traffic.measuring }
        set { traffic.measuring = newValue }
    }

    var stopped: Bool {
        get { traffic.stopped }
        set { traffic.stopped = newValue }
    }

    var inFlight: Int { traffic.inFlight }
    var arrived: UInt64 { traffic.arrived }

    mutating func begin() throws(BenchFailure) { try traffic.begin(swarm) }

    mutating func sendDue(_ now: UInt64) throws(BenchFailure) -> UInt64 { try traffic.sendDue(now, swarm) }

    mutating func wait(until deadline: UInt64) throws(BenchFailure) {
        try swarm.poll(until: deadline, &traffic)
    }
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

/// Runs a load through warm-up, measurement, and the wait for what is still on its way.
struct Window {
    let warmup: UInt64
    let duration: UInt64
    let messages: UInt64
    /// What is still on its way after this long without any arrival is lost.
    static let patience = 5 * Clock.second
    /// Waiting for stragglers ends here in any case.
    static let drainLimit = 60 * Clock.second

    /// Returns the measured nanoseconds; the meter is read at both ends of them.
    func run<Work: Load>(_ load: inout Work, meter: Meter?) throws(BenchFailure) -> UInt64 {
        try load.begin()
        try turn(&load, until: Clock.now() + warmup) { _ in false }

        try meter?.begin()
        load.counts = Counts()
        load.measuring = true
        let began = Clock.now()
        let limit = messages
        try turn(&load, until: began + duration) { $0.counts.deliveries >= limit }
        let measured = Clock.now() - began
        load.measuring = false
        try meter?.end()

        load.stopped = true
        try drain(&load)
        return measured
    }

    private func drain<Work: Load>(_ load: inout Work) throws(BenchFailure) {
        let limit = Clock.now() + Self.drainLimit
        while load.inFlight > 0 {
            let before = load.arrived
            try turn(&load, until: Clock.now() + Self.patience) { $0.inFlight == 0 }
            if load.inFlight > 0, load.arrived == before || Clock.now() >= limit {
                throw BenchFailure("\(load.inFlight) messages never arrived")
            }
        }
    }

    private func turn<Work: Load>(
        _ load: inout Work, until deadline: UInt64, enough: (Work) -> Bool
    ) throws(BenchFailure) {
        while !enough(load) {
            let now = Clock.now()
            if now >= deadline { return }
            let due = load.stopped ? deadline : try load.sendDue(now)
            try load.wait(until: min(due, deadline))
        }
    }
}
