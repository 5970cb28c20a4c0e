import HTTPClient
import ScriptedServer
import Testing

@Suite("HTTP client")
struct HTTPClientTests {
    private func failure(
        of request: HTTPClient.Request, from client: HTTPClient = HTTPClient()
    ) async -> HTTPClientError? {
        do {
            _ = try await client.send(request)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Requests and responses

    @Test("A request arrives as it was made")
    func request() async throws {
        let server = ScriptedServer(.respond(200))
        _ = try await HTTPClient().send(
            .init(
                .post, server.url + "/a/../b?c=d", headers: ["X-One": "1", "X-Empty": ""],
                body: Array("hello".utf8)))
        let request = try #require(server.requests.first)
        #expect(request.line == "POST /a/../b?c=d HTTP/1.1")
        #expect(request.header("X-One") == "1")
        #expect(request.header("X-Empty") == "")
        #expect(request.header("Content-Type") == nil)
        #expect(request.header("Expect") == nil)
        #expect(request.text == "hello")
    }

    @Test("Each method goes out under its name", arguments: [HTTPClient.Method.get, .post, .put, .delete])
    func method(_ method: HTTPClient.Method) async throws {
        let server = ScriptedServer(.respond(204))
        let response = try await HTTPClient().send(.init(method, server.url))
        #expect(response.status == 204)
        #expect(server.requests.first?.line == "\(method.rawValue) / HTTP/1.1")
    }

    @Test("A response has its status, headers and body, of a refusal too")
    func response() async throws {
        let server = ScriptedServer(.respond(404, headers: [("X-Why", " because  ")], body: "gone"))
        let response = try await HTTPClient().send(.init(.get, server.url))
        #expect(response.status == 404)
        #expect(response.headers["x-wHY"] == "because")
        #expect(response.headers["x-other"] == nil)
        #expect(response.body == Array("gone".utf8))
    }

    @Test("A header that comes twice is read as one with both values")
    func repeatedHeader() async throws {
        let server = ScriptedServer(
            .respond(200, headers: [("Cache-Control", "max-age=5"), ("cache-control", "no-store")]))
        let response = try await HTTPClient().send(.init(.get, server.url))
        #expect(response.headers["Cache-Control"] == "max-age=5, no-store")
    }

    @Test("An interim answer and a trailer change nothing about the response's headers")
    func interimAndTrailer() async throws {
        let server = ScriptedServer(
            .bytes(
                Array(
                    """
                    HTTP/1.1 103 Early\r\nX-A: early\r\n\r\n\
                    HTTP/1.1 200 OK\r\nX-B: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-C: late\r\n\r\n
                    """.utf8)))
        let response = try await HTTPClient().send(.init(.get, server.url))
        #expect(response.status == 200)
        #expect(response.headers["X-A"] == nil)
        #expect(response.headers["X-B"] == "1")
        #expect(response.headers["X-C"] == nil)
        #expect(response.body == Array("ok".utf8))
    }

    @Test("A connection is used again")
    func reuse() async throws {
        let server = ScriptedServer(.respond(200))
        let client = HTTPClient()
        for _ in 0..<5 { _ = try await client.send(.init(.get, server.url)) }
        #expect(server.requests.count == 5)
        #expect(server.connectionCount == 1)
    }

    @Test("A redirect is not followed")
    func redirect() async throws {
        let server = ScriptedServer(.respond(302, headers: [("Location", "/elsewhere")]), .respond(200))
        let response = try await HTTPClient().send(.init(.get, server.url))
        #expect(response.status == 302)
        #expect(server.requests.count == 1)
    }

    @Test("A body of a megabyte goes both ways")
    func largeBody() async throws {
        let text = String(repeating: "x", count: 1 << 20)
        let server = ScriptedServer(.respond(200, body: text))
        let response = try await HTTPClient().send(.init(.post, server.url, body: Array(text.utf8)))
        #expect(response.body.count == 1 << 20)
        #expect(server.requests.first?.body.count == 1 << 20)
    }

    @Test("Many requests at a time come to an end, each with its own answer")
    func concurrent() async throws {
        let server = ScriptedServer(.respond(200, body: "yes"))
        let client = HTTPClient()
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<60 {
                group.addTask { try await client.send(.init(.get, server.url + "/\(number)")).status }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 60))
        #expect(Set(server.requests.map(\.line)).count == 60)
    }

    // MARK: Refused before anything is sent

    @Test(
        "An address that is not one of http or https is refused",
        arguments: [
            "", "http", "http:", "http://", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1",
            "127.0.0.1:8765", "http://127.0.0.1/a b", "http://127.0.0.1/\r\nX: y", "http://127.0.0.1/é",
            "http://127.0.0.1:port/", "http://:80/",
        ])
    func badURL(_ url: String) async {
        let error = await failure(of: .init(.get, url))
        #expect(error?.code == .badURL)
        #expect(error?.mayHaveArrived == false)
    }

    @Test(
        "A header that would break the request is refused, and its value is not told",
        arguments: [
            ("X", "secret\r\nY: z"), ("X", "secret\n"), ("X", "secret\0"), ("X", "secret\u{7F}"),
            ("", "secret"),
            ("X:", "secret"), ("X Y", "secret"), ("X\r\nY", "secret"), ("Content-Length", "7secret"),
            ("transfer-encoding", "secret"), ("Expect", "secret"),
        ])
    func badHeader(_ name: String, _ value: String) async {
        let error = await failure(of: .init(.get, "http://127.0.0.1:1", headers: [name: value]))
        #expect(error?.code == .badHeader)
        #expect(error?.description.contains("secret") == false)
    }

    // MARK: Servers that misbehave

    @Test("Nobody there: the request did not arrive")
    func nobodyThere() async {
        // The port is taken on another address of the same machine, so nobody else can take it on this one.
        let server = ScriptedServer(.hangUp)
        let error = await failure(of: .init(.get, "http://127.0.0.77:\(server.port)"))
        #expect(error?.code == .cannotConnect)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("A name that does not exist: the request did not arrive")
    func unknownName() async {
        let error = await failure(of: .init(.get, "http://no-such-host.invalid"))
        #expect(error?.code == .cannotConnect)
        #expect(error?.mayHaveArrived == false)
    }

    @Test(
        "A connection that ends before the response is whole: the request may have arrived",
        arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"])
    func connectionLost(_ answer: String) async {
        let server = ScriptedServer(.bytes(Array(answer.utf8)))
        let error = await failure(of: .init(.get, server.url))
        #expect(error?.code == .connectionLost)
        #expect(error?.mayHaveArrived == true)
    }

    @Test(
        "What is no HTTP is refused",
        arguments: ["SSH-2.0-OpenSSH_9.2\r\n", "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "HTTP/9.9 200 OK\r\n\r\n"])
    func garbage(_ answer: String) async {
        let server = ScriptedServer(.bytes(Array(answer.utf8)))
        #expect(await failure(of: .init(.get, server.url))?.code == .badResponse)
    }

    @Test(
        "A server that is silent, at once or halfway, is waited for only so long",
        arguments: ["", "HTTP/1.1 200 OK\r\n"])
    func silence(_ answer: String) async {
        let server = ScriptedServer(.silence(after: Array(answer.utf8)))
        let error = await failure(of: .init(.get, server.url, timeout: .seconds(3)))
        #expect(error?.code == .timedOut)
        #expect(error?.mayHaveArrived == true)
        await server.waitUntilAllConnectionsEnded()
    }

    @Test("A body that is larger than allowed is not read to its end", arguments: [true, false])
    func tooLarge(saysSo: Bool) async {
        let head = saysSo ? "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n" : "HTTP/1.1 200 OK\r\n\r\n"
        let server = ScriptedServer(.silence(after: Array((head + String(repeating: "x", count: 1001)).utf8)))
        let client = HTTPClient(.init(maximumResponseBytes: 1000))
        #expect(await failure(of: .init(.get, server.url), from: client)?.code == .responseTooLarge)
    }

    @Test("A body of just the allowed size is taken")
    func justAllowed() async throws {
        let server = ScriptedServer(.respond(200, body: String(repeating: "x", count: 1000)))
        let response = try await HTTPClient(.init(maximumResponseBytes: 1000)).send(.init(.get, server.url))
        #expect(response.body.count == 1000)
    }

    @Test("Headers without an end are not read to their end")
    func endlessHeaders() async {
        let line = "X-More: " + String(repeating: "x", count: 1000) + "\r\n"
        let server = ScriptedServer(
            .silence(after: Array(("HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100)).utf8)))
        #expect(await failure(of: .init(.get, server.url))?.code == .responseTooLarge)
    }

    // MARK: Bounds, cancelling, ending

    @Test("More requests at a time than allowed are refused, and there is room again afterwards")
    func overloaded() async throws {
        let server = ScriptedServer(.silence(), .respond(200))
        let client = HTTPClient(.init(maximumInFlight: 1))
        let first = Task { await failure(of: .init(.get, server.url, timeout: .seconds(600)), from: client) }
        await server.waitForRequests(1)
        let error = await failure(of: .init(.get, server.url), from: client)
        #expect(error?.code == .overloaded)
        #expect(error?.mayHaveArrived == false)
        first.cancel()
        _ = await first.value
        #expect(try await client.send(.init(.get, server.url)).status == 200)
    }

    @Test("Requests beyond the allowed connections wait for one")
    func waitsForConnection() async throws {
        let server = ScriptedServer(.respond(200))
        let client = HTTPClient(.init(maximumConnections: 2))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<50 { group.addTask { _ = try await client.send(.init(.get, server.url)) } }
            try await group.waitForAll()
        }
        #expect(server.requests.count == 50)
        #expect(server.connectionCount <= 2)
    }

    @Test("Who waits for a connection waits only within the time of the request, and was not heard")
    func waitsForConnectionInVain() async {
        let server = ScriptedServer(.silence())
        let client = HTTPClient(.init(maximumConnections: 1))
        let first = Task { await failure(of: .init(.get, server.url, timeout: .seconds(600)), from: client) }
        await server.waitForRequests(1)
        let error = await failure(of: .init(.get, server.url, timeout: .milliseconds(50)), from: client)
        #expect(error?.code == .timedOut)
        #expect(error?.mayHaveArrived == false)
        #expect(server.requests.count == 1)
        first.cancel()
        _ = await first.value
    }

    @Test("Who is cancelled while waiting for a connection waits no longer")
    func cancelledWhileWaitingForConnection() async {
        let server = ScriptedServer(.silence())
        let client = HTTPClient(.init(maximumConnections: 1))
        let first = Task { await failure(of: .init(.get, server.url, timeout: .seconds(600)), from: client) }
        await server.waitForRequests(1)
        let second = Task { await failure(of: .init(.get, server.url, timeout: .seconds(600)), from: client) }
        second.cancel()
        #expect(await second.value?.code == .cancelled)
        first.cancel()
        #expect(await first.value?.code == .cancelled)
    }

    @Test("Cancelling the task ends the request and its connection")
    func cancelled() async {
        let server = ScriptedServer(.silence())
        let task = Task { await failure(of: .init(.get, server.url, timeout: .seconds(600))) }
        await server.waitForRequests(1)
        task.cancel()
        let error = await task.value
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveArrived == true)
        await server.waitUntilAllConnectionsEnded()
    }

    @Test("A task that is cancelled already sends nothing")
    func cancelledBefore() async {
        let server = ScriptedServer(.respond(200))
        let client = HTTPClient()
        let error = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure(of: .init(.get, server.url), from: client)
        }.value
        #expect(error?.code == .cancelled)
        #expect(error?.mayHaveArrived == false)
        #expect(server.requests.isEmpty)
    }

    @Test("Tasks cancelled at any moment all come to an end, and the client goes on")
    func cancelledAtAnyMoment() async throws {
        let server = ScriptedServer(.respond(200))
        let client = HTTPClient()
        for round in 0..<200 {
            let task = Task { await failure(of: .init(.get, server.url), from: client) }
            for _ in 0..<round { await Task.yield() }
            task.cancel()
            let code = await task.value?.code
            #expect(code == nil || code == .cancelled)
        }
        #expect(try await client.send(.init(.get, server.url)).status == 200)
    }

    @Test("A client that is let go of closes its connections")
    func letGo() async throws {
        let server = ScriptedServer(.respond(200))
        do {
            let client = HTTPClient()
            _ = try await client.send(.init(.get, server.url))
        }
        await server.waitUntilAllConnectionsEnded()
    }
}
