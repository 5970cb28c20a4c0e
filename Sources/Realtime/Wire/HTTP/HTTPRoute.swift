/// A method and a path pattern such as `/api/v1/users/{id}/notifications`: segments between slashes, each
/// either text or a parameter in braces.
struct HTTPRoute: Sendable {
    /// A piece of the pattern between two slashes.
    enum Segment: Equatable, Sendable {
        case literal(String)
        /// Any text that is not empty.
        case parameter(String)
    }

    let method: HTTPMethod
    let pattern: String
    let segments: [Segment]
    /// The names in the braces, in order.
    let parameters: [String]

    init(_ method: HTTPMethod, _ pattern: String) throws(HTTPRouteError) {
        guard pattern.utf8.first == UInt8(ascii: "/"), method != .other else { throw .malformed(pattern) }
        self.method = method
        self.pattern = pattern
        var segments: [Segment] = []
        var parameters: [String] = []
        for text in pattern.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard text.contains(where: { "{}".contains($0) }) else {
                segments.append(.literal(String(text)))
                continue
            }
            let name = text.dropFirst().dropLast()
            guard text.first == "{", text.last == "}", !name.isEmpty,
                !name.contains(where: { "{}".contains($0) }),
                !parameters.contains(String(name))
            else { throw .malformed(pattern) }
            segments.append(.parameter(String(name)))
            parameters.append(String(name))
        }
        guard parameters.count <= HTTPParameters.maximumCount else { throw .malformed(pattern) }
        self.segments = segments
        self.parameters = parameters
    }
}

/// Why a route could not be added.
enum HTTPRouteError: Error, Equatable {
    /// The pattern does not begin with a slash, has braces in the wrong places, a name twice or too many.
    case malformed(String)
    /// There is a route for the same method and the same paths already.
    case taken(String)
}

/// What the parameters of a route stand for in one request's path, decoded when asked for.
struct HTTPParameters: Sendable {
    /// How many a route may have. They are kept in place, so that finding a route allocates nothing.
    static let maximumCount = 4

    private let names: [String]
    private let path: HTTPSlice?
    private let ranges: InlineArray<4, HTTPRange>

    /// None, for a path that no route has found.
    init() {
        names = []
        path = nil
        ranges = InlineArray(repeating: HTTPRange(0..<0))
    }

    init(names: [String], of path: HTTPSlice, at ranges: InlineArray<4, HTTPRange>) {
        self.names = names
        self.path = path
        self.ranges = ranges
    }

    /// A parameter's text with its escapes resolved; nil when the route has no such parameter.
    subscript(name: String) -> String? {
        guard let path, let index = names.firstIndex(of: name) else { return nil }
        return path.slice(ranges[index].range).withUnsafeBytes { $0.percentDecoded() }
    }
}
