extension ServerConfiguration {
    /// Who may enter rooms, and what they keep.
    public struct Rooms: Sendable, Equatable {
        /// What a token without a `rooms` claim may do. Default nil: nothing, as `closed`, so that a
        /// forgotten claim opens no door; in development everything, as `open`.
        public var policy: RoomPolicy?
        /// The address, `http` or `https`, where the application is asked instead of the policy. Default nil.
        public var authorizeURL: String?
        /// How long the application may take for its answer; then it is no. Default 2 s: somebody is waiting.
        public var authorizeTimeout: Duration = .seconds(2)
        /// How many of its answers are remembered, for as long as each says. Default 65,536: ten rooms of
        /// each of some thousand users.
        public var authorizeCache = 1 << 16
        /// How many of its last messages a room keeps for those who come back. Default 1000: some minutes of a
        /// busy room.
        public var historyCount = 1000
        /// How many bytes of them. Default 1 MiB, so that a room of large messages costs no more than that.
        public var historyBytes = 1 << 20
        /// How long each is kept, and an empty room with them. Default 10 min: a tunnel, a restart, a laptop that
        /// was carried to the next meeting.
        public var historyAge: Duration = .seconds(600)
        /// In how many rooms one connection may be. Default 10,000: dashboards follow thousands, and each costs
        /// some hundred bytes.
        public var maximumPerConnection = 10_000
        /// How many rooms there may be. Default 1,000,000: clients make rooms, and this is where it ends.
        public var maximum = 1_000_000
        /// Whether events of types that no handler declares go to the room as they are. Default off: a mistyped
        /// name is answered `unknown_type` instead of being delivered to those who don't know it either.
        public var passesCustomEvents = false
    }

    /// What a token without a `rooms` claim may do.
    public enum RoomPolicy: String, CaseIterable, Sendable {
        /// Enter no room.
        case closed
        /// Enter every room and publish there.
        case open
    }

    /// The policy that counts.
    public var roomPolicy: RoomPolicy {
        get { rooms.policy ?? (isDevelopment ? .open : .closed) }
        set { rooms.policy = newValue }
    }

    /// When a user is there.
    public struct Presence: Sendable, Equatable {
        /// How long a user's last device may be gone before others hear that the user went. Default 5 s: a
        /// reconnect makes no noise, and nobody waits for somebody who left.
        public var grace: Duration = .seconds(5)
        /// How many connections one user may have. Default 256: tabs and devices of a person, also of an
        /// account that several share, and a bound for what one token can take.
        public var maximumConnectionsPerUser = 256
    }

    /// How many messages are taken. What is above is answered `rate_limited`; who does not heed that is cut
    /// off with 4429. Nil is no limit.
    public struct Rates: Sendable, Equatable {
        /// All messages of one connection. Default 100 a second, 200 at once: far above what a person does, also
        /// with a cursor that moves.
        public var messages: MessageRate? = MessageRate(perSecond: 100, burst: 200)
        /// Those of one connection that others receive. Default nil: `messages` bounds them too.
        public var publishes: MessageRate?
        /// Joins and questions of one connection. Default nil: `messages` bounds them too.
        public var queries: MessageRate?
        /// All messages of one user, over all connections. Default 500 a second, 1000 at once: five busy
        /// connections, and no way round the limit by opening more.
        public var userMessages: MessageRate? = MessageRate(perSecond: 500, burst: 1000)
    }
}

/// So many messages a second in the long run, and so many at once after a pause.
public struct MessageRate: Sendable, Equatable {
    /// What either may be.
    static let range = 1...1_000_000

    /// How many a second.
    public let perSecond: Int
    /// How many at once.
    public let burst: Int

    /// A rate; both are 1 to 1,000,000.
    public init(perSecond: Int, burst: Int) {
        precondition(Self.range.contains(perSecond), "a rate is 1 to 1,000,000 a second")
        precondition(Self.range.contains(burst), "a burst is 1 to 1,000,000")
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// A host and a TCP port.
public struct HostAndPort: Sendable, Equatable {
    /// An address or a host name; an IPv6 address without brackets.
    public var host: String
    /// The port, 0 to 65,535.
    public var port: Int

    /// Names a host and a port.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}
