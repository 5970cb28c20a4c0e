import CLinux
import Glibc

/// Getting connections ready: connect, upgrade, and the dialect's steps, with a bounded number on their way.
extension Swarm {
    /// Opens all connections; what arrives on those already open meanwhile is dropped.
    func openAll() throws(BenchFailure) {
        var sink = Ignored()
        try openAll(&sink)
    }

    /// Opens all connections and passes on what arrives on those already open meanwhile.
    func openAll<Sink: MessageSink>(_ sink: inout Sink) throws(BenchFailure) {
        try openAll(&sink) { _ in opened }
    }

    /// The same, where a connection is on its way until the sink has what it came for; `done` counts those.
    func openAll<Sink: MessageSink>(_ sink: inout Sink, done: (Sink) -> Int) throws(BenchFailure) {
        let deadline = Clock.now() + options.openTimeout
        var started = 0
        while opened < count {
            while started < count, started - done(sink) < options.concurrency {
                try start(started)
                started += 1
            }
            try poll(until: min(deadline, Clock.now() + 100 * Clock.millisecond), &sink)
            if Clock.now() >= deadline {
                throw BenchFailure("only \(opened) of \(count) connections were open in time")
            }
        }
    }

    /// Answers pings until the deadline and drops all else.
    func rest(until deadline: UInt64) throws(BenchFailure) {
        var sink = Ignored()
        while Clock.now() < deadline { try poll(until: deadline, &sink) }
    }

    /// On loopback a connection is nearly always made before `connect` returns, even a non-blocking one;
    /// sending at once saves waiting for the socket to be writable.
    private func start(_ index: Int) throws(BenchFailure) {
        let source = 0x7F00_0001 + UInt32((first + index) % options.sources)
        connections[index].startedAt = Clock.now()
        connections[index].socket = try Sockets.connect(
            to: options.target, from: options.sources > 1 ? source : nil)
        connections[index].phase = .connecting
        let sent = try sendRequest(index)
        try watch(index, EPOLL_CTL_ADD, writable: !sent)
    }

    func connected(_ index: Int) throws(BenchFailure) {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        getsockopt(connections[index].socket, SOL_SOCKET, SO_ERROR, &code, &size)
        if code != 0 { throw failure(index, code, "connect") }
        if try sendRequest(index) { try watch(index, EPOLL_CTL_MOD, writable: false) }
    }

    /// False while the connection is not made yet.
    private func sendRequest(_ index: Int) throws(BenchFailure) -> Bool {
        let request = sameRequest ?? handshake.request(path: path(of: index))
        let sent = Glibc.send(
            connections[index].socket, request, request.count, Int32(MSG_NOSIGNAL))
        if sent == request.count {
            connections[index].phase = .upgrading
            return true
        }
        if sent < 0, errno == EAGAIN || errno == ENOTCONN { return false }
        throw failure(index, sent < 0 ? errno : ENOBUFS, "connect")
    }

    private func path(of index: Int) -> String {
        var path = options.target.path
        path = Placeholder.fill(path, "{connection}", Hex.string(UInt32(first + index)))
        path = Placeholder.fill(path, "{room}", Hex.string(room(of: index)))
        if !options.tokens.isEmpty {
            path = Placeholder.fill(path, "{token}", options.tokens[(first + index) % options.tokens.count])
        }
        return path
    }

    func upgraded(_ index: Int, at now: UInt64) throws(BenchFailure) {
        connections[index].phase = .preparing
        try sayNextStep(index, at: now)
    }

    /// A message before the connection is open: the awaited answer, or one that is of no interest.
    func prepare(_ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64) throws(BenchFailure) {
        let steps = options.dialect.setup
        guard payload.contains(steps[connections[index].step].expect) else {
            if payload.contains("\"error\"") {
                throw BenchFailure("connection \(first + index): the server said \(payload.excerpt)")
            }
            return
        }
        connections[index].step += 1
        try sayNextStep(index, at: now)
    }

