import Handlers
import TestSupport

@testable import Realtime

/// Runs a real server on a free port for the length of a test, whose body has a thread of its own.
func withServer<Result: Sendable>(
    _ change: (inout ServerConfiguration) -> Void = { _ in }, log: Log = .disabled,
    _ body: @escaping @Sendable (RealtimeServer) throws -> Result
) async throws -> Result {
    var configuration = ServerConfiguration.onFreePort
    change(&configuration)
    let server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: log)
    do {
        let result = try await onThread { try body(server) }
        await server.stop()
        return result
    } catch {
        await server.stop()
        throw error
    }
}

extension ServerConfiguration {
    /// The secret that the tests' servers take tokens of.
    static let testSecret = "the secret of servers that tests start"

    /// What tests start from: two loops, so that what crosses loops is tested, and an echo at `/echo`.
    static var onFreePort: ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.listen.port = 0
        configuration.listen.loops = 2
        configuration.webSocket.echoPath = "/echo"
        configuration.identity.secret = HiddenText(testSecret)
        // Most tests need no database, and none is there for them.
        configuration.storage.database = "host=/nonexistent"
        // However busy the machine is, nobody is given up and nothing comes a second time, but where a test wants it.
        configuration.connections.handshakeTimeout = Patience.limit
        configuration.identity.authenticationTimeout = Patience.limit
        configuration.rooms.authorizeTimeout = Patience.limit
        configuration.handlers.timeout = Patience.limit
        configuration.storage.databaseTimeout = Patience.limit
        configuration.notifications.acknowledgementTimeout = .seconds(3600)
        return configuration
    }
}

extension RealtimeServer {
    /// A plain TCP client of this server.
    func connect(receiveBuffer: Int32? = nil) throws -> TestSocket {
        try TestSocket(port: UInt16(port), receiveBuffer: receiveBuffer)
    }

    /// A client whose WebSocket is open.
    func connectWebSocket(
        path: String = "/echo", extensions: String? = nil, receiveBuffer: Int32? = nil
    ) throws -> TestWebSocket {
        let socket = try connect(receiveBuffer: receiveBuffer)
        return try TestWebSocket(socket, path: path, extensions: extensions)
    }
}

/// An answer over HTTP, taken apart.
struct TestAnswer {
    let status: Int
    let head: String
    let body: String

    var json: JSONValue? { try? JSONValue.parse(body) }
}

extension RealtimeServer {
    /// Asks for an upgrade, and returns the answer that it was refused with.
    func upgradeRefusal(_ path: String, headers: String = "") throws -> TestAnswer {
        let socket = try connect()
        socket.send(
            "GET \(path) HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                + headers + "\r\n")
        return try socket.readAnswer()
    }
}

extension TestSocket {
    /// An answer with a length, whole.
    func readAnswer() throws -> TestAnswer {
        let head = try read(until: "\r\n\r\n")
        let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length: ") }
            .flatMap { Int($0.dropFirst("content-length: ".count)) }
        let body = try read(count: length ?? 0)
        return TestAnswer(
            status: Int(head.split(separator: " ")[1]) ?? 0, head: head,
            body: String(decoding: body, as: UTF8.self))
    }
}
