import Glibc

/// Bound TCP sockets for one address, before loops listen on them.
///
/// Every loop has one of its own (`SO_REUSEPORT`), and the kernel deals the connections out among them. Those that
/// nobody has taken are closed with this value.
struct ListeningSockets: ~Copyable {
    private var descriptors: [Int32]
    /// What they are bound to.
    let address: SocketAddress

    /// Binds `count` sockets to `host` and `port`; with port 0 the first takes a free one and the others the same.
    init(host: String, port: UInt16, count: Int) throws(BindError) {
        (descriptors, address) = try Self.bind(try resolve(host: host, port: port), count: count)
    }

    private static func bind(
        _ target: ResolvedAddress, count: Int
    ) throws(BindError) -> ([Int32], SocketAddress) {
        try refuseTakenPort(target)
        let first = try ListeningSocket(target, shared: true)
        let address = first.address
        var descriptors = [first.take()]
        let chosen = target.with(port: address.port)
        while descriptors.count < count {
            do {
                descriptors.append(try ListeningSocket(chosen, shared: true).take())
            } catch {
                for descriptor in descriptors { close(descriptor) }
                throw error
            }
        }
        return (descriptors, address)
    }

    /// `SO_REUSEPORT` would let two servers share a port without a word, each getting half of the
    /// connections. So a socket without it tries first: it is refused when anybody listens there.
    private static func refuseTakenPort(_ target: ResolvedAddress) throws(BindError) {
        guard target.port != 0 else { return }
        _ = try ListeningSocket(target, shared: false)
    }

    /// Hands one of them on; nil when there is none left.
    mutating func take() -> Int32? {
        descriptors.popLast()
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }
}

/// One bound socket.
private struct ListeningSocket: ~Copyable {
    /// Each way and for each connection; the kernel counts its own overhead in and doubles it. At a round trip
    /// of 100 ms it still carries more than a megabyte a second.
    private static let kernelBuffer: Int32 = 128 * 1_024

    /// `take()` hands it on; else it is closed with this value.
    private let descriptor: Int32
    let address: SocketAddress

    /// The address that a bound descriptor has.
    private static func address(of descriptor: Int32) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = withUnsafeMutableBytes(of: &storage) {
            getsockname(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), &length)
        }
        return status == 0 ? SocketAddress(storage) : nil
    }

    fileprivate init(_ target: ResolvedAddress, shared: Bool) throws(BindError) {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(target.family, type, 0)
        guard descriptor >= 0 else { throw BindError(target.name, errno) }
        var storage = target.storage
        Self.set(descriptor, level: SOL_SOCKET, SO_REUSEADDR)
        if shared { Self.set(descriptor, level: SOL_SOCKET, SO_REUSEPORT) }
        // Accepted sockets inherit it, which saves a system call for each.
        Self.set(descriptor, level: Int32(IPPROTO_TCP), TCP_NODELAY)
        // Inherited too: without it the kernel lends a peer that does not read up to 4 MiB of its memory, and
        // one that floods up to 6 MiB, whatever our own bounds say.
        Self.set(descriptor, level: SOL_SOCKET, SO_SNDBUF, to: Self.kernelBuffer)
        Self.set(descriptor, level: SOL_SOCKET, SO_RCVBUF, to: Self.kernelBuffer)
        let status = withUnsafeBytes(of: &storage) {
            bind(descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self), target.length)
        }
        guard status == 0, let address = Self.address(of: descriptor) else {
            let reason = errno
            close(descriptor)
            throw BindError(target.name, reason)
        }
        self.descriptor = descriptor
        self.address = address
    }

    private static func set(_ descriptor: Int32, level: Int32, _ option: Int32, to value: Int32 = 1) {
        var value = value
        setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    consuming func take() -> Int32 {
        let descriptor = descriptor
        discard self
        return descriptor
    }

    deinit {
        close(descriptor)
    }
}

/// Why an address can't be listened on.
struct BindError: Error, CustomStringConvertible {
    let address: String
    let reason: String

    init(_ address: String, _ errno: Int32) {
        self.address = address
        self.reason = String(cString: strerror(errno)).lowercased()
    }

    init(_ address: String, reason: String) {
        self.address = address
        self.reason = reason
    }

    var description: String { "cannot listen on \(address): \(reason)" }
}

/// A host name or address, looked up.
private struct ResolvedAddress {
    let name: String
    let family: Int32
    let storage: sockaddr_storage
    let length: socklen_t
    let port: UInt16

    func with(port: UInt16) -> ResolvedAddress {
        var storage = storage
        withUnsafeMutableBytes(of: &storage) {
            // sockaddr_in and sockaddr_in6 both have the port after the family.
            $0.storeBytes(of: port.bigEndian, toByteOffset: 2, as: UInt16.self)
        }
        return ResolvedAddress(name: name, family: family, storage: storage, length: length, port: port)
    }
}

private func resolve(host: String, port: UInt16) throws(BindError) -> ResolvedAddress {
    let name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_PASSIVE
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, String(port), &hints, &found)
    guard status == 0, let first = found else {
        throw BindError(name, reason: String(cString: gai_strerror(status)).lowercased())
    }
    defer { freeaddrinfo(found) }
    var storage = sockaddr_storage()
    withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(
            from: UnsafeRawBufferPointer(start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
    }
    return ResolvedAddress(
        name: name, family: first.pointee.ai_family, storage: storage,
        length: first.pointee.ai_addrlen, port: port)
}
