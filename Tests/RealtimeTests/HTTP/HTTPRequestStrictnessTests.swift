import Testing

@testable import Realtime

@Suite("HTTP request parser: what it refuses")
struct HTTPRequestStrictnessTests {
    private static let host = "Host: x\r\n"

    private func withFields(_ fields: String, version: String = "HTTP/1.1") -> HTTPParseFailure? {
        failure("POST / \(version)\r\n\(Self.host)\(fields)\r\n")
    }

    private func withChunks(_ chunks: String, limits: HTTPLimits = HTTPLimits()) -> HTTPParseFailure? {
        failure("POST / HTTP/1.1\r\n\(Self.host)Transfer-Encoding: chunked\r\n\r\n\(chunks)", limits: limits)
    }

    // MARK: Smuggling by the body's length

    @Test("Content-Length together with Transfer-Encoding, in both orders")
    func lengthAndTransferEncoding() {
        #expect(
            withFields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n")
                == .contentLengthWithTransferEncoding)
        #expect(
            withFields("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n")
                == .contentLengthWithTransferEncoding)
    }

    @Test("several Content-Length fields, whether they differ or not")
    func severalLengths() {
        #expect(withFields("Content-Length: 5\r\nContent-Length: 6\r\n") == .repeatedContentLength)
        #expect(withFields("Content-Length: 0\r\ncontent-length: 0\r\n") == .repeatedContentLength)
    }

    @Test(
        "a Content-Length that is not digits only",
        arguments: ["", "+5", "-5", "5 5", "5,5", "5, 6", "0x5", "5.0", "five", "٥", "5;", "1e3"])
    func lengthsThatAreNoNumbers(value: String) {
        #expect(withFields("Content-Length: \(value)\r\n") == .invalidContentLength)
    }

    @Test("a Content-Length that overflows is not wrapped around")
    func overflowingLength() {
        #expect(withFields("Content-Length: 9223372036854775808\r\n") == .invalidContentLength)
        #expect(withFields("Content-Length: 18446744073709551621\r\n") == .invalidContentLength)
        #expect(withFields("Content-Length: 9223372036854775807\r\n") == .bodyTooLarge)
    }

    @Test("a Transfer-Encoding that leaves the end of the message open is malformed")
    func malformedTransferEncodings() {
        for value in ["", ",", "chunked, chunked", "chunked, gzip", "chunked,", ",chunked"] {
            #expect(withFields("Transfer-Encoding: \(value)\r\n") == .malformedTransferEncoding, "\(value)")
        }
        #expect(
            withFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")
                == .malformedTransferEncoding)
        #expect(
            withFields("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n")
                == .malformedTransferEncoding)
    }

    @Test(
        "a coding other than chunked is not implemented",
        arguments: [
            "gzip", "gzip, chunked", "identity", "xchunked", "chunked;q=1", "\"chunked\"", "chunked x",
        ])
    func otherTransferEncodings(value: String) {
        #expect(withFields("Transfer-Encoding: \(value)\r\n") == .unsupportedTransferEncoding)
    }

    @Test("a Transfer-Encoding hidden by a control byte")
    func hiddenTransferEncoding() {
        #expect(withFields("Transfer-Encoding: \u{B}chunked\r\n") == .invalidFieldValue)
        #expect(withFields("Transfer-Encoding\u{B}: chunked\r\n") == .invalidFieldName)
        #expect(withFields("Transfer-Encoding : chunked\r\n") == .whitespaceBeforeColon)
        #expect(withFields("X: y\rTransfer-Encoding: chunked\r\n") == .invalidFieldValue)
        #expect(withFields("X: y\nTransfer-Encoding: chunked\r\n") == .bareLineFeed)
    }

    @Test("Transfer-Encoding in HTTP/1.0")
    func transferEncodingInOldVersion() {
        #expect(
            withFields("Transfer-Encoding: chunked\r\n", version: "HTTP/1.0") == .transferEncodingInOldVersion
        )
    }

    // MARK: Lines

    @Test("a bare LF anywhere in the head")
    func bareLineFeeds() {
        #expect(failure("GET / HTTP/1.1\nHost: x\r\n\r\n") == .bareLineFeed)
        #expect(failure("GET / HTTP/1.1\r\nHost: x\n\r\n") == .bareLineFeed)
        #expect(failure("GET / HTTP/1.1\r\nHost: x\r\n\n") == .bareLineFeed)
        #expect(failure("\nGET / HTTP/1.1\r\nHost: x\r\n\r\n") == .bareLineFeed)
        #expect(failure("\r\n\nGET / HTTP/1.1\r\n") == .bareLineFeed)
    }

    @Test("a bare CR anywhere in the head")
    func bareCarriageReturns() {
        #expect(failure("GET / HTTP/1.1\rHost: x\r\n\r\n") == .malformedVersion)
        #expect(failure("GET /\r HTTP/1.1\r\nHost: x\r\n\r\n") == .invalidTarget)
        #expect(failure("\rGET / HTTP/1.1\r\nHost: x\r\n\r\n") == .invalidMethod)
        #expect(failure("GET / HTTP/1.1\r\r\nHost: x\r\n\r\n") == .malformedVersion)
        #expect(withFields("A: b\r\r\n") == .invalidFieldValue)
        #expect(withFields("A: b\rc\r\n") == .invalidFieldValue)
        #expect(withFields("A\r: b\r\n") == .invalidFieldName)
        #expect(withFields("\r\r\n") == .invalidFieldName)
    }

    @Test("a folded field, also right after the request line")
    func foldedFields() {
        #expect(withFields("A: b\r\n c\r\n") == .foldedField)
        #expect(withFields("A: b\r\n\tc: d\r\n") == .foldedField)
        #expect(failure("GET / HTTP/1.1\r\n Host: x\r\n\r\n") == .foldedField)
    }

    @Test("white space before the colon")
    func whitespaceBeforeColon() {
        #expect(withFields("Content-Length : 5\r\n") == .whitespaceBeforeColon)
        #expect(withFields("A\t: b\r\n") == .whitespaceBeforeColon)
        #expect(withFields("A b: c\r\n") == .whitespaceBeforeColon)
    }

    @Test(
        "field names that are empty, missing or no tokens",
        arguments: [": b", "A", "A(b): c", "Ä: b", "A\0: b"])
    func invalidNames(line: String) {
        #expect(withFields("\(line)\r\n") == .invalidFieldName)
    }

    @Test("control bytes in a value", arguments: Array(0...0x1F as ClosedRange<UInt8>) + [0x7F])
    func controlBytes(byte: UInt8) {
        let request = Array("GET / HTTP/1.1\r\nHost: x\r\nA: b".utf8) + [byte] + Array("c\r\n\r\n".utf8)
        switch byte {
        case 0x09: #expect(parse(request).last == .end)
        case 0x0A: #expect(parse(request).last == .failure(.bareLineFeed))
        default: #expect(parse(request).last == .failure(.invalidFieldValue))
        }
    }

    @Test("empty lines before a request are tolerated up to four")
    func emptyLines() {
        let request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        #expect(parse(String(repeating: "\r\n", count: 4) + request).last == .end)
        #expect(failure(String(repeating: "\r\n", count: 5) + request) == .tooManyEmptyLines)
    }

    // MARK: The request line

    @Test(
        "a request line that is not three parts with one space between them",
        arguments: [
            ("GET /", .malformedRequestLine),
            ("GET", .malformedRequestLine),
            ("GET  / HTTP/1.1", .malformedVersion),
            ("GET /  HTTP/1.1", .malformedVersion),
            ("GET / HTTP/1.1 ", .malformedVersion),
            ("GET /a b HTTP/1.1", .malformedVersion),
            ("GET\t/ HTTP/1.1", .malformedRequestLine),
            (" GET / HTTP/1.1", .invalidMethod),
            ("G(T / HTTP/1.1", .invalidMethod),
            ("\u{16}\u{3}\u{1} TLS hello", .invalidMethod),
        ] as [(String, HTTPParseFailure)])
    func requestLines(line: String, expected: HTTPParseFailure) {
        #expect(failure("\(line)\r\n\(Self.host)\r\n") == expected)
    }

    @Test(
        "space, control bytes, bytes beyond ASCII and a fragment in the target",
        arguments: ["/\0", "/\t", "/\u{7F}", "/é", "/a#b", "/\"", "/<x>", "a", "?a", "*", "/\u{1}?x"])
    func invalidTargets(target: String) {
        #expect(failure("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n") == .invalidTarget)
    }

    @Test("what browsers leave unescaped in a query is taken")
    func browserTargets() {
        let target = "/a;b=c?x={a|b}&y[]=^`'\\:@!$,*()"
        #expect(parse("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n").last == .end)
    }

    @Test(
        "absolute targets without a host, with user information or of another scheme",
        arguments: [
            "http://", "http:///a", "http://a@b/", "http://a b/", "ftp://a/", "ws://a/", "http:/a", "//",
        ])
    func absoluteTargets(target: String) {
        let expected: HTTPParseFailure? =
            switch target {
            case "//": nil
            case "http://a b/": .malformedVersion
            default: .invalidTarget
            }
        #expect(failure("GET \(target) HTTP/1.1\r\n\(Self.host)\r\n") == expected)
    }

    @Test("an authority as target outside CONNECT, and CONNECT itself")
    func authorityForm() {
        #expect(failure("GET example.org:80 HTTP/1.1\r\n\(Self.host)\r\n") == .invalidTarget)
        #expect(failure("CONNECT example.org:80 HTTP/1.1\r\n\(Self.host)\r\n") == .connectNotSupported)
    }

    @Test("the preface of HTTP/2, and every version but 1.0 and 1.1")
    func otherVersions() {
        #expect(failure("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .unsupportedVersion)
        for version in ["HTTP/0.9", "HTTP/1.2", "HTTP/2.0", "HTTP/3.1"] {
            #expect(failure("GET / \(version)\r\n\(Self.host)\r\n") == .unsupportedVersion)
        }
        for version in ["http/1.1", "HTTP/1", "HTTP/1.", "HTTP/11", "HTTP/1.10", "HTTP/01.1", "HTTPS/1.1"] {
            #expect(failure("GET / \(version)\r\n\(Self.host)\r\n") == .malformedVersion)
        }
    }

    // MARK: Host

    @Test("a missing Host in 1.1; 1.0 has none")
    func missingHost() {
        #expect(failure("GET / HTTP/1.1\r\n\r\n") == .missingHost)
        #expect(failure("GET http://x/ HTTP/1.1\r\n\r\n") == .missingHost)
        #expect(failure("GET / HTTP/1.0\r\n\r\n") == nil)
    }

    @Test("two Host fields, equal ones and in 1.0 too")
    func repeatedHost() {
        #expect(failure("GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n") == .repeatedHost)
        #expect(failure("GET / HTTP/1.0\r\nHost: x\r\nhost: y\r\n\r\n") == .repeatedHost)
    }

    @Test(
        "a Host that is no host",
        arguments: [
            "", "a b", "a/b", "a@b", "http://a", "a:b", "a:80:80", "[::1", "[]", "[::1]x", ":80", "é", "a?",
        ])
    func invalidHosts(host: String) {
        #expect(failure("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == .invalidHost)
    }

    @Test(
        "hosts of every kind",
        arguments: ["a", "a.example:8080", "127.0.0.1", "[::ffff:1.2.3.4]:1", "a_b:", "a%20"])
    func validHosts(host: String) {
        #expect(failure("GET / HTTP/1.1\r\nHost: \(host)\r\n\r\n") == nil)
    }

    // MARK: Chunks

    @Test(
        "chunk sizes that are no hexadecimal digits",
        arguments: [
            "\r\n", "x\r\n", "0x5\r\n", "-5\r\n", "+5\r\n", " 5\r\n", "5 \r\n", "5\t;a\r\n", "5\n",
            "5\r5\r\n", ";a\r\n",
            "00000000000000005\r\n",
        ])
    func invalidChunkSizes(line: String) {
        #expect(withChunks("\(line)hello\r\n0\r\n\r\n") == .invalidChunkSize)
    }

    @Test("a chunk size that overflows is too large")
    func overflowingChunkSize() {
        #expect(withChunks("ffffffffffffffff\r\n") == .bodyTooLarge)
        #expect(withChunks("10000000000000005\r\n") == .bodyTooLarge)
        let unbounded = HTTPLimits(bodyBytes: .max)
        #expect(withChunks("8000000000000000\r\n", limits: unbounded) == .bodyTooLarge)
        #expect(withChunks("1\r\na\r\n7fffffffffffffff\r\n", limits: unbounded) == .bodyTooLarge)
    }

    @Test("a chunk that does not end where its size says")
    func chunkEnds() {
        #expect(withChunks("4\r\nhello\r\n0\r\n\r\n") == .invalidChunkEnd)
        #expect(withChunks("5\r\nhello\n0\r\n\r\n") == .invalidChunkEnd)
        #expect(withChunks("5\r\nhello\r0\r\n\r\n") == .invalidChunkEnd)
    }

    @Test("control bytes and bare line ends in a chunk extension")
    func chunkExtensions() {
        #expect(withChunks("5;a\nhello\r\n") == .invalidChunkExtension)
        #expect(withChunks("5;a\0\r\nhello\r\n") == .invalidChunkExtension)
        #expect(withChunks("5;a\rb\r\nhello\r\n") == .invalidChunkSize)
    }

    @Test(
        "trailers are held to the rules of fields",
        arguments: [" a: b", "a : b", ": b", "a", "a: \0", "a: b\rc"])
    func trailers(line: String) {
        #expect(withChunks("0\r\n\(line)\r\n\r\n") == .invalidTrailer)
    }

    @Test("bare line ends in trailers")
    func trailerLineEnds() {
        #expect(withChunks("0\r\na: b\n\r\n") == .invalidTrailer)
        #expect(withChunks("0\r\n\n") == .invalidTrailer)
        #expect(withChunks("0\r\n\rx") == .invalidTrailer)
    }

    // MARK: Limits

    @Test("a request line is taken up to its limit exactly")
    func requestLineLimit() {
        let line = "GET /aaaa HTTP/1.1\r\n"
        let rest = "Host: x\r\n\r\n"
        #expect(failure(line + rest, limits: HTTPLimits(requestLineBytes: line.utf8.count)) == nil)
        let tight = HTTPLimits(requestLineBytes: line.utf8.count - 1)
        #expect(failure(line + rest, limits: tight) == .requestLineTooLong)
        #expect(failure("GET /aaaa HTTP/1.1\r", limits: tight) == .requestLineTooLong)
    }

    @Test("field lines are taken up to their limit exactly, the last empty one counted")
    func fieldLimit() {
        let line = "GET / HTTP/1.1\r\n"
        let fields = "Host: x\r\nA: b\r\n\r\n"
        #expect(failure(line + fields, limits: HTTPLimits(fieldBytes: fields.utf8.count)) == nil)
        #expect(
            failure(line + fields, limits: HTTPLimits(fieldBytes: fields.utf8.count - 1)) == .fieldsTooLarge)
    }

    @Test("no more fields than allowed")
    func fieldCountLimit() {
        let fields = String(repeating: "A: b\r\n", count: 99)
        #expect(withFields(fields) == nil)
        #expect(withFields(fields + "B: c\r\n") == .tooManyFields)
    }

    @Test("a body is taken up to its limit, sized and chunked")
    func bodyLimit() {
        let limits = HTTPLimits(bodyBytes: 10)
        let head = "POST / HTTP/1.1\r\nHost: x\r\n"
        #expect(failure(head + "Content-Length: 10\r\n\r\n0123456789", limits: limits) == nil)
        #expect(failure(head + "Content-Length: 11\r\n\r\n", limits: limits) == .bodyTooLarge)
        #expect(withChunks("5\r\nhello\r\n5\r\nworld\r\n0\r\n\r\n", limits: limits) == nil)
        #expect(withChunks("5\r\nhello\r\n6\r\n", limits: limits) == .bodyTooLarge)
    }

    @Test("chunk extensions are bounded over all chunks of a body")
    func chunkExtensionLimit() {
        let chunk = "1;\(String(repeating: "a", count: 99))\r\nx\r\n"
        #expect(withChunks(String(repeating: chunk, count: 40) + "0\r\n\r\n") == nil)
        #expect(withChunks(String(repeating: chunk, count: 41) + "0\r\n\r\n") == .chunkExtensionsTooLong)
        #expect(withChunks("1;" + String(repeating: "a", count: 5000)) == .chunkExtensionsTooLong)
    }

    @Test("trailers are bounded")
    func trailerLimit() {
        #expect(withChunks("0\r\nA: " + String(repeating: "b", count: 4000) + "\r\n\r\n") == nil)
        #expect(withChunks("0\r\n" + String(repeating: "A: b\r\n", count: 1000)) == .trailersTooLarge)
    }

    // MARK: Afterwards

    @Test("a failure stays: nothing after it is read")
    func sticky() {
        var parser = HTTPRequestParser(limits: HTTPLimits())
        let good = Array("GET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        var offset = 0
        for input in [Array("nonsense\r\n".utf8), good, []] {
            offset = 0
            guard case .failure(.malformedRequestLine) = parser.next(input.span, from: &offset) else {
                Issue.record("the failure is gone")
                return
            }
            #expect(!parser.isIdle)
        }
    }

    @Test("each failure has a status, a code of the wire contract and a sentence")
    func answers() {
        for failure in HTTPParseFailure.allCases {
            #expect([400, 413, 414, 431, 501, 505].contains(failure.status.code))
            #expect(failure.code == ([413, 414, 431].contains(failure.status.code) ? .tooLarge : .malformed))
            #expect(failure.message.hasSuffix("."))
        }
    }
}
