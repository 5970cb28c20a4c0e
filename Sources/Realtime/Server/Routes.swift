/// Every address of the server and what is there.
enum Routes {
    static func all(
        of configuration: ServerConfiguration, health: ServerHealth
    ) throws(ServerError) -> HTTPRouter<HTTPEndpoint> {
        do throws(HTTPRouteError) {
            return try router(of: configuration, health: health)
        } catch {
            throw ServerError(code: .badRoute, message: "the echo path is no path, or taken: \(error)")
        }
    }

    private static func router(
        of configuration: ServerConfiguration, health: ServerHealth
    ) throws(HTTPRouteError) -> HTTPRouter<HTTPEndpoint> {
        var router = HTTPRouter<HTTPEndpoint>()
        try router.add(.get, "/healthz", .immediate { _ in .text(.ok, "ok\n") })
        try router.add(
            .get, "/readyz",
            .immediate { _ in
                health.isReady ? .text(.ok, "ready\n") : .text(.serviceUnavailable, "stopping\n")
            })
        if let path = configuration.webSocket.echoPath {
            try router.add(.get, path, .webSocket(EchoEndpoint()))
        }
        return router
    }
}
