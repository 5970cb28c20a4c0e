import Glibc

/// The first member of every room publishes; every message must reach every other member (and the
/// publisher, where the dialect says so) once, in order, with its data unchanged.
struct RoomTraffic: Traffic {
    /// A publish that has not reached everybody yet.
    private struct Pending {
        var since: UInt64 = 0
        var missing = 0
    }

    /// The order of one room.
    private struct Room {
        var next: UInt32 = 0
        var pending = 0
    }

    var counts = Counts()
    var measuring = false
    var stopped = false
    /// Publishes that have not reached everybody.
    private(set) var inFlight = 0
    private(set) var arrived: UInt64 = 0

    private let options: Options
    private let template: MessageTemplate
    private let rooms: UnsafeMutableBufferPointer<Room>
    private let audience: Int
    private let depth: Int
    private let pending: UnsafeMutablePointer<Pending>
    private let rate: Double?
    private var schedule: Schedule?
    /// Rooms of a closed loop whose next message may go; see `Traffic.sendDue`.
    private var ready: [Int] = []
    /// Where the tag was found the last time: nearly always where it is the next time. Not looked at where
    /// messages share frames, since there it might point at a later one.
    private var tagHint = 0

    /// `rate` is this thread's share.
    init(_ options: Options, rooms count: Int, rate: Double?) {
        self.options = options
        template = MessageTemplate(pattern: options.dialect.publish, size: options.size)
        rooms = .allocate(capacity: count)
        rooms.initialize(repeating: Room())
        audience = options.members - (options.dialect.deliversToSender ? 0 : 1)
        // The same bound on what an open loop has on its way as in `EchoTraffic`: reached only by a server
        // that is overwhelmed.
        depth = rate == nil ? options.outstanding : min(1024, max(16, 65536 / count))
        pending = .allocate(capacity: count * depth)
        pending.initialize(repeating: Pending(), count: count * depth)
        self.rate = rate
        ready.reserveCapacity(count * depth)
    }

    func free() {
        rooms.deallocate()
        pending.deallocate()
    }

    mutating func begin(_ swarm: Swarm) throws(BenchFailure) {
        if let rate {
            schedule = Schedule(start: Clock.now(), perSecond: rate)
            return
        }
        for _ in 0..<depth { ready += rooms.indices }
    }

    mutating func sendDue(_ now: UInt64, _ swarm: Swarm) throws(BenchFailure) -> UInt64 {
        guard var schedule else {
            for room in ready { try publish(room, at: Clock.now(), swarm) }
            ready.removeAll(keepingCapacity: true)
            return .max
        }
        defer { self.schedule = schedule }
        while schedule.due <= now {
            let room = Int(schedule.sent % UInt64(rooms.count))
            if pending[slot(room, rooms[room].next)].missing > 0 { return .max }
            try publish(room, at: schedule.due, swarm)
            schedule.advance()
        }
        return schedule.due
    }

    mutating func received(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure) {
        guard var offset = tagOffset(in: payload, from: 0) else {
            if payload.contains("\"error\"") {
                throw BenchFailure("connection \(swarm.first + index): the server said \(payload.excerpt)")
            }
            return
        }
        while true {
            try delivered(index, payload, tagAt: offset, at: now, swarm)
            guard options.dialect.joinsMessages, let next = tagOffset(in: payload, from: offset) else {
                return
            }
            offset = next
        }
    }

    private mutating func delivered(
        _ index: Int, _ payload: UnsafeRawBufferPointer, tagAt offset: Int, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure) {
        let connection = swarm.connections + index
        let room = index / options.members
        let wanted = Tag(stream: swarm.room(of: index), counter: connection.pointee.expected)
        guard dataIsWhole(payload, tagAt: offset) else {
            throw BenchFailure(
                "connection \(swarm.first + index): a message came changed: \(payload.excerpt)")
        }
        let tag = Tag(payload.baseAddress! + offset)
        let place = slot(room, wanted.counter)
        guard tag == wanted, pending[place].missing > 0 else {
            throw BenchFailure(
                "connection \(swarm.first + index): expected message \(wanted.counter) of room "
                    + "\(wanted.stream), got \(payload.excerpt)")
        }
        connection.pointee.expected = wanted.counter &+ 1
        arrived += 1
        if measuring {
            counts.deliveries += 1
            counts.latency.record(now - pending[place].since)
        }
        pending[place].missing -= 1
        if pending[place].missing == 0 { completed(room) }
    }

    private mutating func completed(_ room: Int) {
        inFlight -= 1
        if measuring { counts.completed += 1 }
        if schedule == nil, !stopped { ready.append(room) }
    }

    private mutating func publish(_ room: Int, at time: UInt64, _ swarm: Swarm) throws(BenchFailure) {
        let counter = rooms[room].next
        rooms[room].next = counter &+ 1
        pending[slot(room, counter)] = Pending(since: time, missing: audience)
        inFlight += 1
        let publisher = room * options.members
        if !options.dialect.deliversToSender { swarm.connections[publisher].expected = counter &+ 1 }
        let name = swarm.room(of: publisher)
        try swarm.send(publisher, template.frame(Tag(stream: name, counter: counter), room: name))
    }

    private func slot(_ room: Int, _ counter: UInt32) -> Int {
        room * depth + Int(counter % UInt32(depth))
    }

    /// Where the next tag is at or after an offset; nil in a message that the server says for itself.
    private mutating func tagOffset(in payload: UnsafeRawBufferPointer, from start: Int) -> Int? {
        if !options.dialect.joinsMessages, markerEnds(at: tagHint, of: payload) { return tagHint }
        guard let found = payload.find(Dialect.marker, from: start) else { return nil }
        let offset = found + Dialect.marker.utf8.count
        guard offset + Tag.width <= payload.count else { return nil }
        tagHint = offset
        return offset
    }

    private func markerEnds(at offset: Int, of payload: UnsafeRawBufferPointer) -> Bool {
        let width = Dialect.marker.utf8.count
        guard offset >= width, offset + Tag.width <= payload.count else { return false }
        let marker = template.plain.baseAddress! + template.tagOffset - width
        return memcmp(payload.baseAddress! + offset - width, marker, width) == 0
    }

    /// Whether what follows the tag, up to the end of `data`, is what was sent.
    private func dataIsWhole(_ payload: UnsafeRawBufferPointer, tagAt offset: Int) -> Bool {
        let start = template.tagOffset + Tag.width
        let count = template.dataEnd - start
        guard offset + Tag.width + count <= payload.count else { return false }
        return memcmp(payload.baseAddress! + offset + Tag.width, template.plain.baseAddress! + start, count)
            == 0
    }
}
