/// Every address of the server and what is there.
enum Routes {
    static func all(
        of configuration: ServerConfiguration, health: ServerHealth, identity: IdentityService,
        clients: ClientServices, backends: BackendAPI, metrics: MetricsPage, files: WebFiles
    ) throws(ServerError) -> HTTPRouter<HTTPEndpoint> {
        do throws(HTTPRouteError) {
            var router = HTTPRouter<HTTPEndpoint>()
            try add(health, clients.inbox, to: &router)
            try backends.add(to: &router)
            try clients.polling.add(to: &router)
            if configuration.metrics.listen == nil { try router.add(.get, "/metrics", metrics.endpoint) }
            let clientEndpoint = ClientEndpoint(services: clients.sessions, origins: clients.origins)
            try router.add(.get, "/ws", .webSocket(clientEndpoint))
            try router.add(
                .get, "/",
                files.board.map { .webSocketOr(clientEndpoint, $0.page) } ?? .webSocket(clientEndpoint))
            if configuration.isDevelopment {
                let tokens = DevTokenEndpoint(identity: identity, origins: clients.origins.policy)
                try router.add(.post, "/dev/token", tokens.endpoint)
            }
            if let path = configuration.webSocket.echoPath {
                try router.add(.get, path, .webSocket(EchoEndpoint()))
            }
            return router
        } catch {
            throw ServerError(code: .badRoute, message: "the echo path is no path, or taken: \(error)")
        }
    }

    private static func add(
        _ health: ServerHealth, _ inbox: Inbox, to router: inout HTTPRouter<HTTPEndpoint>
    ) throws(HTTPRouteError) {
        try router.add(.get, "/healthz", .immediate { _ in .text(.ok, "ok\n") })
        try router.add(
            .get, "/readyz",
            .immediate { _ in
                guard health.isReady else { return .text(.serviceUnavailable, "stopping\n") }
                guard inbox.isReadyHere else {
                    return .text(.serviceUnavailable, "waiting for the database\n")
                }
                return .text(.ok, "ready\n")
            })
    }
}
