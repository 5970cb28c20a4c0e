/// A page's origin: scheme, host and port, as browsers send it.
struct WebOrigin: Hashable, Sendable {
    let scheme: String
    /// Host and port in lower case, without the port that the scheme implies.
    let authority: String

    /// Nil for what is no origin: a path, no scheme, `null`.
    init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
        let scheme = text[..<colon].lowercased()
        let authority = String(text[text.index(colon, offsetBy: 3)...])
        guard !scheme.isEmpty, WebOrigin.isAuthority(authority) else { return nil }
        self.scheme = scheme
        self.authority = WebOrigin.normal(authority, scheme: scheme)
    }

    /// Whether a `Host` of a request is this origin's. Which scheme the client used can't be known behind a
    /// proxy, so the origin's own decides which port goes without saying.
    func isAt(host: String) -> Bool {
        WebOrigin.isAuthority(host) && WebOrigin.normal(host, scheme: scheme) == authority
    }

    private static func normal(_ authority: String, scheme: String) -> String {
        let lower = authority.lowercased()
        let implied =
            switch scheme {
            case "http", "ws": ":80"
            case "https", "wss": ":443"
            default: ""
            }
        return !implied.isEmpty && lower.hasSuffix(implied) ? String(lower.dropLast(implied.count)) : lower
    }

    /// Nothing but a host and a port: no path, user, blank or second value.
    private static func isAuthority(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                    UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "["), UInt8(ascii: "]"):
                    true
                default: false
                }
            }
    }
}

/// Which pages may connect.
///
/// A browser sends with every request of a page where the page is from, and the page can't change that. So
/// this protects users from pages of others; it protects the server from nobody who writes requests himself.
enum OriginPolicy: Equatable, Sendable {
    /// Pages from the host that the request is for.
    case sameOrigin
    case listed(Set<WebOrigin>)
    case any

    /// An entry that is no origin.
    struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        let entry: String

        var description: String {
            "'\(entry)' is no origin: write scheme and host, as https://app.example.com"
        }
    }

    /// Reads `https://app.example.com,http://localhost:3000`, or `*`. An empty text is the default.
    init(_ setting: String) throws(Invalid) {
        var origins: Set<WebOrigin> = []
        var isAny = false
        for part in setting.split(separator: ",") {
            let entry = part.filter { $0 != " " }
            if entry.isEmpty { continue }
            if entry == "*" {
                isAny = true
                continue
            }
            // As it is copied from an address bar.
            let origin = entry.hasSuffix("/") ? String(entry.dropLast()) : entry
            guard let origin = WebOrigin(origin) else { throw Invalid(entry: entry) }
            origins.insert(origin)
        }
        self = isAny ? .any : origins.isEmpty ? .sameOrigin : .listed(origins)
    }

    /// Whether a request with these fields may go on.
    ///
    /// - Parameters:
    ///   - origin: `Origin`; nil when it is not there, and so the client is no browser's page.
    ///   - host: `Host`.
    ///   - forwardedHost: `X-Forwarded-Host`, and only where the peer is a trusted proxy.
    func allows(origin: String?, host: String?, forwardedHost: String?) -> Bool {
        guard let origin else { return true }
        switch self {
        case .any: return true
        case .listed(let origins): return WebOrigin(origin).map { origins.contains($0) } ?? false
        case .sameOrigin:
            guard let origin = WebOrigin(origin) else { return false }
            // Of several proxies the first one knows the name that the browser used.
            let forwarded = forwardedHost?.split(separator: ",").first.map { $0.filter { $0 != " " } }
            return (forwarded ?? host).map { origin.isAt(host: $0) } ?? false
        }
    }
}
