/// Counts what the server has and has done, by asking each loop when somebody wants to know.
final class Census: Sendable {
    /// What all loops say together.
    struct Sums: Sendable {
        var transport = TransportCounters()
        var hub = HubCounters()
        var inbox = InboxFigures()
        /// Open connections, of every kind.
        var connections = 0
        /// Connections that know whose they are.
        var sessions = 0
        var rooms = 0
        /// Events that handlers have not done with yet.
        var eventsInFlight = 0
        /// What clients without a WebSocket have and have had.
        var polling = PollDesk.Counters()

        /// Messages that clients sent, whatever carried them.
        var messagesReceived: Int { transport.messagesReceived + polling.received }
        /// Messages that were sent to clients, one for each that got it, whatever carried them.
        var messagesSent: Int { transport.messagesSent + polling.shelved }
        /// Clients that were cut off because they read or fetched too slowly.
        var slowReaders: Int { transport.slowReaders + polling.endings[.tooSlow, default: 0] }

        fileprivate mutating func add(
            _ shard: HubShard, _ transport: LoopTransport, _ desk: InboxDesk,
            _ polling: PollDesk.Counters
        ) {
            self.transport.add(transport.counters)
            self.polling.add(polling)
            hub.add(shard.counters)
            inbox.add(desk.figures)
            connections += transport.connections.count
            sessions += shard.receivers.count
            rooms += shard.rooms.count
            eventsInFlight += shard.eventsInFlight
        }

        fileprivate mutating func add(_ other: Sums) {
            transport.add(other.transport)
            polling.add(other.polling)
            hub.add(other.hub)
            inbox.add(other.inbox)
            connections += other.connections
            sessions += other.sessions
            rooms += other.rooms
            eventsInFlight += other.eventsInFlight
        }
    }

    private let hub: Hub
    private let inbox: Inbox
    private let transports: [LoopBound<LoopTransport>]
    private let polls: PollDesks
    /// When the server began.
    let startDate: Timestamp
    private let start: Instant

    /// - Parameter transports: those of the hub's loops, in the same order.
    init(of hub: Hub, _ inbox: Inbox, _ transports: [LoopBound<LoopTransport>], _ polls: PollDesks) {
        self.hub = hub
        self.inbox = inbox
        self.transports = transports
        self.polls = polls
        startDate = hub.time.date
        start = hub.time.now
    }

    /// How long the server has been there.
    var uptime: Duration { hub.time.now - start }

    /// The numbers of this moment; those of different loops are some microseconds apart.
    func sums() async throws(RealtimeError) -> Sums {
        let parts = try await hub.performOnEveryLoop { [inbox, transports, polls] shard in
            let loop = shard.loop
            var sums = Sums()
            sums.add(
                shard, transports[loop.index].value, inbox.desk(on: loop), polls.counters(of: loop))
            return sums
        }
        return parts.reduce(into: Sums()) { $0.add($1) }
    }
}

/// What a server has and has done.
public struct ServerStatistics: Sendable {
    /// Connections that know whose they are.
    public let activeConnections: Int
    /// Rooms, those included that are empty and still remember what was said in them.
    public let rooms: Int
    /// Users of whom a device is connected, or has been within the grace period.
    public let usersOnline: Int
    /// Messages that clients sent since the start.
    public let messagesReceived: Int
    /// Messages that were sent to clients since the start, one for each that got it.
    public let messagesSent: Int
    /// Notifications that are live and that no device has acknowledged; nil while the database is away.
    public let notificationsPending: Int?
    /// How long the server has been there.
    public let uptime: Duration
    /// The handlers, and how they have been doing.
    public let handlers: [HandlerRegistry.Status]

    init(_ sums: Census.Sums, pending: Int?, uptime: Duration, handlers: [HandlerRegistry.Status]) {
        activeConnections = sums.sessions
        rooms = sums.rooms
        usersOnline = sums.hub.usersOnline
        messagesReceived = sums.messagesReceived
        messagesSent = sums.messagesSent
        notificationsPending = pending
        self.uptime = uptime
        self.handlers = handlers
    }
}
