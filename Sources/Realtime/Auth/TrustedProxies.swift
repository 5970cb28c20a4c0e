import Glibc

/// The proxies whose word about a request is believed: addresses, and networks such as `10.0.0.0/8`.
struct TrustedProxies: Equatable, Sendable {
    /// An IPv6 address, or an IPv4 one in IPv6's mapped form, as the halves of 128 bits.
    struct Address: Equatable, Sendable {
        var high: UInt64
        var low: UInt64
    }

    private struct Network: Equatable, Sendable {
        let address: Address
        let mask: Address
    }

    /// An entry that is neither an address nor a network.
    struct Invalid: Error, Equatable, Sendable, CustomStringConvertible {
        let entry: String

        var description: String { "'\(entry)' is no address and no network, as 10.0.0.0/8" }
    }

    private var networks: [Network] = []

    /// Nobody is believed.
    init() {}

    /// Reads `127.0.0.1,10.0.0.0/8,::1`.
    init(_ setting: String) throws(Invalid) {
        for part in setting.split(separator: ",") {
            let entry = part.filter { $0 != " " }
            if entry.isEmpty { continue }
            guard let network = TrustedProxies.network(entry) else { throw Invalid(entry: entry) }
            networks.append(network)
        }
    }

    func contains(_ address: Address) -> Bool {
        networks.contains { $0.address == address & $0.mask }
    }

    private static func network(_ entry: String) -> Network? {
        let parts = entry.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        guard let (address, width) = address(parts[0]) else { return nil }
        var prefix = width
        if parts.count == 2 {
            guard let number = UInt8(parts[1]), number <= width else { return nil }
            prefix = Int(number)
        }
        let mask = Address(prefix: 128 - width + prefix)
        return Network(address: address & mask, mask: mask)
    }

    /// An address, and how many bits its family has.
    private static func address(_ text: String) -> (Address, width: Int)? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return (Address(high: 0, low: 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: four.s_addr))), 32)
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        return withUnsafeBytes(of: six) { bytes in
            (
                Address(
                    high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                    low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))), 128
            )
        }
    }
}

extension TrustedProxies.Address {
    /// The mask of a network whose addresses agree in so many bits.
    fileprivate init(prefix: Int) {
        high = prefix >= 64 ? .max : ~(UInt64.max >> UInt64(prefix))
        low = prefix <= 64 ? 0 : ~(prefix == 128 ? 0 : UInt64.max >> UInt64(prefix - 64))
    }

    fileprivate static func & (left: Self, right: Self) -> Self {
        Self(high: left.high & right.high, low: left.low & right.low)
    }
}
