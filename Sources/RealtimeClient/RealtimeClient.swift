import FoundationEssentials
@_exported public import RealtimeEvents

/// A backend's way to a Realtime server in another process, over its HTTP API.
///
///     let realtime = try RealtimeClient(url: "http://127.0.0.1:8765", token: token)
///     try await realtime.broadcastTaskUpdate(
///         TaskStatusChanged(taskID: "T-1", projectID: "project_7", newStatus: "done"))
///
/// The token needs `"scope": "service"`. Make one client and share it: it keeps connections, and is safe to use from
/// any task. What failed for the moment is tried again with growing pauses, but only where a repeat is harmless:
/// broadcasts and notifications carry an id by which the server knows a repeated one.
public struct RealtimeClient: Sendable {
    /// Gives the token for a request. It is asked for every attempt, so it should remember what it made.
    public typealias TokenProvider = @Sendable () async throws -> String

    /// How long a client waits, and how often it tries.
    public struct Settings: Sendable {
        /// How long one attempt may take. Default 10 s.
        public var timeout: Duration
        /// How often a call is tried in all; 1 is without a repeat. Default 4.
        public var attempts: Int
        /// How long a call may take with all its attempts and the pauses between them. Default 30 s, and never
        /// more than 4 min, because the server knows a repeated broadcast for five.
        public var totalTime: Duration
        /// How many connections may be open at a time; calls beyond it wait for one. Default 16.
        public var maximumConnections: Int
        /// A file with the certificates (PEM) that are trusted in place of the system's. Default nil.
        public var certificateAuthorities: String?

        /// Makes settings.
        public init(
            timeout: Duration = .seconds(10), attempts: Int = 4, totalTime: Duration = .seconds(30),
            maximumConnections: Int = 16, certificateAuthorities: String? = nil
        ) {
            self.timeout = timeout
            self.attempts = attempts
            self.totalTime = totalTime
            self.maximumConnections = maximumConnections
            self.certificateAuthorities = certificateAuthorities
        }
    }

    let api: APICaller

    /// Makes a client with a token that does not change.
    ///
    /// - Parameter url: Where the server is, as in `https://realtime.example.com`. Over `http` anyone on the way
    ///   can read the token.
    public init(
        url: String, token: String, settings: Settings = Settings()
    ) throws(RealtimeClientError) {
        try self.init(url: url, settings: settings, token: { token })
    }

    /// Makes a client that asks for the token each time, as where tokens are short-lived.
    ///
    /// - Parameter url: Where the server is, as in `https://realtime.example.com`. Over `http` anyone on the way
    ///   can read the token.
    public init(
        url: String, settings: Settings = Settings(), token: @escaping TokenProvider
    ) throws(RealtimeClientError) {
        try self.init(url: url, settings: settings, pauses: .system, token: token)
    }

    init(
        url: String, settings: Settings, pauses: Pauses, token: @escaping TokenProvider
    ) throws(RealtimeClientError) {
        let parts = URLComponents(string: url)
        guard let parts, ["http", "https"].contains(parts.scheme?.lowercased()), parts.host?.isEmpty == false,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else {
            throw RealtimeClientError(
                .badURL, "the server's address must be like https://realtime.example.com")
        }
        let base = url.hasSuffix("/") ? String(url.dropLast()) : url
        api = APICaller(base: base, settings: settings, pauses: pauses, token: token)
    }
}
