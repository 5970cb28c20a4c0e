import Testing

@testable import realtime_bench

@Suite("The opening handshake, from the client's side")
struct HandshakeTests {
    private let handshake = Handshake(host: "127.0.0.1", port: 8765)
    private let accept = "k6CSIj6GnlhEjmBx4f4+vaYB3Og="

    private func check(_ response: String) throws(BenchFailure) -> Int? {
        try Array(response.utf8).span.withUnsafeBytes { bytes throws(BenchFailure) in
            try handshake.check(bytes)
        }
    }

    private func response(_ lines: String...) -> String {
        lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    private var good: String {
        response(
            "HTTP/1.1 101 Switching Protocols", "upgrade: WebSocket", "Connection: keep-alive, Upgrade",
            "Sec-WebSocket-Accept: \(accept)")
    }

    @Test("SHA-1 of the standard's examples")
    func sha1() {
        #expect(hex("") == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(hex("abc") == "a9993e364706816aba3e25717850c26c9cd0d89d")
        let long = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"
        #expect(hex(long) == "84983e441c3bd26ebaae4aa1f95129e5e54670f1")
    }

    private func hex(_ text: String) -> String {
        SHA1.digest(of: Array(text.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    @Test(
        "base64 pads",
        arguments: [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")])
    func base64(text: String, encoded: String) {
        #expect(Base64.encode(Array(text.utf8)) == encoded)
    }

    @Test("a good response ends after its empty line")
    func accepts() throws {
        #expect(try check(good + "frames") == good.utf8.count)
    }

    @Test("a response that is cut anywhere is not there yet")
    func cut() throws {
        let bytes = Array(good.utf8)
        for count in bytes.indices {
            #expect(try check(String(decoding: bytes[..<count], as: UTF8.self)) == nil)
        }
    }

    @Test("a response that does not upgrade, or wrongly, is refused")
    func refuses() {
        let upgrade = ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Accept: \(accept)"]
        let wrong = [
            response("HTTP/1.1 503 Service Unavailable", "Content-Length: 0"),
            response("HTTP/1.1 101 X", upgrade[0], upgrade[1]),
            response(
                "HTTP/1.1 101 X", upgrade[0], upgrade[1], "Sec-WebSocket-Accept: \(accept.lowercased())"),
            response("HTTP/1.1 101 X", upgrade[0], upgrade[2]),
            response("HTTP/1.1 101 X", upgrade[1], upgrade[2]),
            response("HTTP/1.1 101 X", upgrade[0], upgrade[1], upgrade[2], "Sec-WebSocket-Protocol: x"),
            response("HTTP/1.1 101 X", upgrade[0], upgrade[1], upgrade[2], "Sec-WebSocket-Extensions: x"),
            String(repeating: "x", count: Handshake.longestResponse),
        ]
        for text in wrong { #expect(throws: BenchFailure.self) { try check(text) } }
    }
}
