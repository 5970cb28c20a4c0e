import Handlers
import TestSupport
import Testing

@testable import Realtime

@Suite("WebSocket over real sockets", .timeLimit(.minutes(10)))
struct WebSocketServerTests {
    @Test("text and binary messages come back as they were", arguments: [0, 1, 125, 126, 65_535, 65_536])
    func echo(size: Int) async throws {
        try await withServer { server in
            let client = try server.connectWebSocket()
            let bytes = (0..<size).map { UInt8(0x20 + $0 % 0x50) }
            client.send(.text, bytes)
            #expect(try client.receive() == .init(opcode: .text, payload: bytes))
            client.send(.binary, bytes)
            #expect(try client.receive() == .init(opcode: .binary, payload: bytes))
        }
    }

    @Test("a thousand messages sent at once come back in order")
    func burst() async throws {
        try await withServer { server in
            let client = try server.connectWebSocket()
            for number in 0..<1_000 { client.send("\(number)") }
            for number in 0..<1_000 { #expect(try client.receive().text == "\(number)") }
        }
    }

    @Test("a fragmented message with a ping inside is answered by a pong, then whole")
    func fragments() async throws {
        try await withServer { server in
            let client = try server.connectWebSocket()
            client.send(.text, Array("Hel".utf8), isFinal: false)
            client.send(.ping, [1, 2])
            client.send(.continuation, Array("lo".utf8))
            #expect(try client.receive() == .init(opcode: .pong, payload: [1, 2]))
            #expect(try client.receive().text == "Hello")
        }
    }

    @Test("a frame right behind the upgrade request is not lost")
    func earlyFrame() async throws {
        try await withServer { server in
            let socket = try server.connect()
            var request = Array(
                """
                GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n
                """.utf8)
            request += [0x81, 0x82, 0, 0, 0, 0] + Array("hi".utf8)
            socket.send(request)
            #expect(try socket.read(until: "\r\n\r\n").contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            #expect(try socket.read(count: 4) == [0x81, 0x02] + Array("hi".utf8))
        }
    }

    @Test("the client's close is answered by its code and the connection ends")
    func closes() async throws {
        try await withServer { server in
            let client = try server.connectWebSocket()
            client.sendClose(1000)
            #expect(try client.receive().closeCode == 1000)
            #expect(try client.socket.readToEnd().isEmpty)
        }
    }

    @Test(
        "what breaks WebSocket is answered by the right close code",
        arguments: [
            ([0x81, 0x02, 0x68, 0x69], 1002),  // unmasked
            ([0xC1, 0x80, 0, 0, 0, 0], 1002),  // RSV1 without compression
            ([0x83, 0x80, 0, 0, 0, 0], 1002),  // reserved opcode
            ([0x09, 0x80, 0, 0, 0, 0], 1002),  // fragmented ping
            ([0x80, 0x80, 0, 0, 0, 0], 1002),  // nothing to continue
            ([0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28], 1007),  // bad UTF-8
            ([0x01, 0x82, 0, 0, 0, 0, 0xF8, 0x88], 1007),  // bad UTF-8 before the message ends
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 1009),  // announced as too big
        ] as [([UInt8], UInt16)])
    func broken(frame: [UInt8], code: UInt16) async throws {
        try await withServer { server in
            let client = try server.connectWebSocket()
            client.send("before")
            client.socket.send(frame)
            #expect(try client.receive().text == "before")
            #expect(try client.receive().closeCode == code)
            #expect(try client.socket.readToEnd().isEmpty)
        }
    }

    @Test("a zip bomb is cut at the limit with 1009")
    func zipBomb() async throws {
        try await withServer { server in
            let client = try server.connectWebSocket(extensions: "permessage-deflate")
            #expect(client.handshake.contains("permessage-deflate"))
            let bomb = [UInt8](repeating: 0, count: 4 << 20)
            let compressed = bomb.withUnsafeBytes { bytes in
                MessageDeflater().withCompressed(bytes) { [UInt8]($0!) }
            }
            #expect(compressed.count < 32_768)
            client.send(.binary, compressed, isCompressed: true)
            #expect(try client.receive().closeCode == 1009)
        }
    }

    @Test("large messages are compressed for a client that offers it, small ones not")
    func compression() async throws {
        try await withServer { server in
            let client = try server.connectWebSocket(extensions: "permessage-deflate")
            let large = String(repeating: "realtime ", count: 1_000)
            client.send(large)
            let frame = try client.receive()
            #expect(frame.isCompressed && frame.payload.count < 1_000)
            let inflated = try frame.payload.withUnsafeBytes {
                try MessageInflater().inflate($0, limit: 65_536)
            }
            #expect(String(decoding: inflated.buffer.array, as: UTF8.self) == large)
            client.send("small")
            #expect(try client.receive() == .init(opcode: .text, payload: Array("small".utf8)))
        }
    }

