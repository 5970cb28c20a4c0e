/// Sends requests over HTTP/1.1, with and without TLS, and keeps connections for the next one.
///
///     let client = HTTPClient()
///     let response = try await client.send(.init(.get, "http://127.0.0.1:8765/healthz"))
///
/// One thread of its own carries all requests and ends with the client. Redirects are not followed, proxies
/// of the environment not used, cookies not kept. A kept connection that turns out to be closed is replaced, and
/// the request sent again on the new one: whoever acts on a request should know a repeated one.
///
/// Safe to use from any thread. Cancelling the task that waits for a response aborts the request.
public final class HTTPClient: Sendable {
    /// What a client allows.
    public struct Settings: Sendable {
        /// How long a request may take from the first step to the last byte of its response.
        public var timeout: Duration
        /// How long of that may pass until there is a connection.
        public var connectTimeout: Duration
        /// The largest body of a response.
        public var maximumResponseBytes: Int
        /// How many connections may be open at a time. Requests beyond it wait for one, within their time.
        public var maximumConnections: Int
        /// How many requests may be on their way or wait for a connection. One more is refused with `overloaded`,
        /// because what waits without a bound is of no use to anybody.
        public var maximumInFlight: Int
        /// A file with the certificates (PEM) that are trusted in place of the system's.
        public var certificateAuthorities: String?

        /// Makes settings that suit requests between servers.
        public init(
            timeout: Duration = .seconds(10), connectTimeout: Duration = .seconds(5),
            maximumResponseBytes: Int = 1 << 20, maximumConnections: Int = 16, maximumInFlight: Int = 1024,
            certificateAuthorities: String? = nil
        ) {
            self.timeout = timeout
            self.connectTimeout = connectTimeout
            self.maximumResponseBytes = maximumResponseBytes
            self.maximumConnections = maximumConnections
            self.maximumInFlight = maximumInFlight
            self.certificateAuthorities = certificateAuthorities
        }
    }

    private let transfers: TransferDesk

    /// Starts a client.
    public init(_ settings: Settings = Settings()) {
        precondition(
            settings.maximumInFlight > 0 && settings.maximumConnections > 0,
            "a client must be allowed one request at a time")
        transfers = TransferDesk(settings)
    }

    deinit {
        transfers.close()
    }

    /// Sends a request, and gives the response when it is whole.
    public func send(_ request: Request) async throws(HTTPClientError) -> Response {
        try request.check()
        let ticket = try transfers.reserve()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { transfers.start(request, for: ticket, waiting: $0) }
        } onCancel: {
            transfers.cancel(ticket)
        }
        return try outcome.get()
    }
}
