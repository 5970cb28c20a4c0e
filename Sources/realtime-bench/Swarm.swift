import CLinux
import Glibc

/// One client connection. A value in the swarm's flat memory, so that nothing is allocated per message.
struct Connection {
    enum Phase: UInt8 {
        case connecting, upgrading, preparing, open
    }

    var socket: Int32 = -1
    var phase = Phase.connecting
    /// How many of the dialect's steps are done.
    var step = 0
    /// The counter of the message that has to arrive next.
    var expected: UInt32 = 0
    /// The counter of the message to send next.
    var next: UInt32 = 0
    var startedAt: UInt64 = 0
    /// The front of a frame whose rest has not arrived; kept for reuse once it was needed.
    var carry = UnsafeMutableRawBufferPointer(start: nil, count: 0)
    var carried = 0
}

/// What is done with the messages that arrive on open connections.
protocol MessageSink {
    /// `now` was read when the bytes were; the payload is only good during the call.
    mutating func received(
        _ index: Int, _ payload: UnsafeRawBufferPointer, at now: UInt64, _ swarm: Swarm
    ) throws(BenchFailure)

    /// All that was ready has been read: the time to answer what came together with one frame.
    mutating func turnEnded(_ swarm: Swarm) throws(BenchFailure)
}

extension MessageSink {
    mutating func turnEnded(_ swarm: Swarm) throws(BenchFailure) {}
}

/// The connections of one thread: their sockets, and one read buffer that all of them share. A socket's key in
/// the poller is the connection's index.
///
/// It is made on the main thread and then handed to one thread at a time; nothing in it is locked.
final class Swarm: @unchecked Sendable {
    /// Holds the answer to a join of the largest room that is measured.
    static let bufferSize = 4 << 20
    static let longestFrame = bufferSize - 64

    let options: Options
    /// The number of this swarm's first connection among those of all threads.
    let first: Int
    let count: Int
    let connections: UnsafeMutablePointer<Connection>
    let handshake: Handshake
    /// The upgrade request, where the path has no placeholder and it is the same for every connection.
    let sameRequest: [UInt8]?
    var opened = 0
    var openTimes = Histogram()

