import CLibuv
import Glibc

/// An IP address and a port, small enough to keep for every connection.
struct SocketAddress: Hashable, Sendable, CustomStringConvertible {
    /// The address alone, without a port: what limits per address count by. An IPv4 address is kept as
    /// IPv6's mapped form, so that one peer is one address whichever socket it came by.
    struct Host: Hashable, Sendable {
        let high: UInt64
        let low: UInt64
    }

    let host: Host
    let port: UInt16

    /// Reads the kernel's form; nil for what is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            let address = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in.self) }
            host = Host(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: address.sin_addr.s_addr)))
            port = UInt16(bigEndian: address.sin_port)
        case AF_INET6:
            let address = withUnsafeBytes(of: storage) { $0.load(as: sockaddr_in6.self) }
            let (high, low) = withUnsafeBytes(of: address.sin6_addr) {
                ($0.load(as: UInt64.self), $0.load(fromByteOffset: 8, as: UInt64.self))
            }
            host = Host(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
            port = UInt16(bigEndian: address.sin6_port)
        default:
            return nil
        }
    }

    /// The form that URLs use: `127.0.0.1:8765`, `[::1]:8765`.
    var description: String {
        host.isIPv4 ? "\(host):\(port)" : "[\(host)]:\(port)"
    }
}

extension SocketAddress.Host: CustomStringConvertible {
    var isIPv4: Bool { high == 0 && low >> 32 == 0xFFFF }

    var description: String {
        if isIPv4 {
            let address = UInt32(truncatingIfNeeded: low)
            return [24, 16, 8, 0].map { String(address >> $0 & 0xFF) }.joined(separator: ".")
        }
        var bytes = (high.bigEndian, low.bigEndian)
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(AF_INET6, &bytes, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
