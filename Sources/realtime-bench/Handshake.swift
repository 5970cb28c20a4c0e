/// The opening handshake of RFC 6455 from the client's side.
///
/// Every connection sends the same key: the server can't tell, and the one right answer is computed once.
struct Handshake: Sendable {
    static let key = "cmVhbHRpbWUtYmVuY2ghIQ=="
    static let longestResponse = 8192

    let host: String
    let port: UInt16
    private let accept: [UInt8]

    init(host: String, port: UInt16) {
        self.host = host
        self.port = port
        let guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.accept = Array(Base64.encode(SHA1.digest(of: Array((Self.key + guid).utf8))).utf8)
    }

    func request(path: String) -> [UInt8] {
        let lines = [
            "GET \(path) HTTP/1.1",
            "Host: \(host):\(port)",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: \(Self.key)",
        ]
        return Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8)
    }

    /// Checks the response when it is complete and returns its length; nil while more must be read.
    func check(_ bytes: UnsafeRawBufferPointer) throws(BenchFailure) -> Int? {
        guard let end = endOfHead(bytes) else {
            if bytes.count >= Self.longestResponse {
                throw BenchFailure("the server's handshake response has no end")
            }
            return nil
        }
        let head = String(decoding: bytes[..<(end - 4)], as: UTF8.self)
        let lines = head.split(separator: "\r\n", omittingEmptySubsequences: false)
        guard lines[0].hasPrefix("HTTP/1.1 101") else {
            throw BenchFailure("the server did not upgrade: \(lines[0])")
        }
        var headers: [String: Substring] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = value
        }
        guard headers["upgrade"]?.lowercased() == "websocket",
            headers["connection"]?.lowercased().contains("upgrade") == true
        else { throw BenchFailure("the server's 101 response lacks Upgrade or Connection") }
        guard let answer = headers["sec-websocket-accept"], answer.utf8.elementsEqual(accept) else {
            throw BenchFailure("the server's Sec-WebSocket-Accept is wrong")
        }
        guard headers["sec-websocket-extensions"] == nil, headers["sec-websocket-protocol"] == nil else {
            throw BenchFailure("the server chose an extension or subprotocol that was not offered")
        }
        return end
    }

    /// The offset just after the empty line that ends the head.
    private func endOfHead(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var index = 3
        while index < bytes.count {
            if bytes[index] == 0x0A, bytes[index - 1] == 0x0D, bytes[index - 2] == 0x0A,
                bytes[index - 3] == 0x0D
            {
                return index + 1
            }
            index += 1
        }
        return nil
    }
}

/// RFC 4648 base64 with padding.
enum Base64 {
    private static let alphabet = Array(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".unicodeScalars)

    static func encode(_ bytes: [UInt8]) -> String {
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for position in 0..<4 {
                guard position <= group.count else {
                    text += "="
                    continue
                }
                text.unicodeScalars.append(alphabet[Int(bits >> UInt32(18 - 6 * position) & 0x3F)])
            }
        }
        return text
    }
}
