import CLinux
import Glibc

/// Keep-alive connections of one thread that each have at most one request on its way.
///
/// A socket's key in the poller is `firstKey` and its index. Handed to one thread at a time; nothing is locked.
final class HTTPConnections: @unchecked Sendable {
    private struct Connection {
        var socket: Int32 = -1
        var awaitsAnswer = false
        /// The front of an answer whose rest has not arrived.
        var carried: [UInt8] = []
    }

    /// Answers to single notifications are short; one to many has a connection to itself (`BlockingPost`).
    private static let bufferSize = 65_536
    /// So that the kernel always takes a request whole.
    private static let sendBuffer: Int32 = 131_072

    let count: Int
    private let firstKey: Int
    private let connections: UnsafeMutablePointer<Connection>
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)

    /// Connects all of them.
    init(_ options: Options, count: Int, firstKey: Int, poller: Poller) throws(BenchFailure) {
        self.count = count
        self.firstKey = firstKey
        connections = .allocate(capacity: count)
        connections.initialize(repeating: Connection(), count: count)
        for index in 0..<count {
            let socket = try Sockets.connected(to: options.target)
            connections[index].socket = socket
            var size = Self.sendBuffer
            setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, socklen_t(MemoryLayout<Int32>.size))
            let code = poller.watch(socket, key: firstKey + index, EPOLL_CTL_ADD)
            if code != 0 { throw failure(index, code, "epoll_ctl") }
        }
    }

    deinit {
        for index in 0..<count where connections[index].socket >= 0 {
            Sockets.reset(connections[index].socket)
        }
        connections.deinitialize(count: count)
        connections.deallocate()
        buffer.deallocate()
    }

    /// The connection that an event is about.
    func index(of event: Poller.Event) -> Int { event.key - firstKey }

    /// Sends a request on a connection that waits for no answer.
    func send(_ index: Int, _ request: UnsafeRawBufferPointer) throws(BenchFailure) {
        connections[index].awaitsAnswer = true
        let sent = Glibc.send(
            connections[index].socket, request.baseAddress, request.count, Int32(MSG_NOSIGNAL))
        if sent == request.count { return }
        if sent < 0 { throw failure(index, errno, "send") }
        throw BenchFailure("HTTP connection \(index): the kernel took only part of a request")
    }

    /// Reads what has arrived. When that completes the answer, `body` gets it and its bytes, which are only good
    /// during the call.
    func receive(
        _ index: Int, _ body: (HTTPAnswer, UnsafeRawBufferPointer) throws(BenchFailure) -> Void
    ) throws(BenchFailure) {
        let connection = connections + index
        let before = connection.pointee.carried.count
        if before > 0 { buffer.copyBytes(from: connection.pointee.carried) }
        let got = recv(connection.pointee.socket, buffer.baseAddress! + before, buffer.count - before, 0)
        guard got > 0 else {
            if got == 0 { throw BenchFailure("HTTP connection \(index): the server hung up") }
            if errno == EAGAIN || errno == EINTR { return }
            throw failure(index, errno, "recv")
        }
        guard connection.pointee.awaitsAnswer else {
            throw BenchFailure("HTTP connection \(index): the server said something unasked")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(before + got)])
        guard let answer = try HTTPAnswer.scan(bytes) else {
            if bytes.count == buffer.count {
                throw BenchFailure("HTTP connection \(index): an answer is longer than the read buffer")
            }
            connection.pointee.carried = Array(bytes)
            return
        }
        if answer.body.upperBound != bytes.count {
            throw BenchFailure("HTTP connection \(index): there is more after the answer: \(bytes.excerpt)")
        }
        if before > 0 { connection.pointee.carried.removeAll(keepingCapacity: true) }
        connection.pointee.awaitsAnswer = false
        try body(answer, bytes)
    }

    private func failure(_ index: Int, _ code: Int32, _ call: String) -> BenchFailure {
        BenchFailure("HTTP connection \(index): \(BenchFailure(errno: code, in: call).message)")
    }
}
