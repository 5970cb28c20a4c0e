@testable import Realtime

/// A client that reads an event stream line by line, as the standard has it.
final class TestEventStream {
    struct Event {
        var type = "message"
        var id: String?
        var data = ""

        var json: JSONValue { (try? JSONValue.parse(data)) ?? .null }
        /// The type of the envelope.
        var messageType: String { json["type"]?.string ?? "" }
    }

    struct Ended: Error {
        let rest: String
    }

    let socket: TestSocket
    let head: String
    /// What has come without its framing.
    private var text = ""
    private var isOver = false
    private let isChunked: Bool
    /// How many comments have come.
    private(set) var comments = 0
    private(set) var lastID: String?

    init(_ http: TestBackend, _ query: String = "", fields: [String] = []) throws {
        socket = try http.send("GET", "/api/realtime/events" + query, fields: fields)
        head = try socket.read(until: "\r\n\r\n")
        isChunked = head.contains("Transfer-Encoding: chunked")
    }

    var status: Int { Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) ?? 0 }

    /// The next event.
    func next() throws -> Event {
        var event = Event()
        var lines: [Substring] = []
        while true {
            let line = try readLine()
            if line.isEmpty {
                guard !lines.isEmpty else { continue }
                event.data = lines.joined(separator: "\n")
                lastID = event.id ?? lastID
                return event
            } else if line.hasPrefix(":") {
                comments += 1
            } else if line.hasPrefix("data: ") {
                lines.append(line.dropFirst(6))
            } else if line.hasPrefix("id: ") {
                event.id = String(line.dropFirst(4))
            } else if line.hasPrefix("event: ") {
                event.type = String(line.dropFirst(7))
            }
        }
    }

    /// The next envelope of this type; what comes before it is not looked at.
    func next(_ type: String) throws -> JSONValue {
        while true {
            let event = try next()
            if event.messageType == type { return event.json }
        }
    }

    /// Reads until a comment has come.
    func nextComment() throws {
        let before = comments
        while comments == before { _ = try readLine(countingComments: true) }
    }

    /// What is left until the stream ends.
    func rest() throws -> [Event] {
        var events: [Event] = []
        while true {
            do {
                events.append(try next())
            } catch is Ended {
                return events
            }
        }
    }

    private func readLine(countingComments: Bool = false) throws -> Substring {
        while true {
            if let end = text.firstIndex(of: "\n") {
                let line = text[..<end]
                text = String(text[text.index(after: end)...])
                if countingComments, line.hasPrefix(":") { comments += 1 }
                return line
            }
            guard !isOver else { throw Ended(rest: text) }
            try readMore()
        }
    }

    private func readMore() throws {
        guard isChunked else {
            text += try socket.readToEnd()
            isOver = true
            return
        }
        let size = Int(try socket.read(until: "\r\n", seconds: 30).prefix { $0 != "\r\n" }, radix: 16) ?? 0
        text += String(decoding: try socket.read(count: size), as: UTF8.self)
        _ = try socket.read(until: "\r\n")
        if size == 0 { isOver = true }
    }
}
