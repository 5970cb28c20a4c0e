import Testing

@testable import Realtime

@Suite("HTTP request parser: what it reads")
struct HTTPRequestParserTests {
    @Test("a browser's upgrade request, with everything a handshake asks about")
    func browserUpgrade() throws {
        let head = try #require(parseHead(SampleRequests.browserUpgrade))
        #expect(head.method == .get)
        #expect(head.version == .http11)
        #expect(head.path.string == "/ws")
        #expect(head.query?.string == "token=abc")
        #expect(head.host?.string == "127.0.0.1:8765")
        #expect(head.header("SEC-websocket-key")?.string == "dGhlIHNhbXBsZSBub25jZQ==")
        #expect(head.header("sec-websocket-protocol") == nil)
        #expect(head.hasToken("upgrade", in: "connection"))
        #expect(head.hasToken("WebSocket", in: "upgrade"))
        #expect(head.hasToken("br", in: "accept-encoding"))
        #expect(!head.hasToken("websocket", in: "connection"))
        #expect(head.fields.count == 12)
        #expect(head.body == .none)
        #expect(head.keepAlive)
    }

    @Test("parsing stops right behind the head, so that what follows can be another protocol's")
    func stopsBehindTheHead() {
        let input = Array((SampleRequests.browserUpgrade + "\u{1}\u{2}frames").utf8)
        var parser = HTTPRequestParser(limits: HTTPLimits())
        var offset = 0
        guard case .head = parser.next(input.span, from: &offset) else {
            Issue.record("no head")
            return
        }
        #expect(offset == SampleRequests.browserUpgrade.utf8.count)
    }

    @Test("a sized body comes as ranges of the input, without a copy")
    func sizedBody() {
        let input = Array(SampleRequests.sized.utf8)
        var parser = HTTPRequestParser(limits: HTTPLimits())
        var offset = 0
        _ = parser.next(input.span, from: &offset)
        guard case .body(let range) = parser.next(input.span, from: &offset) else {
            Issue.record("no body")
            return
        }
        #expect(String(decoding: input[range], as: UTF8.self) == "hello world")
        #expect(offset == input.count)
        #expect(!parser.isIdle)
        guard case .end = parser.next(input.span, from: &offset) else {
            Issue.record("no end")
            return
        }
        #expect(parser.isIdle)
        #expect(parser.next(input.span, from: &offset) == nil)
    }

    @Test("a chunked body is joined from its chunks; extensions and trailers are dropped")
    func chunkedBody() {
        let events = parse(SampleRequests.chunked)
        #expect(events.dropFirst() == [.body(Array("hello world".utf8)), .end])
    }

    @Test("chunk sizes are read in both cases of the digits")
    func chunkSizeDigits() {
        let data = [UInt8](repeating: 0x61, count: 0xAb)
        let text = String(decoding: data, as: UTF8.self)
        let request = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(parse(request + "aB\r\n\(text)\r\n0\r\n\r\n").dropFirst() == [.body(data), .end])
    }

    @Test("pipelined requests come one after the other, empty lines before them ignored")
    func pipeline() {
        let one = parse(SampleRequests.sized)
        #expect(parse("\r\n" + SampleRequests.sized + "\r\n\r\n" + SampleRequests.sized) == one + one)
    }

    @Test("however the reads cut a request, its events are the same", arguments: SampleRequests.all)
    func splitAnywhere(text: String) {
        let input = Array(text.utf8)
        let whole = parse(input)
        #expect(whole.last == .end)
        for cut in 0...input.count {
            #expect(parse(input, cutAt: [cut]) == whole, "cut at \(cut)")
        }
        #expect(parse(input, cutAt: Array(0...input.count)) == whole, "byte by byte")
    }

    @Test("a request is under way from its first byte to its end")
    func idleness() {
        var parser = HTTPRequestParser(limits: HTTPLimits())
        var offset = 0
        #expect(parser.isIdle)
        let begin = Array("G".utf8)
        #expect(parser.next(begin.span, from: &offset) == nil)
        #expect(offset == 1)
        #expect(!parser.isIdle)
        let rest = Array("ET / HTTP/1.1\r\nHost: x\r\n\r\n".utf8)
        offset = 0
        guard case .head = parser.next(rest.span, from: &offset) else {
            Issue.record("no head")
            return
        }
        #expect(!parser.isIdle)
        guard case .end = parser.next(rest.span, from: &offset) else {
            Issue.record("no end")
            return
        }
        #expect(parser.isIdle)
    }

