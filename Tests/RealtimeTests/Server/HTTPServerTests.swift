import Handlers
import Testing

@testable import Realtime

@Suite("HTTP over real sockets", .timeLimit(.minutes(10)))
struct HTTPServerTests {
    private let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("a request is answered and the connection stays for the next")
    func keepAlive() async throws {
        try await withServer { server in
            let socket = try server.connect()
            for _ in 0..<3 {
                socket.send(get)
                #expect(try socket.read(until: "ok\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
            }
        }
    }

    @Test("pipelined requests are answered in order")
    func pipelined() async throws {
        try await withServer { server in
            let socket = try server.connect()
            let missing = "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n"
            socket.send(get + missing + get + "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answers = try socket.readToEnd()
            let statuses = answers.split(separator: "HTTP/1.1 ").map { $0.prefix(3) }
            #expect(statuses == ["200", "404", "200", "200"])
        }
    }

    @Test("a request that comes byte by byte is one request")
    func byteByByte() async throws {
        try await withServer { server in
            let socket = try server.connect()
            for byte in get.utf8 { socket.send([byte]) }
            #expect(try socket.read(until: "ok\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("HEAD has the head of GET and no body")
    func head() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send("HEAD /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = try socket.readToEnd()
            #expect(answer.contains("ontent-") && answer.hasSuffix("\r\n\r\n"))
        }
    }

    @Test("HTTP/1.0 is answered and closed")
    func oldClient() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send("GET /healthz HTTP/1.0\r\n\r\n")
            #expect(try socket.readToEnd().hasSuffix("ok\n"))
        }
    }

    @Test("a wrong method is 405 with the right ones named")
    func wrongMethod() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send("DELETE /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = try socket.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 405 "))
            #expect(answer.contains("\r\nAllow: GET"))
            #expect(answer.contains(#"{"error":{"code":"method_not_allowed""#))
        }
    }

    @Test(
        "a malformed or smuggling request is refused and the connection closed",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400),
            (
                "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello", 400),
            ("GET / HTTP/1.1\nHost: a\n\n", 400),
            ("\u{16}\u{3}\u{1}\u{2}\u{0}", 400),
            ("GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
            ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 17_000))\r\n\r\n", 431),
            ("GET / HTTP/1.1\r\nHost: a\r\n" + String(repeating: "X: y\r\n", count: 101) + "\r\n", 431),
            ("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1048577\r\n\r\n", 413),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
        ] as [(String, Int)])
    func refused(request: String, status: Int) async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send(request)
            let answer = try socket.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains(#"{"error":{"code":""#))
            #expect(answer.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test("a head that does not come in time is answered 408 and closed")
    func slowHead() async throws {
        try await withServer({ $0.connections.handshakeTimeout = .milliseconds(150) }) { server in
            let socket = try server.connect()
            socket.send("GET / HTTP/1.1\r\nHo")
            #expect(try socket.readToEnd().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("a connection that says nothing is answered 408 and closed")
    func silent() async throws {
        try await withServer({ $0.connections.handshakeTimeout = .milliseconds(150) }) { server in
            let socket = try server.connect()
            #expect(try socket.readToEnd().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test("an idle kept-alive connection is closed without a word")
    func idle() async throws {
        try await withServer({ $0.connections.idleTimeout = .milliseconds(150) }) { server in
            let socket = try server.connect()
            socket.send(get)
            _ = try socket.read(until: "ok\n")
            #expect(try socket.readToEnd().isEmpty)
        }
    }

    @Test("a body that waits for 100 Continue is asked for")
    func expectContinue() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send(
                "GET /healthz HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(try socket.read(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            socket.send("hi")
            #expect(try socket.read(until: "ok\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
        }
    }

    @Test("one connection too many is answered 503, and fits when another has gone")
    func serverFull() async throws {
        try await withServer({ $0.connections.maximum = 1 }) { server in
            let first = try server.connect()
            first.send(get)
            _ = try first.read(until: "ok\n")
            let second = try server.connect()
            second.send(get)
            let answer = try second.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            #expect(answer.contains(#""code":"unavailable""#))
            first.closeSending()
            _ = try first.readToEnd()
            eventually { server.connectionCount == 0 }
            let third = try server.connect()
            third.send(get)
            #expect(try third.read(until: "ok\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("one address's connection too many is answered 429")
    func addressFull() async throws {
        try await withServer({ $0.connections.maximumPerAddress = 1 }) { server in
            let first = try server.connect()
            first.send(get)
            _ = try first.read(until: "ok\n")
            let second = try server.connect()
            second.send(get)
            #expect(try second.readToEnd().hasPrefix("HTTP/1.1 429 "))
        }
    }

    @Test("a port that is taken is refused by name")
    func portTaken() async throws {
        let holder = try await RealtimeServer.start(.onFreePort, handlers: .builtIn(), log: .disabled)
        var configuration = ServerConfiguration.onFreePort
        configuration.listen.port = holder.port
        await #expect {
            _ = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        } throws: { error in
            "\(error)" == "cannot listen on 127.0.0.1:\(holder.port): address already in use"
        }
        await holder.stop()
    }
}
