import Glibc
import TestSupport

@testable import Realtime

/// A plain blocking TCP client, so that what the server says is seen byte by byte.
final class TestSocket {
    enum Failure: Error {
        case cannotConnect(Int32)
        case timedOut(received: String)
    }

    private let descriptor: Int32
    /// What has come and was not asked for yet.
    private(set) var pending: [UInt8] = []

    init(port: UInt16, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var size = receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafeBytes(of: &address) {
            connect(
                descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                socklen_t(MemoryLayout<sockaddr_in>.size))
        }
        guard status == 0 else { throw Failure.cannotConnect(errno) }
    }

    deinit {
        Glibc.close(descriptor)
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Sends all of it; a peer that has closed is no error here, what it said is looked at instead.
    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(truncatingIfNeeded: MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            rest = rest.dropFirst(sent)
        }
    }

    /// Sends as much as the kernel takes; says whether that was all.
    func sendWithoutWaiting(_ bytes: [UInt8]) -> Bool {
        let flags = Int32(truncatingIfNeeded: MSG_NOSIGNAL) | Int32(truncatingIfNeeded: MSG_DONTWAIT)
        return bytes.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, flags) }
            == bytes.count
    }

    /// Tells the server that nothing more will come.
    func closeSending() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Closes so that the server sees a reset.
    func reset() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Reads once; false at the end of the stream.
    private func readMore(seconds: Int32) throws -> Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, seconds * 1_000) > 0 else {
            throw Failure.timedOut(received: String(decoding: pending, as: UTF8.self))
        }
        var room = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &room, room.count, 0)
        guard count > 0 else { return false }
        pending += room[..<count]
        return true
    }

    /// Everything up to and including `mark`.
    func read(until mark: String, seconds: Int32 = Patience.seconds) throws -> String {
        let mark = Array(mark.utf8)
        while true {
            if let end = pending.firstRange(of: mark)?.upperBound {
                let found = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeFirst(end)
                return found
            }
            guard try readMore(seconds: seconds) else {
                throw Failure.timedOut(received: String(decoding: pending, as: UTF8.self))
            }
        }
    }

    /// Exactly `count` bytes.
    func read(count: Int, seconds: Int32 = Patience.seconds) throws -> [UInt8] {
        while pending.count < count {
            guard try readMore(seconds: seconds) else {
                throw Failure.timedOut(received: String(decoding: pending, as: UTF8.self))
            }
        }
        defer { pending.removeFirst(count) }
        return Array(pending[..<count])
    }

    /// Everything until the server closes.
    func readToEnd(seconds: Int32 = Patience.seconds) throws -> String {
        while try readMore(seconds: seconds) {}
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }
}
