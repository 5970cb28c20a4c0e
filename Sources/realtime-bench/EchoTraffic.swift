/// Every connection sends a message, and checks that exactly the same bytes come back.
struct EchoTraffic: Traffic {
    /// In an open loop a connection has at most this many on their way; beyond that sending waits, and the
    /// wait is counted, since latency runs from when a message was due.
    private static let openLoopDepth = 64

    var counts = Counts()
    var measuring = false
    var stopped = false
    private(set) var inFlight = 0
    private(set) var arrived: UInt64 = 0

    private let template: MessageTemplate
    private let depth: Int
    /// When the messages on their way were sent or due: `depth` places per connection.
    private let sentAt: UnsafeMutablePointer<UInt64>
    private let rate: Double?
    private var schedule: Schedule?
    /// Connections of a closed loop whose next message may go; see `Traffic.sendDue`.
    private var ready: [Int] = []

    /// `rate` is this thread's share.
    init(_ options: Options, connections: Int, rate: Double?) {
        template = MessageTemplate(pattern: Dialect.echo, size: options.size)
        depth = rate == nil ? options.outstanding : Self.openLoopDepth
        sentAt = .allocate(capacity: connections * depth)
        sentAt.initialize(repeating: 0, count: connections * depth)
        self.rate = rate
        ready.reserveCapacity(connections * depth)
    }

    func free() { sentAt.deallocate() }

    mutating func begin(_ swarm: Swarm) throws(BenchFailure) {
        if let rate {
            schedule = Schedule(start: Clock.now(), perSecond: rate)
            return
        }
        for _ in 0..<depth { ready += 0..<swarm.count }
    }

    mutating func sendDue(_ now: UInt64, _ swarm: Swarm) throws(BenchFailure) -> UInt64 {
        guard var schedule else {
            for index in ready { try send(index, at: Clock.now(), swarm) }
            ready.removeAll(keepingCapacity: true)
            return .max
        }
        defer { self.schedule = schedule }
        while schedule.due <= now {
            let index = Int(schedule.sent % UInt64(swarm.count))
            let connection = swarm.connections[index]
            if connection.next &- connection.expected >= UInt32(depth) { return .max }
            try send(index, at: schedule.due, swarm)
            schedule.advance()
        }
        return schedule.due
    }

    mutating func received(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure) {
        let connection = swarm.connections + index
        let counter = connection.pointee.expected
        let name = UInt32(swarm.first + index)
        guard counter != connection.pointee.next,
            template.matches(payload, Tag(stream: name, counter: counter))
        else {
            throw BenchFailure(
                "connection \(name): message \(counter) came back changed: \(payload.excerpt)")
        }
        connection.pointee.expected = counter &+ 1
        inFlight -= 1
        arrived += 1
        if measuring {
            counts.completed += 1
            counts.deliveries += 1
            let sent = sentAt[index * depth + Int(counter % UInt32(depth))]
            counts.latency.record(now - sent)
        }
        if schedule == nil, !stopped { ready.append(index) }
    }

    private mutating func send(_ index: Int, at time: UInt64, _ swarm: Swarm) throws(BenchFailure) {
        let connection = swarm.connections + index
        let counter = connection.pointee.next
        connection.pointee.next = counter &+ 1
        sentAt[index * depth + Int(counter % UInt32(depth))] = time
        inFlight += 1
        try swarm.send(
            index, template.frame(Tag(stream: UInt32(swarm.first + index), counter: counter), room: 0))
    }
}
