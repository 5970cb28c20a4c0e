/// A realtime server, inside any program.
///
///     import Handlers
///     import Realtime
///
///     let server = try await RealtimeServer.start(configuration, handlers: .builtIn())
///     print("listening on \(server.url)")
///     try await server.broadcastTaskUpdate(TaskCreated(taskID: "T-1", projectID: "project_7"))
///     …
///     await server.stop()
///
/// It takes no signals and writes nothing to standard output: that is the program's own business.
public final class RealtimeServer: Sendable {
    let core: ServerCore
    /// What it was started with.
    public let configuration: ServerConfiguration

    private init(_ configuration: ServerConfiguration, core: ServerCore) {
        self.configuration = configuration
        self.core = core
    }

    /// Starts a server. It listens and is ready when this returns.
    ///
    /// - Parameters:
    ///   - configuration: everything that can be set.
    ///   - handlers: what acts on events; `.builtIn()` of the module `Handlers`, and the application's own.
    ///   - authorizer: decides about rooms where tokens do not; without one the configuration does.
    ///   - log: where it says what happens; standard error unless told otherwise.
    public static func start(
        _ configuration: ServerConfiguration = ServerConfiguration(), handlers: HandlerRegistry,
        authorizer: (any RoomAuthorizer)? = nil, log: Log? = nil
    ) async throws(ServerError) -> RealtimeServer {
        let log =
            log ?? .standardError(level: configuration.logging.level, format: configuration.logging.format)
        let core = try await ServerCore.start(
            configuration, handlers: handlers, authorizer: authorizer, log: log)
        return RealtimeServer(configuration, core: core)
    }

    /// The handlers, which may be listed, enabled and disabled while it runs.
    public var handlers: HandlerRegistry { core.backend.core.registry }

    /// The TCP port that it listens on, also when a free one was asked for.
    public var port: Int { Int(core.address.port) }

    /// Where it can be reached, such as `http://127.0.0.1:8765`.
    public var url: String {
        let scheme = configuration.tls.certificateFile == nil ? "http" : "https"
        return "\(scheme)://\(core.address)"
    }

    /// Where Prometheus finds the metrics: on a listener of their own where one is configured.
    public var metricsURL: String {
        core.metricsAddress.map { "http://\($0)/metrics" } ?? "\(url)/metrics"
    }

    /// Open connections of every kind, at this moment.
    public var connectionCount: Int { core.connectionCount }

    /// Stops: takes no more connections, tells each client, sends what is on its way, and ends within the
    /// configured drain time-out.
    public func stop() async {
        await core.stop()
    }

    /// Reads the keys for tokens again, and the certificate and its key. Open connections keep what they have;
    /// when new files can't be used the old ones stay in force, and the log says so.
    public func reload() {
        core.reload()
    }
}
