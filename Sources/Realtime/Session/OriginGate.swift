/// Which pages may connect, behind whichever proxies.
struct OriginGate: Sendable {
    let policy: OriginPolicy
    let proxies: TrustedProxies

    func allows(_ request: WebSocketRequest) -> Bool {
        allows(request.head, peerAddress: request.peerAddress)
    }

    /// - Parameter peerAddress: asked only where the answer depends on a proxy's word.
    func allows(_ head: HTTPRequestHead, peerAddress: () -> SocketAddress?) -> Bool {
        guard let origin = head.header("origin")?.string else { return true }
        var forwarded = head.header("x-forwarded-host")?.string
        if forwarded != nil, !isTrusted(peerAddress()) { forwarded = nil }
        return policy.allows(origin: origin, host: head.host?.string, forwardedHost: forwarded)
    }

    private func isTrusted(_ address: SocketAddress?) -> Bool {
        address.map { proxies.contains(TrustedProxies.Address(high: $0.host.high, low: $0.host.low)) }
            ?? false
    }
}

extension HTTPResponse {
    /// The answer to a request whose token does not count, or that has none.
    static func unauthenticated(_ refusal: TokenRefusal?) -> HTTPResponse {
        guard refusal != .unavailable else {
            return .error(.serviceUnavailable, .unavailable, TokenRefusal.unavailable.clientMessage)
        }
        var response = error(
            .unauthorized, .unauthenticated, refusal?.clientMessage ?? "A token is needed for this.")
        response.add("WWW-Authenticate", fixed: "Bearer")
        return response
    }
}
