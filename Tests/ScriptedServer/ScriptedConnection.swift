import Glibc

/// One connection of a scripted server, on a thread of its own.
struct ScriptedConnection {
    private let descriptor: Int32
    private let state: ScriptedState

    init(_ descriptor: Int32, _ state: ScriptedState) {
        self.descriptor = descriptor
        self.state = state
    }

    /// Answers requests until the script or the peer ends the connection.
    func serve() {
        defer { state.close(descriptor) }
        var received: [UInt8] = []
        while let request = readRequest(&received) {
            switch state.take(request) {
            case .respond(let status, let headers, let body):
                var head = "HTTP/1.1 \(status) Scripted\r\nContent-Length: \(body.utf8.count)\r\n"
                for (name, value) in headers { head += "\(name): \(value)\r\n" }
                write(Array((head + "\r\n" + body).utf8))
            case .bytes(let bytes):
                write(bytes)
                return
            case .silence(let bytes):
                write(bytes)
                // Until the peer goes, or the server ends.
                while receive() != nil {}
                return
            }
        }
    }

    private func readRequest(_ received: inout [UInt8]) -> ScriptedRequest? {
        let blank = Array("\r\n\r\n".utf8)
        while true {
            if let end = received.indices.first(where: { received[$0...].starts(with: blank) }) {
                let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n").map(
                    String.init)
                let length =
                    lines.first { $0.hasPrefix("Content-Length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
                let bodyEnd = end + blank.count + length
                while received.count < bodyEnd {
                    guard let more = receive() else { return nil }
                    received += more
                }
                let body = Array(received[(end + blank.count)..<bodyEnd])
                received.removeFirst(bodyEnd)
                return ScriptedRequest(line: lines[0], headerLines: Array(lines.dropFirst()), body: body)
            }
            guard let more = receive() else { return nil }
            received += more
        }
    }

    private func receive() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private func write(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { bytes in
                send(
                    descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }
}
