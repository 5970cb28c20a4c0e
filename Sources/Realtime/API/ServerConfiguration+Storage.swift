extension ServerConfiguration {
    /// Where the server keeps what has to last.
    public struct Storage: Sendable, Equatable {
        /// The folder for what the server makes itself; it is made, for this user alone, when there is something
        /// to keep. Default `./.realtime`: beside the project that is being tried out, and out of sight.
        public var dataDirectory = "./.realtime"
        /// The PostgreSQL database: a URI such as `postgres://app@db.example.com/app`, or another connection
        /// string of libpq. Default nil: the server runs a private PostgreSQL in the data directory. It is hidden,
        /// as it may hold a password.
        public var database: HiddenText?
        /// How many connections to the database. Default 4: requests that come together share one, so that
        /// more would only make the database's own work harder.
        public var databaseConnections = 4
        /// How long the database may take for one statement. Default 5 s: somebody is waiting, and a thousand
        /// times what one takes.
        public var databaseTimeout: Duration = .seconds(5)
        /// Whether a database is used that may lose what it has confirmed, because `fsync`, `full_page_writes`
        /// or `synchronous_commit` is off. Default off: "durable" would not be true.
        public var allowsUnsafeDatabase = false
    }

    /// Notifications: when they come again, and how long they are kept.
    public struct Notifications: Sendable, Equatable {
        /// How long a device may take to acknowledge; then the notification is sent to it again, and more
        /// rarely after each time. Default 30 s: longer than a phone needs to wake up.
        public var acknowledgementTimeout: Duration = .seconds(30)
        /// How long a notification is kept. Default 90 days (2160h): a long absence.
        public var age: Duration = .seconds(90 * 86_400)
        /// How many of a user's notifications are kept, the newest. Default 1000: more than anybody scrolls
        /// through.
        public var maximumPerUser = 1000
        /// How long an idempotency key is remembered, so that a repeated send has the answer of the first.
        /// Default 24 h: a queue that was stopped in the evening goes on in the morning.
        public var idempotencyAge: Duration = .seconds(86_400)
    }
}
