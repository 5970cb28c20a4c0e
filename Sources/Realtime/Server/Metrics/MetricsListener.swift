/// A listener of its own for `/metrics`: plain HTTP, and nothing else at any other path.
///
/// It has its own count of connections, so that a server that is full can still be looked at, and its own transport
/// on the first loop, so that those who look are not counted as clients.
final class MetricsListener: Sendable {
    /// A few scrapers, and no more, that keep their connection.
    private static let maximumConnections = 64

    private let listener: Listener
    private let transport: LoopBound<LoopTransport>

    /// Where it listens.
    var address: SocketAddress { listener.address }

    private init(_ listener: Listener, _ transport: LoopBound<LoopTransport>) {
        self.listener = listener
        self.transport = transport
    }

    /// Listens from here on.
    static func open(
        at place: HostAndPort, on loop: EventLoop, _ settings: TransportSettings, page: MetricsPage, log: Log
    ) async throws(ServerError) -> MetricsListener {
        var router = HTTPRouter<HTTPEndpoint>()
        do throws(HTTPRouteError) {
            try router.add(.get, "/metrics", page.endpoint)
        } catch {
            preconditionFailure("an empty router takes every route")
        }
        let sockets = try Listener.bind(host: place.host, port: place.port, count: 1)
        let admission = Admission(maxConnections: maximumConnections, maxPerAddress: nil)
        let transports = await LoopTransport.start(on: [loop], settings, admission: admission, log: log)
        let listener = try await Listener.open(
            sockets, on: transports, admission: admission, tls: nil, site: HTTPSite(router))
        log.info("metrics", ["listening": .string("http://\(listener.address)/metrics")])
        return MetricsListener(listener, transports[0])
    }

    /// Stops listening, and ends the connections that there are.
    func close() async {
        await listener.close()
        await transport.loop.perform { [transport] in transport.value.abortAll() }
    }
}
