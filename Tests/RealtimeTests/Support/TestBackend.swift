@testable import Realtime

/// A backend that calls a server's HTTP API, each time on a connection of its own.
struct TestBackend: Sendable {
    /// What was answered.
    struct Answer: Sendable {
        let status: Int
        let head: String
        let body: String
        /// The body as JSON; null when it is none.
        let json: JSONValue

        init(_ text: String) {
            let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
            head = String(parts[0])
            body = parts.count > 1 ? String(parts[1]) : ""
            status = Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0
            json = (try? JSONValue.parse(body)) ?? .null
        }

        /// The code of a refusal.
        var code: String? { json["error"]?["code"]?.string }
        /// The sentence of a refusal.
        var message: String { json["error"]?["message"]?.string ?? "" }

        /// Whether the head has this line, in any case.
        func hasField(_ line: String) -> Bool {
            head.lowercased().split(separator: "\r\n").contains { $0 == line.lowercased() }
        }
    }

    let port: Int
    /// What stands behind `Bearer`; nil for nobody.
    var token: String?

    func get(_ path: String) throws -> Answer { try ask("GET", path) }

    func delete(_ path: String) throws -> Answer { try ask("DELETE", path) }

    func post(_ path: String, _ body: String, fields: [String] = []) throws -> Answer {
        try ask("POST", path, body, fields: fields)
    }

    /// Asks, with lines added to the head.
    func ask(_ method: String, _ path: String, _ body: String? = nil, fields: [String] = []) throws -> Answer
    {
        let socket = try send(method, path, body, fields: fields)
        return Answer(try socket.readToEnd())
    }

    /// Asks, and leaves it to the caller to read the answer.
    func send(
        _ method: String, _ path: String, _ body: String? = nil, fields: [String] = []
    ) throws -> TestSocket {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close"] + fields
        if let token { lines.append("Authorization: Bearer \(token)") }
        if let body { lines.append("Content-Length: \(body.utf8.count)") }
        let socket = try TestSocket(port: UInt16(port))
        socket.send(lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? ""))
        return socket
    }
}

extension RealtimeServer {
    /// A token that this server takes.
    func token(_ user: UserID, _ change: (inout TokenRequest) -> Void = { _ in }) -> String {
        var request = TokenRequest(user: user)
        request.rooms = try? RoomGrants(argument: "*=rw")
        change(&request)
        guard let token = try? core.identity.minter?.mint(request, at: .now) else {
            preconditionFailure("the tests' servers have a secret to sign with")
        }
        return token
    }

    /// A backend with a token of its own.
    func backend(_ name: UserID = "shop") -> TestBackend {
        TestBackend(port: port, token: token(name) { $0.isService = true })
    }
}

/// A client of the native protocol that looks for certain messages.
final class LiveClient {
    private let webSocket: TestWebSocket
    private(set) var connectionID = ""

    init(_ server: RealtimeServer, token: String) throws {
        webSocket = try server.connectWebSocket(path: "/ws?token=\(token)")
        connectionID = try next("connect")["data"]?["connection_id"]?.string ?? ""
    }

    convenience init(_ server: RealtimeServer, _ user: UserID, in rooms: String...) throws {
        try self.init(server, token: server.token(user))
        for room in rooms { try join(room) }
    }

    func send(_ json: String) {
        webSocket.send(json)
    }

    /// Sends frames, all in one piece.
    func sendRaw(_ frames: [UInt8]) {
        webSocket.socket.send(frames)
    }

    func join(_ room: String) throws {
        send(#"{"type":"join_room","room_id":"\#(room)","message_id":"join"}"#)
        _ = try next("room_joined")
    }

    /// The next message of this type; those before it are passed over.
    func next(_ type: String) throws -> JSONValue {
        try JSONValue.parse(nextText(type))
    }

    /// The same as the bytes that came.
    func nextText(_ type: String) throws -> String {
        while true {
            let frame = try webSocket.receive()
            if frame.opcode == .text, frame.text.hasPrefix("{\"type\":\"\(type)\"") { return frame.text }
            guard frame.opcode == .text else { throw Closed(code: frame.closeCode) }
        }
    }

    /// What types come until the answer to a ping.
    func typesUntilPong() throws -> [String] {
        send(#"{"type":"ping"}"#)
        var types: [String] = []
        while true {
            let frame = try webSocket.receive()
            guard frame.opcode == .text else { throw Closed(code: frame.closeCode) }
            let type = try JSONValue.parse(frame.text)["type"]?.string ?? ""
            if type == "pong" { return types }
            types.append(type)
        }
    }

    /// The code that the server closes with; what comes before it is passed over.
    func closeCode() throws -> UInt16? {
        while true {
            let frame = try webSocket.receive()
            if frame.opcode == .close { return frame.closeCode }
        }
    }

    struct Closed: Error {
        let code: UInt16?
    }
}
