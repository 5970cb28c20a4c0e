/// Every address of the server and what is there.
enum Routes {
    static func all(
        of configuration: ServerConfiguration, health: ServerHealth, identity: IdentityService
    ) throws(ServerError) -> HTTPRouter<HTTPEndpoint> {
        let origins = try OriginPolicy(configuration.access)
        do throws(HTTPRouteError) {
            var router = try router(of: configuration, health: health)
            if configuration.isDevelopment {
                let tokens = DevTokenEndpoint(identity: identity, origins: origins)
                try router.add(.post, "/dev/token", tokens.endpoint)
            }
            return router
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
