import Testing

@testable import Realtime

@Suite("HTTP response writer")
struct HTTPResponseWriterTests {
    private static let date = HTTPDate(Timestamp(milliseconds: 0))
    private static let dateLine = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n"

    private func writer(
        _ line: String, _ fields: String = "", closes: Bool = false
    ) throws -> HTTPResponseWriter {
        let head = try #require(parseHead("\(line)\r\nHost: x\r\n\(fields)\r\n"))
        return HTTPResponseWriter(answering: head, closes: closes, date: Self.date)
    }

    private func text(_ response: HTTPResponse, by writer: HTTPResponseWriter) -> String {
        var output = ByteBuffer()
        writer.append(response, to: &output)
        return String(decoding: output.array, as: UTF8.self).replacing(Self.dateLine, with: "")
    }

    private static let hello = HTTPResponse(.ok, body: .bytes(Array("hello".utf8)))

    // MARK: Sized bodies

    @Test("a date, the length and the body; keep-alive goes without saying in 1.1")
    func sized() throws {
        var output = ByteBuffer()
        try writer("GET / HTTP/1.1").append(Self.hello, to: &output)
        #expect(
            String(decoding: output.array, as: UTF8.self)
                == "HTTP/1.1 200 OK\r\n\(Self.dateLine)Content-Length: 5\r\n\r\nhello")
    }

    @Test("shared bytes are a body like others")
    func shared() throws {
        let response = HTTPResponse(.created, body: .shared(SharedBytes("hello")))
        #expect(
            text(response, by: try writer("GET / HTTP/1.1"))
                == "HTTP/1.1 201 Created\r\nContent-Length: 5\r\n\r\nhello")
    }

    @Test("no body is a body of no bytes, so that the client does not wait for one")
    func noBody() throws {
        #expect(
            text(HTTPResponse(.ok), by: try writer("GET / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("the answer to HEAD has the length and no body")
    func head() throws {
        #expect(
            text(Self.hello, by: try writer("HEAD / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
    }

    @Test("204 and 304 have no length and no body, whatever they were given", arguments: [204, 304])
    func bodiless(code: Int) throws {
        let response = HTTPResponse(HTTPStatus(code), body: .bytes([1, 2, 3]))
        let text = text(response, by: try writer("GET / HTTP/1.1"))
        #expect(text == "HTTP/1.1 \(code) \(HTTPStatus(code).reason)\r\n\r\n")
    }

    @Test("fields come in the order in which they were added")
    func fields() throws {
        var response = HTTPResponse(.ok)
        response.add("X-One", fixed: "1")
        try response.add("X-Two", "zwölf")
        response.add("Retry-After", 30)
        #expect(
            text(response, by: try writer("GET / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nX-One: 1\r\nX-Two: zwölf\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"
        )
    }

    @Test(
        "a value can't add a line or a second answer",
        arguments: ["a\r\nb: c", "a\n", "\r", "a\0b", "\u{7F}"])
    func injection(value: String) {
        var response = HTTPResponse(.ok)
        #expect(throws: HTTPFieldError.controlCharacter) { try response.add("X-Name", value) }
        #expect(response.fields.isEmpty)
    }

    // MARK: The connection

    @Test("whoever asked to close, the answer says close")
    func close() throws {
        let expected = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        let byClient = try writer("GET / HTTP/1.1", "Connection: close\r\n")
        #expect(text(HTTPResponse(.ok), by: byClient) == expected)
        #expect(byClient.endsConnection(after: HTTPResponse(.ok)))
        let byServer = try writer("GET / HTTP/1.1", closes: true)
        #expect(text(HTTPResponse(.ok), by: byServer) == expected)
        var closing = HTTPResponse(.ok)
        closing.closesConnection = true
        let open = try writer("GET / HTTP/1.1")
        #expect(text(closing, by: open) == expected)
        #expect(!open.endsConnection(after: HTTPResponse(.ok)))
        #expect(open.endsConnection(after: closing))
    }

    @Test("a 1.0 client is told that the connection stays, when it asked for that")
    func oldKeepAlive() throws {
        #expect(
            text(HTTPResponse(.ok), by: try writer("GET / HTTP/1.0", "Connection: keep-alive\r\n"))
                == "HTTP/1.1 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n")
        #expect(
            text(HTTPResponse(.ok), by: try writer("GET / HTTP/1.0"))
                == "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("a request that could not be read is answered once, and the connection ends")
    func unreadable() {
        let writer = HTTPResponseWriter(answering: nil, date: Self.date)
        let response = HTTPResponse.failure(.missingHost)
        #expect(writer.endsConnection(after: response))
        #expect(
            text(response, by: writer)
                == "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                + "Connection: close\r\nContent-Length: 69\r\n\r\n"
                + #"{"error":{"code":"malformed","message":"The Host field is missing."}}"#)
    }

    @Test("an answer with Upgrade names it in Connection too")
    func upgradeRequired() throws {
        var response = HTTPResponse(.upgradeRequired)
        response.add("Upgrade", fixed: "websocket")
        #expect(
            text(response, by: try writer("GET / HTTP/1.1", closes: true))
                == "HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: upgrade, close\r\n"
                + "Content-Length: 0\r\n\r\n")
    }

    @Test("100 Continue")
    func goAhead() {
        var output = ByteBuffer()
        HTTPResponseWriter.appendContinue(to: &output)
        #expect(String(decoding: output.array, as: UTF8.self) == "HTTP/1.1 100 Continue\r\n\r\n")
    }

    // MARK: Streams

    private func stream(_ pieces: [String], length: Int?, by writer: HTTPResponseWriter) -> String {
        var output = ByteBuffer()
        var body = writer.appendHead(HTTPResponse(.ok, body: .streamed(length: length)), to: &output)
        for piece in pieces { Array(piece.utf8).withUnsafeBytes { body.append($0, to: &output) } }
        body.appendEnd(to: &output)
        return String(decoding: output.array, as: UTF8.self).replacing(Self.dateLine, with: "")
    }

    @Test("a stream of unknown length comes in chunks; an empty piece does not end it")
    func chunked() throws {
        let long = String(repeating: "x", count: 0x1A0)
        #expect(
            stream(["hello", "", long], length: nil, by: try writer("GET / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1a0\r\n\(long)\r\n0\r\n\r\n"
        )
    }

    @Test("a stream of known length is not chunked")
    func sizedStream() throws {
        #expect(
            stream(["hel", "lo"], length: 5, by: try writer("GET / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    }

    @Test("a 1.0 client gets a stream without chunks, and its end is the connection's")
    func oldStream() throws {
        let writer = try writer("GET / HTTP/1.0", "Connection: keep-alive\r\n")
        #expect(
            stream(["hel", "lo"], length: nil, by: writer)
                == "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello")
        #expect(writer.endsConnection(after: HTTPResponse(.ok, body: .streamed(length: nil))))
    }

    @Test("the answer to HEAD says that there would be chunks and sends none")
    func headOfStream() throws {
        #expect(
            stream(["hello"], length: nil, by: try writer("HEAD / HTTP/1.1"))
                == "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    }

    @Test("whether a body is sent can be asked before it is made")
    func isSent() throws {
        var output = ByteBuffer()
        #expect(try writer("GET / HTTP/1.1").appendHead(Self.hello, to: &output).isSent)
        #expect(try !writer("HEAD / HTTP/1.1").appendHead(Self.hello, to: &output).isSent)
        #expect(try !writer("GET / HTTP/1.1").appendHead(HTTPResponse(.noContent), to: &output).isSent)
    }

    // MARK: Errors

    @Test("an error says its code and a sentence, escaped as JSON wants it")
    func errors() throws {
        let response = HTTPResponse.error(.tooManyRequests, .rateLimited, "Too \"many\".\n")
        guard case .bytes(let body) = response.body else {
            Issue.record("no body")
            return
        }
        #expect(
            String(decoding: body, as: UTF8.self)
                == #"{"error":{"code":"rate_limited","message":"Too \"many\".\n"}}"#)
    }

    @Test("405 and the answer to OPTIONS say what is allowed")
    func allow() throws {
        let methods: HTTPMethodSet = [HTTPMethodSet(.delete), HTTPMethodSet(.get)]
        let refused = text(.methodNotAllowed(methods), by: try writer("PUT / HTTP/1.1"))
        #expect(refused.hasPrefix("HTTP/1.1 405 Method Not Allowed\r\n"))
        #expect(refused.contains("\r\nAllow: GET, DELETE\r\n"))
        #expect(refused.contains(#""code":"method_not_allowed""#))
        #expect(
            text(.options(methods), by: try writer("OPTIONS / HTTP/1.1"))
                == "HTTP/1.1 204 No Content\r\nAllow: GET, DELETE\r\n\r\n")
    }
}
