/// The server's address. Only loopback is accepted: a load generator aimed at another machine by mistake
/// is an attack.
struct Target: Sendable {
    let host: String
    /// The IPv4 address in host byte order.
    let address: UInt32
    let port: UInt16
    /// Path and query; `{connection}`, `{room}` and `{token}` are filled in for each connection.
    let path: String

    /// `scheme` is `ws` or `http`.
    init(url: String, scheme: String = "ws") throws(UsageError) {
        guard url.hasPrefix("\(scheme)://") else {
            throw UsageError("the URL must begin with \(scheme)://, not \(url)")
        }
        let rest = url.dropFirst(scheme.utf8.count + 3)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let parts = rest[..<slash].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else {
            throw UsageError("the URL needs a host and a port, such as \(scheme)://127.0.0.1:8765/echo")
        }
        let host = parts[0] == "localhost" ? "127.0.0.1" : String(parts[0])
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard octets.count == 4, octets[0] == 127, octets.allSatisfy({ $0 != nil }) else {
            throw UsageError("the host must be localhost or 127.x.y.z, not \(parts[0])")
        }
        self.host = String(parts[0])
        self.address = octets.reduce(0) { $0 << 8 | UInt32($1!) }
        self.port = port
        self.path = slash == rest.endIndex ? "/" : String(rest[slash...])
        guard self.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UsageError("the URL's path must be plain ASCII without spaces")
        }
    }
}
