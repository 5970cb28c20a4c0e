import Synchronization

/// Counts connections over all loops, in all and per address, and says who may come in.
///
/// Any loop may ask. Addresses are counted only where there is a limit on them.
final class Admission: Sendable {
    /// The right to be connected, to be given back once.
    struct Ticket: Sendable {
        fileprivate let host: SocketAddress.Host?
    }

    /// Why a connection is not let in.
    enum Refusal: Error, Equatable, Sendable {
        /// The server has as many as it may.
        case serverFull
        /// This address has as many as it may.
        case addressFull
    }

    private let maxConnections: Int?
    private let maxPerAddress: Int?
    private let total = Atomic<Int>(0)
    private let perAddress = Locked<[SocketAddress.Host: Int]>([:])

    /// - Parameters:
    ///   - maxConnections: how many there may be; nil for any number.
    ///   - maxPerAddress: how many of them from one address; nil for any number.
    init(maxConnections: Int?, maxPerAddress: Int?) {
        self.maxConnections = maxConnections
        self.maxPerAddress = maxPerAddress
    }

    /// Connections on all loops.
    var count: Int { total.load(ordering: .relaxed) }

    /// Counts a connection in, or says why not.
    func admit(_ host: SocketAddress.Host?) throws(Refusal) -> Ticket {
        let others = total.wrappingAdd(1, ordering: .relaxed).oldValue
        if let maxConnections, others >= maxConnections {
            total.wrappingSubtract(1, ordering: .relaxed)
            throw .serverFull
        }
        guard let maxPerAddress, let host else { return Ticket(host: nil) }
        let fits = perAddress.withLock { counts in
            let neighbours = counts[host, default: 0]
            guard neighbours < maxPerAddress else { return false }
            counts[host] = neighbours + 1
            return true
        }
        guard fits else {
            total.wrappingSubtract(1, ordering: .relaxed)
            throw .addressFull
        }
        return Ticket(host: host)
    }

    /// Counts a connection out again.
    func release(_ ticket: Ticket) {
        total.wrappingSubtract(1, ordering: .relaxed)
        guard let host = ticket.host else { return }
        perAddress.withLock { counts in
            guard let count = counts[host] else { return }
            counts[host] = count == 1 ? nil : count - 1
        }
    }
}
