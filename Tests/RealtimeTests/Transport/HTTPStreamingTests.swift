import TestSupport
import Testing

@testable import Realtime

@Suite("Answers over real sockets", .timeLimit(.minutes(10)))
struct HTTPStreamingTests {
    /// A listener of one loop with routes of the test's own.
    private func withSite<Result: Sendable>(
        _ routes: [(String, HTTPEndpoint)], settings: TransportSettings = TransportSettings(),
        _ body: @escaping @Sendable (UInt16) throws -> Result
    ) async throws -> Result {
        var router = HTTPRouter<HTTPEndpoint>()
        for (path, endpoint) in routes { try router.add(.get, path, endpoint) }
        let site = HTTPSite(router)
        let group = EventLoopGroup(count: 1)
        let loop = group.loops[0]
        var sockets = try ListeningSockets(host: "127.0.0.1", port: 0, count: 1)
        let port = sockets.address.port
        let taken = sockets.take()
        let socket = try #require(taken)
        let parts = await loop.perform {
            let admission = Admission(maxConnections: nil, maxPerAddress: nil)
            let transport = LoopTransport(
                loop: loop, settings: settings, admission: admission, log: .disabled)
            let acceptor = try! Acceptor(
                descriptor: socket, transport: transport, admission: admission, tls: nil, site: site)
            return LoopBound((transport, acceptor), on: loop)
        }
        let result = try await onThread { Swift.Result(catching: { try body(port) }) }
        await loop.suspend { resume in
            parts.value.1.close()
            parts.value.0.abortAll()
            parts.value.0.drain(farewell: { [] }, whenEmpty: resume)
        }
        await group.stopped()
        return try result.get()
    }

    private static let request = "GET /it HTTP/1.1\r\nHost: a\r\n\r\n"

    @Test("a streamed body of unknown length is chunked, and the connection goes on")
    func chunked() async throws {
        let endpoint = HTTPEndpoint.streaming { request, stream in
            let bound = LoopBound(stream, on: stream.loop)
            bound.loop.post {
                for piece in ["one,", "two"] { Array(piece.utf8).withUnsafeBytes { bound.value.write($0) } }
                bound.value.finish()
            }
            return HTTPResponse(.ok, body: .streamed(length: nil))
        }
        try await withSite([("/it", endpoint)]) { port in
            let socket = try TestSocket(port: port)
            for _ in 0..<2 {
                socket.send(Self.request)
                let head = try socket.read(until: "\r\n\r\n")
                #expect(head.contains("\r\nTransfer-Encoding: chunked\r\n"))
                #expect(try socket.read(until: "0\r\n\r\n") == "4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n")
            }
        }
    }

    @Test("a client before HTTP/1.1 reads a streamed body to the connection's end")
    func oldClient() async throws {
        let endpoint = HTTPEndpoint.streaming { request, stream in
            let bound = LoopBound(stream, on: stream.loop)
            bound.loop.post {
                Array("all of it".utf8).withUnsafeBytes { bound.value.write($0) }
                bound.value.finish()
            }
            return HTTPResponse(.ok, body: .streamed(length: nil))
        }
        try await withSite([("/it", endpoint)]) { port in
            let socket = try TestSocket(port: port)
            socket.send("GET /it HTTP/1.0\r\n\r\n")
            #expect(try socket.readToEnd().hasSuffix("\r\n\r\nall of it"))
        }
    }

    @Test("what is pipelined behind an answer that takes its time waits for it, in its order")
    func pipelinedBehindSuspended() async throws {
        let gate = Gate()
        let slow = HTTPEndpoint.suspending { _ in
            await gate.wait()
            return .text(.ok, "slow")
        }
        let quick = HTTPEndpoint.immediate { _ in .text(.ok, "quick") }
        try await withSite([("/slow", slow), ("/quick", quick)]) { port in
            let socket = try TestSocket(port: port)
            socket.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /quick HT")
            // In pieces: the first is left over with the slow request, the others come while it is worked on.
            socket.send("TP/1.1\r\nHost: a\r\n\r\n")
            socket.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /quick HTTP/1.1\r\nHost: a\r\n")
            gate.open()
            for body in ["slow", "quick", "slow"] {
                #expect(try socket.read(until: "\r\n\r\n\(body)").contains("200 OK"))
            }
            socket.send("\r\n")
            #expect(try socket.read(until: "\r\n\r\nquick").contains("200 OK"))
        }
    }

    @Test("whoever streams learns when the client has gone")
    func aborted() async throws {
        let gone = Gate()
        let endpoint = HTTPEndpoint.streaming { request, stream in
            stream.whenAborted = { gone.open() }
            let bound = LoopBound(stream, on: stream.loop)
            // A write that fails is how a server learns of a client that hung up without a word.
            stream.whenEmptied = {
                Array("more".utf8).withUnsafeBytes { bound.value.write($0) }
            }
            return HTTPResponse(.ok, body: .streamed(length: nil))
        }
        try await withSite([("/it", endpoint)]) { port in
            let socket = try TestSocket(port: port)
            socket.send(Self.request)
            _ = try socket.read(until: "more")
            socket.reset()
        }
        await gone.wait()
    }

    @Test("an answer that takes its time holds up only the requests behind it on its connection")
    func suspending() async throws {
        let gate = Gate()
        let slow = HTTPEndpoint.suspending { _ in
            await gate.wait()
            return .text(.ok, "slow\n")
        }
        let fast = HTTPEndpoint.immediate { _ in .text(.ok, "fast\n") }
        try await withSite([("/it", slow), ("/fast", fast)]) { port in
            let waiting = try TestSocket(port: port)
            waiting.send(Self.request + "GET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
            let other = try TestSocket(port: port)
            other.send("GET /fast HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = try other.read(until: "fast\n")
            #expect(waiting.pending.isEmpty)
            gate.open()
            _ = try waiting.read(until: "slow\n")
            _ = try waiting.read(until: "fast\n")
        }
    }

    @Test("a large shared answer arrives whole, however little the client's buffer holds")
    func largeShared() async throws {
        let file = SharedBytes((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 / 7) })
        let endpoint = HTTPEndpoint.immediate { _ in HTTPResponse(.ok, body: .shared(file)) }
        try await withSite([("/it", endpoint)]) { port in
            let socket = try TestSocket(port: port, receiveBuffer: 4_096)
            socket.send(Self.request)
            _ = try socket.read(until: "\r\n\r\n")
            let body = try socket.read(count: file.count)
            #expect(body == file.withUnsafeBytes { [UInt8]($0) })
        }
    }
}
