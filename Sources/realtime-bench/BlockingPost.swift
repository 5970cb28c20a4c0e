import Glibc

/// One request on a connection of its own, for the few that are long and are not measured.
enum BlockingPost {
    /// Longer answers are refused: the one to ten thousand users takes a tenth of it.
    private static let longestAnswer = 16 << 20

    /// Returns the body of a 201.
    static func send(_ body: String, _ options: Options) throws(BenchFailure) -> [UInt8] {
        let socket = try Sockets.connected(to: options.target)
        defer { Sockets.reset(socket) }
        guard fcntl(socket, F_SETFL, 0) == 0 else { throw BenchFailure(errno: errno, in: "fcntl") }
        let request = Array(RequestTemplate.post(NotificationBody.path, body, options).utf8)
        var sent = 0
        while sent < request.count {
            let count = Glibc.send(socket, Array(request[sent...]), request.count - sent, Int32(MSG_NOSIGNAL))
            if count < 0 { throw BenchFailure(errno: errno, in: "send") }
            sent += count
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while answer.count < longestAnswer {
            let count = recv(socket, &chunk, chunk.count, 0)
            if count <= 0 { throw BenchFailure("the answer to a long request broke off") }
            answer += chunk[..<count]
            let scanned = try answer.span.withUnsafeBytes { bytes throws(BenchFailure) in
                try HTTPAnswer.scan(bytes)
            }
            guard let scanned else { continue }
            if scanned.status != 201 {
                throw BenchFailure(
                    "the server answered \(String(decoding: answer.prefix(400), as: UTF8.self))")
            }
            return Array(answer[scanned.body])
        }
        throw BenchFailure("the answer to a long request is longer than \(longestAnswer) bytes")
    }
}