    @Test("a wrong WebSocket version is answered 426 with the right one named")
    func wrongVersion() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send(
                "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n"
                    + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n")
            let answer = try socket.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
            #expect(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"))
        }
    }

    @Test("an echo address asked without an upgrade says what it speaks")
    func plainRequest() async throws {
        try await withServer { server in
            let socket = try server.connect()
            socket.send("GET /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = try socket.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 426 "))
            #expect(answer.lowercased().contains("\r\nupgrade: websocket\r\n"))
        }
    }

    @Test("a silent peer is pinged, and closed with 4408 after two silences")
    func heartbeat() async throws {
        try await withServer({ $0.webSocket.heartbeat = .milliseconds(200) }) { server in
            let client = try server.connectWebSocket()
            #expect(try client.receive().opcode == .ping)
            var frame = try client.receive()
            while frame.opcode == .ping { frame = try client.receive() }
            #expect(frame.closeCode == 4408)
        }
    }

    @Test("a peer that answers pings stays")
    func answeredHeartbeat() async throws {
        try await withServer({ $0.webSocket.heartbeat = .seconds(2) }) { server in
            let client = try server.connectWebSocket()
            for _ in 0..<4 {
                #expect(try client.receive().opcode == .ping)
                client.send(.pong, [])
            }
            client.send("still here")
            var frame = try client.receive()
            while frame.opcode == .ping { frame = try client.receive() }
            #expect(frame.text == "still here")
        }
    }

    @Test("bytes without a whole frame count as silence")
    func trickle() async throws {
        try await withServer({ $0.webSocket.heartbeat = .milliseconds(150) }) { server in
            let client = try server.connectWebSocket()
            client.socket.send([0x81, 0xFE, 0x10])
            var frame = try client.receive()
            while frame.opcode == .ping {
                client.socket.send([0x00])
                frame = try client.receive()
            }
            #expect(frame.closeCode == 4408)
        }
    }

    @Test("stopping tells each client, then closes with 4503")
    func draining() async throws {
        let server = try await RealtimeServer.start(.onFreePort, handlers: .builtIn(), log: .disabled)
        let connected = Gate()
        async let stopped: Void = {
            await connected.wait()
            await server.stop()
        }()
        try await onThread {
            let client = try server.connectWebSocket()
            connected.open()
            let farewell = try client.receive().text
            #expect(farewell.hasPrefix(#"{"type":"disconnect","data":{"code":4503,"reason":"#))
            #expect(farewell.contains(#""retry_after_ms":"#))
            #expect(try client.receive().closeCode == 4503)
            client.sendClose(4503)
            #expect(try client.socket.readToEnd().isEmpty)
        }
        await stopped
        #expect(throws: TestSocket.Failure.self) { try server.connect() }
    }

    @Test("stopping ends within the drain time-out when a client does not answer")
    func drainTimeout() async throws {
        func start(_ timeout: Duration) async throws -> RealtimeServer {
            var configuration = ServerConfiguration.onFreePort
            configuration.connections.drainTimeout = timeout
            return try await .start(configuration, handlers: .builtIn(), log: .disabled)
        }
        let (patient, other) = (try await start(.seconds(3600)), try await start(.milliseconds(200)))
        let clients = [try patient.connectWebSocket(), try other.connectWebSocket()]
        let hasEnded = Locked(false)
        async let end: Void = {
            await patient.stop()
            hasEnded.withLock { $0 = true }
        }()
        await other.stop()
        #expect(!hasEnded.withLock { $0 })
        clients[0].socket.reset()
        await end
    }

    @Test("a reader that does not read is cut off, and others go on")
    func slowReader() async throws {
        try await withServer({ $0.webSocket.heartbeat = .seconds(3) }) { server in
            let slow = try server.connectWebSocket(receiveBuffer: 4_096)
            let large = [UInt8](repeating: 0x61, count: 60_000)
            // Far more than both kernels' buffers hold; the server stops reading this peer meanwhile.
            while slow.socket.sendWithoutWaiting(TestWebSocket.frame(.binary, large)) {}
            let honest = try server.connectWebSocket()
            for number in 0..<100 {
                honest.send("\(number)")
                var frame = try honest.receive()
                while frame.opcode == .ping {
                    honest.send(.pong, [])
                    frame = try honest.receive()
                }
                #expect(frame.text == "\(number)")
            }
            eventually { server.connectionCount <= 1 }
        }
    }
}
