import Testing

@testable import Realtime

@Suite("HTTP router")
struct HTTPRouterTests {
    private static let routes: [(HTTPMethod, String)] = [
        (.get, "/"),
        (.get, "/ws"),
        (.get, "/api/v1/rooms"),
        (.get, "/api/v1/rooms/{id}"),
        (.get, "/api/v1/users/{id}"),
        (.get, "/api/v1/users/{id}/notifications"),
        (.delete, "/api/v1/users/{id}/connections"),
        (.get, "/api/v1/users/me"),
        (.post, "/api/v1/users/me/avatar"),
        (.delete, "/api/v1/users/{id}"),
        (.get, "/a/{one}/b/{two}"),
        (.get, "/h"),
        (.head, "/h"),
        (.options, "/o"),
    ]

    private let router: HTTPRouter<String>

    init() throws {
        var router = HTTPRouter<String>()
        for (method, pattern) in Self.routes { try router.add(method, pattern, "\(method.name) \(pattern)") }
        self.router = router
    }

    private func find(_ method: HTTPMethod, _ path: String) -> String {
        switch router.match(method, path: HTTPSlice(path)) {
        case .found(let endpoint, _): endpoint
        case .options(let allowed): "options: \(allowed.fieldValue)"
        case .methodNotAllowed(let allowed): "not allowed: \(allowed.fieldValue)"
        case .notFound: "not found"
        case .malformedPath: "malformed"
        }
    }

    private func parametersFound(in path: String) -> HTTPParameters? {
        guard case .found(_, let parameters) = router.match(.get, path: HTTPSlice(path)) else { return nil }
        return parameters
    }

    @Test("paths are found whole, parameters in their places")
    func found() {
        #expect(find(.get, "/") == "GET /")
        #expect(find(.get, "/api/v1/rooms") == "GET /api/v1/rooms")
        #expect(find(.get, "/api/v1/users/u1/notifications") == "GET /api/v1/users/{id}/notifications")
        #expect(find(.delete, "/api/v1/users/u1/connections") == "DELETE /api/v1/users/{id}/connections")
    }

    @Test(
        "what is not a route is not found",
        arguments: [
            "/x", "/api", "/api/v1", "/api/v1/rooms/", "//", "/ws/", "/api/v1/rooms/a/b", "/WS",
            "/api/v1/users//notifications", "/api/v1/rooms/a/..", "*", "",
        ])
    func notFound(path: String) {
        #expect(find(.get, path) == "not found")
    }

    @Test("text wins over a parameter")
    func literalWins() {
        #expect(find(.get, "/api/v1/users/me") == "GET /api/v1/users/me")
        #expect(find(.get, "/api/v1/users/you") == "GET /api/v1/users/{id}")
    }

    @Test("a parameter is tried where the text leads nowhere, for the path or for the method")
    func goesBack() {
        #expect(find(.get, "/api/v1/users/me/notifications") == "GET /api/v1/users/{id}/notifications")
        #expect(find(.delete, "/api/v1/users/me") == "DELETE /api/v1/users/{id}")
    }

    @Test("a path that is there for other methods names them all")
    func methodNotAllowed() {
        #expect(find(.put, "/ws") == "not allowed: GET, HEAD, OPTIONS")
        #expect(find(.put, "/api/v1/users/me") == "not allowed: GET, HEAD, DELETE, OPTIONS")
        #expect(find(.other, "/api/v1/users/u/connections") == "not allowed: DELETE, OPTIONS")
        #expect(find(.other, "/x") == "not found")
    }

    @Test("HEAD is answered by what answers GET, unless it has an endpoint of its own")
    func head() {
        #expect(find(.head, "/ws") == "GET /ws")
        #expect(find(.head, "/h") == "HEAD /h")
        #expect(find(.head, "/api/v1/users/u/connections") == "not allowed: DELETE, OPTIONS")
    }

    @Test("OPTIONS is answered with the methods, unless it has an endpoint of its own")
    func options() {
        #expect(find(.options, "/ws") == "options: GET, HEAD, OPTIONS")
        #expect(find(.options, "/o") == "OPTIONS /o")
        #expect(find(.options, "*") == "options: GET, HEAD, POST, DELETE, OPTIONS")
        #expect(find(.options, "/x") == "not found")
    }

    @Test("parameters are decoded; a slash in one is no separator")
    func decodes() throws {
        let parameters = try #require(parametersFound(in: "/a/x%2Fy%20+/b/z%C3%A9"))
        #expect(parameters["one"] == "x/y +")
        #expect(parameters["two"] == "zé")
        #expect(parameters["three"] == nil)
        #expect(HTTPParameters()["one"] == nil)
    }

    @Test("after going back, only the parameters of the route that was found are kept")
    func parametersAfterGoingBack() throws {
        #expect(try #require(parametersFound(in: "/api/v1/users/me/notifications"))["id"] == "me")
    }

    @Test("escapes in the fixed part of a path mean what they stand for")
    func escapedLiterals() {
        #expect(find(.get, "/%61pi/v1/r%6Foms") == "GET /api/v1/rooms")
        #expect(find(.get, "/api%2Fv1/rooms") == "not found")
    }

    @Test(
        "broken escapes and what is not UTF-8",
        arguments: ["/a/%/b/c", "/a/%4/b/c", "/a/%zz/b/c", "/%ff", "/x%"])
    func malformed(path: String) {
        #expect(find(.get, path) == "malformed")
    }

    @Test("routes are listed as they were added")
    func listing() {
        #expect(router.routes.map(\.pattern) == Self.routes.map(\.1))
        #expect(router.routes.map(\.method) == Self.routes.map(\.0))
        #expect(router.routes[10].parameters == ["one", "two"])
    }

    @Test(
        "patterns that make no sense",
        arguments: [
            "", "a", "/{", "/{}", "/a{b}", "/{a}b", "/{a}/{a}", "/{a}{b}", "/{a}/{b}/{c}/{d}/{e}",
        ])
    func malformedPatterns(pattern: String) {
        var router = HTTPRouter<Int>()
        #expect(throws: HTTPRouteError.malformed(pattern)) { try router.add(.get, pattern, 1) }
        #expect(router.routes.isEmpty)
    }

    @Test("the same paths twice, also when the parameter has another name")
    func taken() throws {
        var router = HTTPRouter<Int>()
        try router.add(.get, "/a/{b}", 1)
        try router.add(.put, "/a/{c}", 2)
        #expect(throws: HTTPRouteError.taken("/a/{c}")) { try router.add(.get, "/a/{c}", 3) }
        guard case .found(2, let parameters) = router.match(.put, path: HTTPSlice("/a/x")) else {
            Issue.record("not found")
            return
        }
        #expect(parameters["c"] == "x")
    }
}
