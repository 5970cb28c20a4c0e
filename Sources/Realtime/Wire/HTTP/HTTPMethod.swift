/// A request method. Methods are told apart by case: `get` is another method than `GET`, one not known.
enum HTTPMethod: UInt8, CaseIterable, Sendable {
    case get, head, post, put, delete, patch, options
    /// Any other; the request head still has its name.
    case other

    /// Tells the method from its name.
    init(_ name: UnsafeRawBufferPointer) {
        switch name.count {
        case 3 where name.equals("GET"): self = .get
        case 3 where name.equals("PUT"): self = .put
        case 4 where name.equals("POST"): self = .post
        case 4 where name.equals("HEAD"): self = .head
        case 5 where name.equals("PATCH"): self = .patch
        case 6 where name.equals("DELETE"): self = .delete
        case 7 where name.equals("OPTIONS"): self = .options
        default: self = .other
        }
    }

    /// As it is written in a request line.
    var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .put: "PUT"
        case .delete: "DELETE"
        case .patch: "PATCH"
        case .options: "OPTIONS"
        case .other: "(other)"
        }
    }
}

/// Methods that a path answers to, for the `Allow` field.
struct HTTPMethodSet: OptionSet, Sendable {
    let rawValue: UInt8

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    init(_ method: HTTPMethod) {
        self.rawValue = 1 << method.rawValue
    }

    func contains(_ method: HTTPMethod) -> Bool {
        contains(HTTPMethodSet(method))
    }

    /// The names with commas between them, in a fixed order.
    var fieldValue: String {
        HTTPMethod.allCases.filter { $0 != .other && contains($0) }.map { "\($0.name)" }
            .joined(separator: ", ")
    }
}

/// The versions that are spoken here. Any other is refused with 505.
enum HTTPVersion: UInt8, Sendable {
    case http10, http11
}
