/// Everything that can be set about a server, as one value.
///
/// `ServerConfiguration()` lacks one thing, which nobody else can choose: the keys that tokens are checked
/// with (`identity`), or `isDevelopment`. It listens on `127.0.0.1:8765` with bounds that are safe on the
/// open internet. Change what should differ, or read it from flags, environment and file with `load`.
public struct ServerConfiguration: Sendable, Equatable {
    /// Where to listen, and with how many threads.
    public var listen = Listen()
    /// How many connections, and how long they may take.
    public var connections = Connections()
    /// Bounds of HTTP requests.
    public var http = HTTP()
    /// Bounds of WebSocket messages.
    public var webSocket = WebSocket()
    /// Compression of WebSocket messages.
    public var compression = Compression()
    /// Encryption.
    public var tls = TLS()
    /// Whose tokens are accepted.
    public var identity = Identity()
    /// Which pages may connect, and whose word about a request is believed.
    public var access = Access()
    /// Who may enter rooms, and what they keep.
    public var rooms = Rooms()
    /// When a user is there.
    public var presence = Presence()
    /// How many messages are taken.
    public var rates = Rates()
    /// Event handlers.
    public var handlers = Handlers()
    /// What monitoring reads.
    public var metrics = Metrics()
    /// What is logged, and how.
    public var logging = Logging()
    /// Where the server keeps what has to last.
    public var storage = Storage()
    /// Notifications: when they come again, and how long they are kept.
    public var notifications = Notifications()
    /// For trying out: a secret is made where no key is configured, rooms are open, and `POST /dev/token` gives
    /// a token to whoever asks. Default off, because it lets everybody in who can connect.
    public var isDevelopment = false

    /// The defaults.
    public init() {}

    /// Where to listen, and with how many threads.
    public struct Listen: Sendable, Equatable {
        /// The address or host name to listen on. Default `127.0.0.1`: a server that was just installed is
        /// reachable from other machines only when somebody wants it to be.
        public var host = "127.0.0.1"
        /// The TCP port; 0 takes a free one. Default 8765.
        public var port = 8765
        /// How many event loops, one thread each; nil is one for each core. Default nil: more threads than
        /// cores only take turns, and fewer leave cores idle.
        public var loops: Int?
    }

    /// How many connections, and how long they may take.
    public struct Connections: Sendable, Equatable {
        /// Connections in all, of every kind; nil is as many as the process has descriptors for. Default
        /// nil: how many fit depends on the machine alone. One too many is answered 503.
        public var maximum: Int?
        /// Connections from one address; nil is no bound. Default nil: behind a proxy, or an office's router,
        /// thousands of honest users share one address. One too many is answered 429.
        public var maximumPerAddress: Int?
        /// How long a TLS handshake and a request's head may take together. Default 5 s: generous on a bad
        /// mobile network, and short enough that holding connections open byte by byte does not pay.
        public var handshakeTimeout: Duration = .seconds(5)
        /// How long an HTTP connection may be silent between two requests. Default 60 s, so that a browser
        /// or a proxy can use it again, and forgotten ones go.
        public var idleTimeout: Duration = .seconds(60)
        /// How many bytes may wait for one reader that is slower than what it is sent. Default 1 MiB: some
        /// seconds of a busy room; above, the reader is cut off and may come back and catch up. What it catches up
        /// with is sent as it reads, and does not count.
        public var maxOutbox = 1 << 20
        /// How long a stopping server waits for clients to take what is on its way to them. Default 10 s, well
        /// inside the 30 s that service managers wait before they kill.
        public var drainTimeout: Duration = .seconds(10)
    }

    /// Bounds of HTTP requests. What breaks one is refused before it is stored.
    public struct HTTP: Sendable, Equatable {
        /// The longest request line. Default 8 KiB, which RFC 9112 asks every server to take; a token in
        /// the query fits. Above: 414.
        public var maxRequestLine = 8 << 10
        /// All header lines together. Default 16 KiB: browsers send 2 KiB, with large cookies 8. Above: 431.
        public var maxHeaderBytes = 16 << 10
        /// How many header lines. Default 100: browsers send about 20, proxies add a few, and each costs a
        /// look at each look-up. Above: 431.
        public var maxHeaders = 100
        /// The largest body. Default 1 MiB: the largest call of the HTTP API fits. Above: 413.
        public var maxBody = 1 << 20
        /// How long a request's body may take from its head to its last byte. Default 30 s: enough for the
        /// largest body over a slow line, and an end for one that is sent byte by byte.
        public var bodyTimeout: Duration = .seconds(30)
    }

    /// Bounds of WebSocket messages.
    public struct WebSocket: Sendable, Equatable {
        /// The largest message, put together from its fragments and inflated. Default 64 KiB: people's events
        /// are far below it, and this much memory may be held for every connection. Above: close 1009.
        public var maxMessage = 64 << 10
        /// How often a silent peer is pinged; after two silences it is closed. Default 25 s: home routers and
        /// mobile networks forget a connection after 30 s at the earliest.
        public var heartbeat: Duration = .seconds(25)
        /// The path of an endpoint that sends every message back; nil is none. Default nil: it is for tests
        /// and benchmarks, and it works without a token.
        public var echoPath: String?
    }

    /// Compression of WebSocket messages (permessage-deflate), for clients that offer it.
    public struct Compression: Sendable, Equatable {
        /// Whether it is agreed to. Default on: text shrinks to a third and less.
        public var isEnabled = true
        /// Messages below this many bytes are sent as they are. Default 1 KiB: a smaller one fits in one packet
        /// anyway, and deflating it costs several times the CPU of sending it.
        public var threshold = 1 << 10
        /// zlib's level, 1 (fast) to 9 (small). Default 1: on JSON of 4 KiB level 6 saves another 3 % of the
        /// size for half as much CPU again.
        public var level = 1
        /// Whether messages are compressed with the ones before them in mind. Default off: it keeps up to 300 KiB
        /// of memory for each connection, and a broadcast would have to be compressed once for each receiver.
        public var contextTakeover = false
    }

    /// Encryption. With a certificate and a key the server speaks `https` and `wss` and nothing else.
    public struct TLS: Sendable, Equatable {
        /// The file with the certificate and its chain, PEM. Default nil: plain text, as behind a proxy.
        public var certificateFile: String?
        /// The file with the certificate's private key, PEM. Default nil.
        public var keyFile: String?
        /// How long handshakes may keep one turn of an event loop busy. Default 5 ms: a storm of new
        /// connections then delays the open ones by no more than that.
        public var handshakeBudget: Duration = .milliseconds(5)
    }

    /// What is logged, and how.
    public struct Logging: Sendable, Equatable {
        /// The least important level that is written. Default `info`: what an operator wants to read, and
        /// nothing for each message.
        public var level = Log.Level.info
        /// How lines look. Default `auto`: text on a terminal, JSON otherwise.
        public var format = Log.Format.auto
    }

    /// Event handlers.
    public struct Handlers: Sendable, Equatable {
        /// How long a handler may work on one event before it is given up. Default 10 s: longer than any query
        /// that somebody waits for.
        public var timeout: Duration = .seconds(10)
    }

    /// What monitoring reads.
    public struct Metrics: Sendable, Equatable {
        /// A listener of its own for `/metrics`, which is then nowhere else. Default nil: it is beside
        /// everything else, as long as nobody minds that all who can connect can read it.
        public var listen: HostAndPort?
    }
}
