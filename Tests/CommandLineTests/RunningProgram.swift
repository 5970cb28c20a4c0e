import Foundation
import TestSupport

/// A `realtime-server` that runs until it is told to stop.
final class RunningProgram {
    struct DidNotStart: Error {
        let complaints: String
    }

    private let process = Process()
    private let output = Pipe()
    private let complaints: URL
    let port: UInt16

    /// Starts it on a free port and waits for the line that says where it listens.
    ///
    /// - Parameters:
    ///   - environment: the server's variables; a secret, unless told otherwise.
    ///   - descriptors: how many it may have open; nil for as many as this process.
    init(
        _ arguments: [String] = [], environment: [String: String] = ServerProgram.secret,
        descriptors: Int? = nil
    ) throws {
        complaints = FileManager.default.temporaryDirectory.appending(
            path: "realtime-\(UUID().uuidString).log")
        try Data().write(to: complaints)
        let limit = descriptors.map { "ulimit -n \($0); " } ?? ""
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments =
            ["-c", "\(limit)exec \"$@\"", "sh", ServerProgram.executable.path, "--port", "0"] + arguments
        process.environment = ServerProgram.environment(with: environment)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = try FileHandle(forWritingTo: complaints)
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let next = output.fileHandleForReading.readData(ofLength: 1)
            guard !next.isEmpty else {
                throw DidNotStart(complaints: "\(try String(contentsOf: complaints, encoding: .utf8))")
            }
            line += String(decoding: next, as: UTF8.self)
        }
        guard let port = line.split(separator: ":").last.flatMap({ UInt16($0.prefix { $0.isNumber }) }) else {
            throw DidNotStart(complaints: line)
        }
        self.port = port
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: complaints)
    }

    /// What it has logged.
    var log: String {
        get throws { try String(contentsOf: complaints, encoding: .utf8) }
    }

    /// Waits until it has logged this; false when it does not for long.
    func says(_ text: String) throws -> Bool {
        let end = ContinuousClock.now + Patience.limit
        while ContinuousClock.now < end {
            if try log.contains(text) { return true }
            usleep(1_000)
        }
        return false
    }

    /// What it printed after its first line, once it has ended.
    func restOfOutput() -> String {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    func send(_ signal: Int32) {
        kill(process.processIdentifier, signal)
    }

    /// Waits for its end and gives the exit status; -1 when a signal ended it.
    func status() -> Int32 {
        process.waitUntilExit()
        return process.terminationReason == .exit ? process.terminationStatus : -1
    }
}

/// A TCP connection to a server on this machine, as plain as can be.
final class PlainClient {
    let descriptor: Int32
    let isConnected: Bool

    init(port: UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var wait = timeval(tv_sec: Int(Patience.seconds), tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        isConnected =
            withUnsafeBytes(of: &address) {
                connect(
                    descriptor, $0.baseAddress!.assumingMemoryBound(to: sockaddr.self),
                    socklen_t(MemoryLayout<sockaddr_in>.size))
            } == 0
    }

    deinit {
        close(descriptor)
    }

    func send(_ text: String) {
        _ = text.withCString {
            Foundation.send(descriptor, $0, strlen($0), Int32(truncatingIfNeeded: MSG_NOSIGNAL))
        }
    }

    /// What comes next; empty when the server has hung up.
    func receive() -> String {
        var room = [UInt8](repeating: 0, count: 4_096)
        let count = recv(descriptor, &room, room.count, 0)
        return count > 0 ? String(decoding: room[..<count], as: UTF8.self) : ""
    }

    /// Asks whether the server is alive, on this connection.
    func isServed() -> Bool {
        send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        return receive().hasPrefix("HTTP/1.1 200 ")
    }
}