    @Test("an empty line between requests leaves the parser idle")
    func idleAfterEmptyLine() {
        var parser = HTTPRequestParser(limits: HTTPLimits())
        var offset = 0
        #expect(parser.next(Array("\r\n".utf8).span, from: &offset) == nil)
        #expect(offset == 2)
        #expect(parser.isIdle)
    }

    @Test("the state between requests is small")
    func size() {
        #expect(MemoryLayout<HTTPRequestParser>.size <= 176)
    }

    @Test(
        "whether the connection stays open",
        arguments: [
            ("HTTP/1.1", "", true),
            ("HTTP/1.1", "Connection: close\r\n", false),
            ("HTTP/1.1", "Connection: upgrade, Close\r\n", false),
            ("HTTP/1.1", "Connection: a\r\nConnection: close\r\n", false),
            ("HTTP/1.1", "Connection: closed\r\n", true),
            ("HTTP/1.0", "", false),
            ("HTTP/1.0", "Connection: keep-alive\r\n", true),
            ("HTTP/1.0", "Connection: keep-alive, close\r\n", false),
        ])
    func keepAlive(version: String, field: String, expected: Bool) throws {
        let head = try #require(parseHead("GET / \(version)\r\nHost: x\r\n\(field)\r\n"))
        #expect(head.keepAlive == expected)
    }

    @Test(
        "100 Continue is expected by a 1.1 client with a body only",
        arguments: [
            ("HTTP/1.1", "Content-Length: 1\r\nExpect: 100-Continue\r\n", true),
            ("HTTP/1.1", "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n", true),
            ("HTTP/1.1", "Expect: 100-continue\r\n", false),
            ("HTTP/1.1", "Content-Length: 1\r\nExpect: 200-ok\r\n", false),
            ("HTTP/1.0", "Content-Length: 1\r\nExpect: 100-continue\r\n", false),
        ])
    func expectContinue(version: String, fields: String, expected: Bool) throws {
        let head = try #require(parseHead("POST / \(version)\r\nHost: x\r\n\(fields)\r\n"))
        #expect(head.expectsContinue == expected)
    }

    @Test("an absolute target says the host; the Host field does not count")
    func absoluteForm() throws {
        let head = try #require(
            parseHead("GET https://api.example:8443/a/b?c=d HTTP/1.1\r\nHost: evil\r\n\r\n"))
        #expect(head.targetForm == .absolute)
        #expect(head.host?.string == "api.example:8443")
        #expect(head.path.string == "/a/b")
        #expect(head.query?.string == "c=d")
    }

    @Test("an absolute target without a path is the root")
    func absoluteFormWithoutPath() throws {
        let head = try #require(parseHead("GET http://example HTTP/1.1\r\nHost: example\r\n\r\n"))
        #expect(head.path.string == "/")
        #expect(head.query == nil)
    }

    @Test("an empty query is another thing than none")
    func emptyQuery() throws {
        #expect(try #require(parseHead("GET /? HTTP/1.1\r\nHost: x\r\n\r\n")).query?.string == "")
        #expect(try #require(parseHead("GET / HTTP/1.1\r\nHost: x\r\n\r\n")).query == nil)
    }

    @Test("a method that is not known keeps its name; methods differ by case")
    func otherMethods() throws {
        let head = try #require(parseHead("get / HTTP/1.1\r\nHost: x\r\n\r\n"))
        #expect(head.method == .other)
        #expect(head.methodName.string == "get")
    }

    @Test(
        "known methods", arguments: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func knownMethods(name: String) throws {
        let head = try #require(parseHead("\(name) / HTTP/1.1\r\nHost: x\r\n\r\n"))
        #expect("\(head.method.name)" == name)
    }

    @Test("values lose the white space around them and keep the rest, bytes beyond ASCII too")
    func fieldValues() throws {
        let head = try #require(
            parseHead("GET / HTTP/1.1\r\nHost: x\r\nA: \t b\tc d\t \r\nB:\r\nC:é\r\n\r\n"))
        #expect(head.header("a")?.string == "b\tc d")
        #expect(head.header("b")?.string == "")
        #expect(head.header("c")?.string == "é")
    }

    @Test("a field that comes several times gives all its values, in order")
    func repeatedFields() throws {
        let head = try #require(parseHead("GET / HTTP/1.1\r\nHost: x\r\nA: 1\r\nB: 2\r\na: 3\r\n\r\n"))
        #expect(head.headers("A").map(\.string) == ["1", "3"])
        #expect(head.header("A")?.string == "1")
        #expect(head.hasToken("3", in: "a"))
    }
}
