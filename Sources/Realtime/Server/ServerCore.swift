/// A running server: its loops, and on each a listener and the connections that it took in.
///
/// This is the wiring. What is connected to what can be read here; how each part works, in the part.
final class ServerCore: Sendable {
    /// What lives on one loop, and is touched there alone.
    private final class LoopPart {
        let transport: LoopTransport
        let acceptor: Acceptor

        init(transport: LoopTransport, acceptor: Acceptor) {
            self.transport = transport
            self.acceptor = acceptor
        }
    }

    private let group: EventLoopGroup
    private let parts: [LoopBound<LoopPart>]
    private let admission: Admission
    private let health: ServerHealth
    private let tls: TLSContextProvider?
    private let log: Log
    private let drainTimeout: Duration
    /// Whose tokens are accepted.
    let identity: IdentityService
    /// Who is where, and what may be done about it.
    let backend: Backend
    /// Where it listens.
    let address: SocketAddress

    /// Binds, starts the loops and takes connections from then on.
    init(
        _ configuration: ServerConfiguration, handlers: HandlerRegistry, authorizer: (any RoomAuthorizer)?,
        log: Log
    ) async throws(ServerError) {
        let loops = configuration.listen.loops ?? ProcessorCount.available
        tls = try Self.certificates(configuration.tls, log: log)
        identity = try IdentityService(configuration, log: log)
        let origins = try OriginGate(configuration.access)
        let sockets: [Int32]
        do throws(BindError) {
            sockets = try ListeningSocket.bindAll(
                host: configuration.listen.host, port: UInt16(configuration.listen.port), count: loops)
        } catch {
            throw ServerError(code: .cannotListen, message: error.description)
        }
        guard let address = ListeningSocket.address(of: sockets[0]) else {
            throw ServerError(code: .cannotListen, message: "the listening socket has no address")
        }
        self.address = address
        self.log = log
        drainTimeout = configuration.connections.drainTimeout
        health = ServerHealth()
        admission = Admission(
            maxConnections: configuration.connections.maximum,
            maxPerAddress: configuration.connections.maximumPerAddress)
        group = EventLoopGroup(count: loops)
        let services = await ClientServices(
            configuration, on: group.loops, origins: origins, handlers: handlers, authorizer: authorizer,
            identity: identity, log: log)
        backend = services.backend
        let settings = TransportSettings(configuration)
        let site: HTTPSite
        do throws(ServerError) {
            site = HTTPSite(
                try Routes.all(of: configuration, health: health, identity: identity, clients: services))
        } catch {
            await group.stopped()
            throw error
        }
        var parts: [LoopBound<LoopPart>] = []
        for (loop, socket) in zip(group.loops, sockets) {
            let result: Result<LoopBound<LoopPart>, LoopError> = await loop.perform { [admission, tls] in
                do throws(LoopError) {
                    let transport = LoopTransport(
                        loop: loop, settings: settings, admission: admission, log: log)
                    let acceptor = try Acceptor(
                        descriptor: socket, transport: transport, admission: admission, tls: tls, site: site)
                    return .success(LoopBound(LoopPart(transport: transport, acceptor: acceptor), on: loop))
                } catch {
                    return .failure(error)
                }
            }
            do throws(LoopError) {
                parts.append(try result.get())
            } catch {
                throw ServerError(code: .cannotListen, message: "cannot listen: \(error)")
            }
        }
        self.parts = parts
        health.isReady = true
    }

    /// Stops taking connections, says goodbye to those there are, and ends when the last is gone or the
    /// drain time-out is over.
    func stop() async {
        health.isReady = false
        let cut = Locked(0)
        await withTaskGroup { group in
            for part in parts {
                group.addTask { [drainTimeout] in
                    await part.loop.suspend { resume in
                        let part = part.value
                        part.acceptor.close()
                        let deadline = DrainDeadline {
                            cut.withLock { $0 += part.transport.connections.count }
                            part.transport.abortAll()
                        }
                        deadline.start(after: drainTimeout, on: part.transport.loop)
                        part.transport.drain(farewell: Farewell.message) {
                            deadline.cancel()
                            resume()
                        }
                    }
                }
            }
        }
        backend.core.hub.lifecycle.finish()
        await group.stopped()
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

    /// What happened since the start, on all loops together.
    func counters() async -> TransportCounters {
        var sum = TransportCounters()
        for part in parts {
            sum.add(await part.loop.perform { part.value.transport.counters })
        }
        return sum
    }

    /// Open connections, of any kind.
    var connectionCount: Int { admission.count }
}

/// Ends what a drain did not.
private final class DrainDeadline: LoopTimerTarget {
    private let told: () -> Void
    private var timer: LoopTimer?
    private var loop: EventLoop?

    init(_ told: @escaping () -> Void) {
        self.told = told
    }

    func start(after delay: Duration, on loop: EventLoop) {
        self.loop = loop
        timer = loop.schedule(after: delay, self)
    }

    func cancel() {
        if let timer { loop?.cancel(timer) }
        timer = nil
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        told()
    }
}
