/// The token of a request, and which subprotocol to answer with.
struct TokenLocation: Equatable, Sendable {
    /// Where a token can stand. Where there are several, the first of these counts.
    enum Place: Sendable {
        case header, subprotocol, query
    }

    /// The token and where it was; nil when the request has none, and the first message must bring it.
    /// It may be empty, which is a bad token and not the lack of one.
    let token: String?
    let place: Place?
    /// The subprotocol to name in the answer, if any.
    let subprotocol: String?

    private static let bearerPrefix = "bearer."

    /// - Parameters:
    ///   - authorization: The value of `Authorization`.
    ///   - subprotocols: All values of `Sec-WebSocket-Protocol`, joined with commas as HTTP allows.
    ///   - query: The value of the parameter `token`, with its escapes resolved.
    ///   - spoken: The subprotocols of this endpoint. The client's order of preference decides.
    init(
        authorization: String?, subprotocols: String?, query: String?, spoken: [String] = ["realtime.v1"]
    ) {
        let offers = (subprotocols ?? "").split(separator: ",").map { $0.trimmingBlanks }
        // One that carries a token is never named in an answer, where it could be read and logged.
        subprotocol = offers.first { spoken.contains(String($0)) }.map(String.init)
        if let token = authorization.flatMap({ TokenLocation.bearerToken(of: $0) }) {
            self.token = token
            place = .header
        } else if let offer = offers.first(where: { $0.hasPrefix(TokenLocation.bearerPrefix) }) {
            token = String(offer.dropFirst(TokenLocation.bearerPrefix.count))
            place = .subprotocol
        } else {
            token = query
            place = query == nil ? nil : .query
        }
    }

    /// What follows `Bearer`, in any case; nil for other schemes, which are no tokens.
    private static func bearerToken(of authorization: String) -> String? {
        let scheme = authorization.prefix { $0 != " " && $0 != "\t" }
        guard scheme.lowercased() == "bearer" else { return nil }
        return String(authorization[scheme.endIndex...].trimmingBlanks)
    }
}

extension Substring {
    /// Without the blanks and tabs at its ends that HTTP allows there.
    fileprivate var trimmingBlanks: Substring {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let start = drop(while: isBlank)
        guard let last = start.lastIndex(where: { !isBlank($0) }) else { return start }
        return start[...last]
    }
}
