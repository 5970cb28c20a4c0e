/// Finds what answers a request by its method and its path.
///
/// The routes form a tree of path segments. Text in a pattern wins over a parameter, segment by segment
/// from the left; but a path that only a parameter can complete for this method is found all the same.
struct HTTPRouter<Endpoint: Sendable>: Sendable {
    /// What a search finds.
    enum Match {
        case found(Endpoint, HTTPParameters)
        /// OPTIONS at a path that is there and does not answer it itself.
        case options(HTTPMethodSet)
        /// The path is there, but not for this method.
        case methodNotAllowed(HTTPMethodSet)
        case notFound
        /// An escape in the path is broken, or what it stands for is not UTF-8.
        case malformedPath
    }

    private struct Node: Sendable {
        var literals: [(text: [UInt8], node: Int)] = []
        var parameter: Int?
        /// Indices into `endpoints` and `routes`.
        var methods: [(method: HTTPMethod, route: Int)] = []
    }

    /// All routes in the order in which they were added.
    private(set) var routes: [HTTPRoute] = []
    private var endpoints: [Endpoint] = []
    private var nodes = [Node()]

    init() {}

    mutating func add(
        _ method: HTTPMethod, _ pattern: String, _ endpoint: Endpoint
    ) throws(HTTPRouteError) {
        let route = try HTTPRoute(method, pattern)
        var node = 0
        for segment in route.segments {
            node = child(of: node, for: segment)
        }
        if nodes[node].methods.contains(where: { $0.method == method }) { throw .taken(pattern) }
        nodes[node].methods.append((method, routes.count))
        routes.append(route)
        endpoints.append(endpoint)
    }

    /// Finds the endpoint for a request. HEAD is answered by what answers GET, where it has no endpoint of
    /// its own.
    func match(_ method: HTTPMethod, path: HTTPSlice) -> Match {
        if method == .options, path.equals("*") { return .options(allMethods) }
        var search = Search(method: method)
        let isMalformed = path.withUnsafeBytes { path in
            if path.position(of: UInt8(ascii: "%"), in: 0..<path.count) != nil, path.percentDecoded() == nil {
                return true
            }
            if path.first == UInt8(ascii: "/") { visit(0, path, from: 0, &search) }
            return false
        }
        if isMalformed { return .malformedPath }
        if let route = search.route {
            let parameters = HTTPParameters(names: routes[route].parameters, of: path, at: search.parameters)
            return .found(endpoints[route], parameters)
        }
        if search.allowed.isEmpty { return .notFound }
        let allowed = search.allowed.union(HTTPMethodSet(.options))
        return method == .options ? .options(allowed) : .methodNotAllowed(allowed)
    }

    private var allMethods: HTTPMethodSet {
        routes.reduce(into: HTTPMethodSet(.options)) { $0.formUnion(.answered(by: $1.method)) }
    }

    private mutating func child(of node: Int, for segment: HTTPRoute.Segment) -> Int {
        switch segment {
        case .literal(let text):
            let bytes = Array(text.utf8)
            if let known = nodes[node].literals.first(where: { $0.text == bytes }) { return known.node }
            nodes[node].literals.append((bytes, nodes.count))
        case .parameter:
            if let known = nodes[node].parameter { return known }
            nodes[node].parameter = nodes.count
        }
        nodes.append(Node())
        return nodes.count - 1
    }

    /// A search under way.
    private struct Search {
        let method: HTTPMethod
        /// The route found.
        var route: Int?
        /// What the path answers to, as far as it was met without finding a route.
        var allowed: HTTPMethodSet = []
        var parameters = InlineArray<4, HTTPRange>(repeating: HTTPRange(0..<0))
        var parameterCount = 0
    }

    /// Looks below a node for the rest of a path, which begins with a slash or is empty.
    ///
    /// It goes back where a literal leads nowhere. Patterns decide how deep that goes, not requests.
    private func visit(_ node: Int, _ path: UnsafeRawBufferPointer, from start: Int, _ search: inout Search) {
        if start == path.count {
            end(at: node, &search)
            return
        }
        let end = path.position(of: UInt8(ascii: "/"), in: start + 1..<path.count) ?? path.count
        let segment = UnsafeRawBufferPointer(rebasing: path[start + 1..<end])
        if let literal = nodes[node].literals.first(where: { literal in
            literal.text.withUnsafeBytes { segment.percentDecodedEquals($0) }
        }) {
            visit(literal.node, path, from: end, &search)
        }
        guard search.route == nil, let parameter = nodes[node].parameter, !segment.isEmpty else { return }
        search.parameters[search.parameterCount] = HTTPRange(start + 1..<end)
        search.parameterCount += 1
        visit(parameter, path, from: end, &search)
        if search.route == nil { search.parameterCount -= 1 }
    }

    private func end(at node: Int, _ search: inout Search) {
        let methods = nodes[node].methods
        let wanted = search.method
        let entry =
            methods.first { $0.method == wanted } ?? methods.first { wanted == .head && $0.method == .get }
        if let entry {
            search.route = entry.route
        } else {
            for entry in methods { search.allowed.formUnion(.answered(by: entry.method)) }
        }
    }
}

extension HTTPMethodSet {
    /// The methods that an endpoint answers to.
    fileprivate static func answered(by method: HTTPMethod) -> HTTPMethodSet {
        method == .get ? [HTTPMethodSet(.get), HTTPMethodSet(.head)] : HTTPMethodSet(method)
    }
}
