/// A running server: its loops, what listens on them, and the connections that they took in.
///
/// This is the wiring. What is connected to what can be read here; how each part works, in the part.
final class ServerCore: Sendable {
    private let group: EventLoopGroup
    private let transports: [LoopBound<LoopTransport>]
    private let admission: Admission
    private let listener: Listener
    private let metrics: MetricsListener?
    private let health: ServerHealth
    private let tls: TLSContextProvider?
    private let log: Log
    private let drainTimeout: Duration
    private let database: Database
    private let inbox: Inbox
    private let keeper: LoopBound<InboxKeeper>
    private let polls: PollDesks
    /// Whose tokens are accepted.
    let identity: IdentityService
    /// Who is where, and what may be done about it.
    let backend: Backend
    /// What it has and has done.
    let census: Census

    /// Where it listens.
    var address: SocketAddress { listener.address }
    /// Where the metrics are, if they have a listener of their own.
    var metricsAddress: SocketAddress? { metrics?.address }

    /// Binds, starts the loops and takes connections from then on.
    ///
    /// What the configuration gets wrong is found before anything begins, an address that is taken before a database is
    /// started, and connections are taken last: what fails leaves no thread and no socket behind in the program around
    /// it.
    static func start(
        _ configuration: ServerConfiguration, handlers: HandlerRegistry, authorizer: (any RoomAuthorizer)?,
        log: Log
    ) async throws(ServerError) -> ServerCore {
        let loopCount = configuration.listen.loops ?? ProcessorCount.available
        let identity = try IdentityService(configuration, log: log)
        let sockets = try Listener.bind(
            host: configuration.listen.host, port: configuration.listen.port, count: loopCount)
        let parts = Parts(
            tls: try certificates(configuration.tls, log: log),
            identity: identity, origins: try OriginGate(configuration.access),
            // Last of what may fail, as it may have begun to run.
            database: try Database(configuration.storage, log: log), handlers: handlers,
            authorizer: authorizer, log: log)
        let group = EventLoopGroup(count: loopCount)
        do throws(ServerError) {
            return try await ServerCore(configuration, parts, sockets, on: group)
        } catch {
            await group.stopped()
            await parts.database.stop()
            throw error
        }
    }

    /// What is made before there are loops.
    private struct Parts {
        let tls: TLSContextProvider?
        let identity: IdentityService
        let origins: OriginGate
        let database: Database
        let handlers: HandlerRegistry
        let authorizer: (any RoomAuthorizer)?
        let log: Log
    }

    private init(
        _ configuration: ServerConfiguration, _ parts: Parts, _ sockets: consuming ListeningSockets,
        on group: EventLoopGroup
    ) async throws(ServerError) {
        self.group = group
        tls = parts.tls
        log = parts.log
        identity = parts.identity
        database = parts.database
        drainTimeout = configuration.connections.drainTimeout
        health = ServerHealth()
        admission = Admission(
            maxConnections: configuration.connections.maximum,
            maxPerAddress: configuration.connections.maximumPerAddress)
        transports = await LoopTransport.start(
            on: group.loops, TransportSettings(configuration), admission: admission, log: parts.log)
        let services = await ClientServices(
            configuration, on: group.loops, origins: parts.origins, handlers: parts.handlers,
            authorizer: parts.authorizer, identity: parts.identity, log: parts.log)
        backend = services.backend
        inbox = services.inbox
        polls = services.polling.desks
        census = Census(of: backend.hub, inbox, transports, polls)
        let page = MetricsPage(
            census: census, authenticator: identity.authenticator, handlers: parts.handlers,
            roomAuthorizer: services.roomAuthorizer)
        let files = WebFiles(withBoard: configuration.isDevelopment)
        let site = HTTPSite(
            try Routes.all(
                of: configuration, health: health, identity: identity, clients: services,
                backends: BackendAPI(backend: backend, census: census), metrics: page, files: files),
            fallback: files.response(to:), refusing: services.polling.access.refusal(_:of:))
        do throws(ServerError) {
            try await database.prepare(inbox, loops: group.loops.count)
            // Before anybody can come with a token that does not count any more.
            await backend.revocations.catchUp()
        } catch {
            await inbox.end()
            throw error
        }
        keeper = await group.loops[0].perform { [inbox] in
            let loop = group.loops[0]
            return LoopBound(InboxKeeper(of: inbox, on: loop), on: loop)
        }
        do throws(ServerError) {
            (metrics, listener) = try await Self.listen(
                configuration, sockets, on: transports, admission: admission, tls: tls, site: site,
                metrics: page, log: log)
        } catch {
            await Self.endStorage(keeper, inbox)
            throw error
        }
        health.isReady = true
    }

