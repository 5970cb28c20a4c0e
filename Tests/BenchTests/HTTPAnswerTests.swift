import Testing

@testable import realtime_bench

@Suite("Answers of an HTTP server, from the client's side")
struct HTTPAnswerTests {
    private func scan(_ text: String) throws(BenchFailure) -> HTTPAnswer? {
        try Array(text.utf8).span.withUnsafeBytes { bytes throws(BenchFailure) in
            try HTTPAnswer.scan(bytes)
        }
    }

    private let created = "HTTP/1.1 201 Created\r\nDate: x\r\ncontent-LENGTH:  5\r\n\r\nhello"

    @Test("a whole answer has its status and its body")
    func whole() throws {
        let answer = try #require(try scan(created))
        #expect(answer == HTTPAnswer(status: 201, body: created.utf8.count - 5..<created.utf8.count))
        #expect(try scan(created + "more") == answer)
        #expect(try scan("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n")?.body.isEmpty == true)
    }

    @Test("an answer that is cut anywhere is not there yet")
    func cut() throws {
        let bytes = Array(created.utf8)
        for count in bytes.indices {
            #expect(try scan(String(decoding: bytes[..<count], as: UTF8.self)) == nil)
        }
    }

    @Test(
        "an answer whose framing is wrong is refused",
        arguments: [
            "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5x\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "\r\n\r\n",
            String(repeating: "x", count: HTTPAnswer.longestHead + 1),
        ])
    func refuses(text: String) {
        #expect(throws: BenchFailure.self) { try scan(text) }
    }
}