    private func sayNextStep(_ index: Int, at now: UInt64) throws(BenchFailure) {
        let steps = options.dialect.setup
        let step = connections[index].step
        guard step < steps.count else {
            connections[index].phase = .open
            opened += 1
            openTimes.record(now - connections[index].startedAt)
            return
        }
        guard let message = steps[step].send else { return }
        let text = Placeholder.fill(message, "{room}", Hex.string(room(of: index)))
        let frame = ClientFrame.encode(opcode: 1, Array(text.utf8))
        try send(index, frame)
    }
}

/// Takes what arrives while nothing is measured.
struct Ignored: MessageSink {
    mutating func received(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure) {}
}

/// The few socket calls that need the kernel's structures.
enum Sockets {
    /// A non-blocking socket that is connecting.
    static func connect(to target: Target, from source: UInt32?) throws(BenchFailure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_INET, kind, 0)
        if socket < 0 { throw BenchFailure(errno: errno, in: "socket") }
        set(socket, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        // The plainest congestion control: others pace with timers, which costs this side time that a
        // loopback connection has no use for.
        setsockopt(socket, Int32(IPPROTO_TCP), TCP_CONGESTION, "reno", 4)
        if let source {
            // The port is then chosen at connect, when the whole pair of addresses is known.
            set(socket, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
            if call(Glibc.bind, socket, source, 0) != 0 {
                throw BenchFailure(errno: errno, in: "bind")
            }
        }
        if call(Glibc.connect, socket, target.address, target.port) != 0, errno != EINPROGRESS {
            let code = errno
            close(socket)
            throw BenchFailure(errno: code, in: "connect to \(target.host):\(target.port)")
        }
        return socket
    }

    /// A non-blocking socket that is connected, which on loopback is at once.
    static func connected(to target: Target) throws(BenchFailure) -> Int32 {
        let socket = try connect(to: target, from: nil)
        var wanted = pollfd(fd: socket, events: Int16(POLLOUT), revents: 0)
        var code: Int32 = ETIMEDOUT
        var size = socklen_t(MemoryLayout<Int32>.size)
        if poll(&wanted, 1, 5000) == 1 { getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size) }
        if code == 0 { return socket }
        close(socket)
        throw BenchFailure(errno: code, in: "connect to \(target.host):\(target.port)")
    }

    /// Closes with a reset, which leaves no socket behind in TIME_WAIT for the next round to trip over.
    static func reset(_ socket: Int32) {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        close(socket)
    }

    private static func set(_ socket: Int32, _ level: Int32, _ name: Int32, _ value: Int32) {
        var value = value
        setsockopt(socket, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32, _ socket: Int32, _ host: UInt32,
        _ port: UInt16
    ) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = host.bigEndian
        return withUnsafeBytes(of: &address) { bytes in
            function(
                socket, bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!,
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
}

/// Filling `{names}` in texts that are said once per connection.
enum Placeholder {
    static func fill(_ text: String, _ name: String, _ value: String) -> String {
        var result = ""
        var rest = Substring(text)
        while let character = rest.first {
            if rest.hasPrefix(name) {
                result += value
                rest.removeFirst(name.count)
            } else {
                result.append(character)
                rest.removeFirst()
            }
        }
        return result
    }
}

extension UnsafeRawBufferPointer {
    /// Whether the text occurs in the bytes.
    func contains(_ text: String) -> Bool {
        find(text, from: 0) != nil
    }

    /// Where the text begins at or after an offset.
    func find(_ text: String, from offset: Int) -> Int? {
        var text = text
        return text.withUTF8 { needle in
            guard let baseAddress, offset <= count else { return nil }
            let found = memmem(baseAddress + offset, count - offset, needle.baseAddress!, needle.count)
            return found.map { UnsafeRawPointer($0) - baseAddress }
        }
    }

    /// The beginning of a message, to show to a person.
    var excerpt: String {
        String(decoding: prefix(200), as: UTF8.self)
    }
}
