@testable import Realtime

/// By polls, or by an event stream: what the client says goes out in requests of its own.
///
/// A contract test tells answers and events apart by `reply_to` alone, and expects what came before an answer before it.
/// So the events that were there when something was answered are fetched first.
///
/// `@unchecked Sendable`: a test uses each of its clients on one thread at a time.
final class PollingLink: ContractLink, @unchecked Sendable {
    struct Refused: Error {
        let answer: String
    }

    private let http: TestBackend
    private let session: String
    /// Nil for a client that polls.
    private let stream: ReadAlong?
    private var lastID = ""
    private var waiting: [ContractLinkEvent] = []

    init(_ http: TestBackend, streams: Bool) throws {
        self.http = http
        if streams {
            let stream = try TestEventStream(http)
            guard stream.status == 200 else { throw Refused(answer: stream.head) }
            session = try stream.next().json["session_id"]?.string ?? ""
            self.stream = ReadAlong(stream)
        } else {
            let answer = try http.get("/api/realtime/poll")
            guard answer.status == 200 else { throw Refused(answer: answer.body) }
            session = answer.json["session_id"]?.string ?? ""
            stream = nil
            take(answer)
        }
    }

    // MARK: ContractLink

    func send(_ message: [UInt8], as kind: WebSocketMessageKind) {
        guard
            let answer = try? http.post(
                "/api/realtime/send?session=\(session)", String(decoding: message, as: UTF8.self))
        else { return }
        try? catchUp()
        guard answer.status == 200 else {
            // What is no JSON is refused as a whole. A session that is over has said so by now.
            if answer.status != 404, answer.status != 401 { waiting.append(.text(answer.errorMessage)) }
            return
        }
        let texts = JSONTexts(of: answer.body).filter { !$0.isOwnAck }
        waiting += texts.map { .text($0.withoutOwnID) }
    }

    func next() throws -> ContractLinkEvent {
        if waiting.isEmpty { try fetch() }
        return waiting.removeFirst()
    }

    func cut() {
        _ = try? http.delete("/api/realtime/poll?session=\(session)")
    }

    func close() {
        cut()
    }

    // MARK: Events

    /// Waits for the next events.
    private func fetch() throws {
        if let stream {
            note(try stream.take())
            return
        }
        for _ in 0..<6 where waiting.isEmpty { take(try poll(wait: 5)) }
        guard !waiting.isEmpty else { throw Inbox<Void>.TimedOut() }
    }

    /// Fetches what has come by now.
    private func catchUp() throws {
        if let stream {
            let newest = JSONTexts(of: try poll(wait: 0).body, in: "events").last?.messageID
            guard let newest, !newest.isEmpty else { return }
            while lastID < newest || !stream.isEmpty {
                note(try stream.take())
                if lastID == newest { break }
            }
        } else {
            take(try poll(wait: 0))
        }
    }

    private func poll(wait: Int) throws -> TestBackend.Answer {
        try http.get("/api/realtime/poll?session=\(session)&lastMessageId=\(lastID)&wait=\(wait)")
    }

    private func take(_ answer: TestBackend.Answer) {
        // A token that does not count any more is not let in again to hear why.
        if answer.status == 401 { waiting.append(.closed(4401)) }
        for text in JSONTexts(of: answer.body, in: "events") { note(text) }
    }

    private func note(_ text: String) {
        lastID = text.messageID
        let value = (try? JSONValue.parse(text)) ?? .null
        // One that answers nothing only gives the answer an end that is not mistaken.
        if value["type"]?.string == "pong", value["reply_to"] == nil { return }
        guard value["type"]?.string == "disconnect", let code = value["data"]?["code"]?.int else {
            waiting.append(.text(text))
            return
        }
        // On a WebSocket the close says it, but for what the client needs to know to come back.
        if value["data"]?["retry_after_ms"] != nil { waiting.append(.text(text)) }
        waiting.append(.closed(UInt16(code)))
    }
}

/// Reads a stream on a thread of its own.
private final class ReadAlong: @unchecked Sendable {
    private let texts = Inbox<String>()
    private let left = Locked(0)

    init(_ stream: TestEventStream) {
        let stream = OnAnotherThread(stream)
        DetachedThread.start { [texts, left] in
            while let event = try? stream.value.next() {
                left.withLock { $0 += 1 }
                texts.put(event.data)
            }
        }
    }

    var isEmpty: Bool { left.withLock { $0 } == 0 }

    func take() throws -> String {
        defer { left.withLock { $0 -= 1 } }
        return try texts.take()
    }
}

extension TestBackend.Answer {
    /// A refusal as it is said on a WebSocket.
    fileprivate var errorMessage: String {
        var json = ByteBuffer()
        json.appendJSONObject { object in
            object.string("type", "error")
            object.object("data") { data in
                data.string("code", code ?? "")
                data.string("message", message)
            }
        }
        return String(decoding: json.unsafeBytes, as: UTF8.self)
    }
}

/// The elements of a JSON array, byte for byte.
private func JSONTexts(of body: String, in member: StaticString? = nil) -> [String] {
    var texts: [String] = []
    ExactText(body).withUTF8 { body in
        do {
            var array = body
            if let member {
                var scanner = JSONScanner(body)
                try scanner.enterObject()
                while let found = try scanner.nextMember() {
                    if found.key.equals(member, in: body) { array = found.value.bytes(in: body) }
                }
            }
            var scanner = JSONScanner(array)
            try scanner.enterArray()
            while let element = try scanner.nextElement() {
                texts.append(String(decoding: element.bytes(in: array), as: UTF8.self))
            }
        } catch {
            return
        }
    }
    return texts
}

extension String {
    /// The server's id of a message.
    fileprivate var messageID: String {
        (try? JSONValue.parse(self))?["message_id"]?.string ?? ""
    }

    private static var ownID: String { #","reply_to":"own_msg_"# }

    /// Whether it answers what its client gave no id, and says nothing else.
    fileprivate var isOwnAck: Bool { contains(Self.ownID) && hasPrefix(#"{"type":"ack""#) }

    /// Without the id that the server gave what it answers.
    fileprivate var withoutOwnID: String {
        guard let start = range(of: Self.ownID)?.lowerBound else { return self }
        return self[..<start] + "}"
    }

    private func range(of text: String) -> Range<String.Index>? { ranges(of: text).last }
}