    /// Opens the listeners: all, or none.
    private static func listen(
        _ configuration: ServerConfiguration, _ sockets: consuming ListeningSockets,
        on transports: [LoopBound<LoopTransport>], admission: Admission, tls: TLSContextProvider?,
        site: HTTPSite, metrics page: MetricsPage, log: Log
    ) async throws(ServerError) -> (MetricsListener?, Listener) {
        var metrics: MetricsListener?
        if let place = configuration.metrics.listen {
            metrics = try await MetricsListener.open(
                at: place, on: transports[0].loop, TransportSettings(configuration), page: page, log: log)
        }
        do throws(ServerError) {
            return (
                metrics,
                try await Listener.open(sockets, on: transports, admission: admission, tls: tls, site: site)
            )
        } catch {
            await metrics?.close()
            throw error
        }
    }

    private static func endStorage(_ keeper: LoopBound<InboxKeeper>, _ inbox: Inbox) async {
        await keeper.loop.perform { keeper.value.stop() }
        await inbox.end()
    }

    /// Stops taking connections, says goodbye to those there are, and ends when the last is gone or the
    /// drain time-out is over.
    func stop() async {
        health.isReady = false
        await listener.close()
        // A poll that waits would hold up its connection.
        await polls.drain(farewell: Farewell.message)
        let cut = Locked(0)
        await withTaskGroup { group in
            for transport in transports {
                group.addTask { [drainTimeout] in
                    await transport.loop.suspend { resume in
                        transport.value.drain(within: drainTimeout, farewell: Farewell.message) { count in
                            cut.withLock { $0 += count }
                            resume()
                        }
                    }
                }
            }
        }
        await metrics?.close()
        backend.hub.lifecycle.finish()
        await Self.endStorage(keeper, inbox)
        await group.stopped()
        await database.stop()
        let left = cut.withLock { $0 }
        if left > 0 {
            log.warning("connections cut off at the drain time-out", ["connections": .integer(left)])
        }
    }

    /// Reads the keys again, and the certificate and its key for connections that come from now on.
    func reload() {
        identity.reload()
        guard let tls else { return }
        do throws(TLSError) {
            Self.report(try tls.reload(), to: log)
            log.info("certificate reloaded")
        } catch {
            log.error("certificate not reloaded", ["reason": .string(error.description)])
        }
    }

    private static func certificates(
        _ configuration: ServerConfiguration.TLS, log: Log
    ) throws(ServerError) -> TLSContextProvider? {
        guard let certificate = configuration.certificateFile, let key = configuration.keyFile else {
            return nil
        }
        do throws(TLSError) {
            let provider = try TLSContextProvider(certificateFile: certificate, keyFile: key)
            report(provider.current.warnings, to: log)
            return provider
        } catch {
            throw ServerError(code: .badCertificate, message: error.description)
        }
    }

    private static func report(_ warnings: [TLSWarning], to log: Log) {
        for warning in warnings { log.warning("certificate", ["problem": .string(warning.description)]) }
    }

    /// Open connections, of any kind.
    var connectionCount: Int { admission.count }
}

extension LoopTransport {
    /// Makes one on each loop.
    static func start(
        on loops: [EventLoop], _ settings: TransportSettings, admission: Admission, log: Log
    ) async -> [LoopBound<LoopTransport>] {
        var transports: [LoopBound<LoopTransport>] = []
        for loop in loops {
            transports.append(
                await loop.perform {
                    LoopBound(
                        LoopTransport(loop: loop, settings: settings, admission: admission, log: log),
                        on: loop)
                })
        }
        return transports
    }
}