    let poller: Poller
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bufferSize, alignment: 16)
    /// What the kernel did not take, by connection; nearly always empty.
    private var unsent: [Int: [UInt8]] = [:]

    init(_ options: Options, first: Int, count: Int, poller: Poller) {
        self.options = options
        self.poller = poller
        self.first = first
        self.count = count
        handshake = Handshake(host: options.target.host, port: options.target.port)
        let path = options.target.path
        sameRequest = path.contains("{") ? nil : handshake.request(path: path)
        connections = .allocate(capacity: count)
        connections.initialize(repeating: Connection(), count: count)
    }

    deinit {
        for index in 0..<count {
            if connections[index].socket >= 0 { Sockets.reset(connections[index].socket) }
            connections[index].carry.deallocate()
        }
        connections.deallocate()
        buffer.deallocate()
    }

    /// The room of a connection; rooms are filled one after the other.
    func room(of index: Int) -> UInt32 {
        UInt32((first + index) / options.members)
    }

    /// Waits for events until `deadline` at most and passes on what arrived. For a swarm alone with its poller.
    func poll<Sink: MessageSink>(until deadline: UInt64, _ sink: inout Sink) throws(BenchFailure) {
        for position in 0..<(try poller.wait(until: deadline)) { try handle(poller[position], &sink) }
        try sink.turnEnded(self)
    }

    /// Does what an event asks for whose key is the index of one of these connections.
    func handle<Sink: MessageSink>(_ event: Poller.Event, _ sink: inout Sink) throws(BenchFailure) {
        if event.isWritable { try writable(event.key) }
        if event.isReadable { try read(event.key, &sink) }
    }

    /// Sends one frame. What the kernel refuses is kept and sent when the socket is writable again.
    func send(_ index: Int, _ bytes: UnsafeRawBufferPointer) throws(BenchFailure) {
        if !unsent.isEmpty, unsent[index] != nil {
            unsent[index]! += bytes
            return
        }
        let sent = Glibc.send(
            connections[index].socket, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if sent == bytes.count { return }
        if sent < 0, errno != EAGAIN, errno != EINTR { throw failure(index, errno, "send") }
        unsent[index] = Array(bytes[max(sent, 0)...])
        try watch(index, EPOLL_CTL_MOD, writable: true)
    }

    func send(_ index: Int, _ frame: [UInt8]) throws(BenchFailure) {
        try frame.span.withUnsafeBytes { bytes throws(BenchFailure) in try send(index, bytes) }
    }

    func watch(_ index: Int, _ operation: Int32, writable: Bool) throws(BenchFailure) {
        let code = poller.watch(connections[index].socket, key: index, operation, writable: writable)
        if code != 0 { throw failure(index, code, "epoll_ctl") }
    }

    func failure(_ index: Int, _ code: Int32, _ call: String) -> BenchFailure {
        BenchFailure("connection \(first + index): \(BenchFailure(errno: code, in: call).message)")
    }

    private func writable(_ index: Int) throws(BenchFailure) {
        if connections[index].phase == .connecting {
            try connected(index)
            return
        }
        guard let bytes = unsent[index] else { return }
        let sent = Glibc.send(connections[index].socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        if sent < 0, errno != EAGAIN, errno != EINTR { throw failure(index, errno, "send") }
        if sent == bytes.count {
            unsent[index] = nil
            try watch(index, EPOLL_CTL_MOD, writable: false)
        } else if sent > 0 {
            unsent[index] = Array(bytes[sent...])
        }
    }

    /// Reads once what is there, after what was left over the last time. Level-triggered events tell when
    /// there is more.
    private func read<Sink: MessageSink>(_ index: Int, _ sink: inout Sink) throws(BenchFailure) {
        let connection = connections + index
        let before = connection.pointee.carried
        if before > 0 { memcpy(buffer.baseAddress!, connection.pointee.carry.baseAddress!, before) }
        let got = recv(connection.pointee.socket, buffer.baseAddress! + before, buffer.count - before, 0)
        let now = Clock.now()
        guard got > 0 else {
            if got == 0 { throw BenchFailure("connection \(first + index): the server hung up") }
            if errno == EAGAIN || errno == EINTR { return }
            throw failure(index, errno, "recv")
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<(before + got)])
        let used = try consume(index, bytes, at: now, &sink)
        keep(index, UnsafeRawBufferPointer(rebasing: bytes[used...]))
    }

    /// Handles all that is complete and returns how many bytes that were.
    private func consume<Sink: MessageSink>(
        _ index: Int, _ bytes: UnsafeRawBufferPointer, at now: UInt64, _ sink: inout Sink
    ) throws(BenchFailure) -> Int {
        var offset = 0
        if connections[index].phase == .upgrading {
            guard let end = try handshake.check(bytes) else { return 0 }
            offset = end
            try upgraded(index, at: now)
        }
        while true {
            let frame: ServerFrame?
            do {
                frame = try FrameScanner.next(in: bytes, from: offset, longest: Self.longestFrame)
            } catch {
                throw BenchFailure("connection \(first + index): \(error.rawValue)")
            }
            guard let frame else { return offset }
            offset = frame.end
            let payload = UnsafeRawBufferPointer(rebasing: bytes[frame.payload])
            switch frame.kind {
            case .text, .binary:
                if connections[index].phase == .open {
                    try sink.received(index, payload, at: now, self)
                } else {
                    try prepare(index, payload, at: now)
                }
            case .ping:
                try pong(index, payload)
            case .pong:
                break
            case .close:
                let code = payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : 1005
                throw BenchFailure("connection \(first + index): the server closed it with code \(code)")
            }
        }
    }

    private func keep(_ index: Int, _ rest: UnsafeRawBufferPointer) {
        let connection = connections + index
        connection.pointee.carried = rest.count
        guard rest.count > 0 else { return }
        if connection.pointee.carry.count < rest.count {
            connection.pointee.carry.deallocate()
            connection.pointee.carry = .allocate(byteCount: max(rest.count, 4096), alignment: 8)
        }
        connection.pointee.carry.copyMemory(from: rest)
    }

    private func pong(_ index: Int, _ payload: UnsafeRawBufferPointer) throws(BenchFailure) {
        let frame = ClientFrame.encode(opcode: 10, Array(payload))
        try send(index, frame)
    }
}
