import Testing

@testable import Realtime

/// A message as a client got it.
struct ContractMessage: Sendable {
    let text: String
    let value: JSONValue

    init(_ text: String) throws {
        self.text = text
        value = try JSONValue.parse(text)
    }

    var type: String { value["type"]?.string ?? "" }
    /// What `data` is; null where there is none.
    var data: JSONValue { value["data"] ?? .null }
    var seq: Int? { value["seq"]?.int }
    var replyTo: String? { value["reply_to"]?.string }
    var messageID: String? { value["message_id"]?.string }
    var room: String? { value["room_id"]?.string }
    var user: String? { value["user_id"]?.string }

    /// The code of an `error`; nil for what is none.
    var code: String? { type == "error" ? data["code"]?.string : nil }

    subscript(key: String) -> JSONValue? { value[key] }
}

/// A client of the native protocol that looks closely at what it gets.
///
/// Answers are found by the `message_id` that they are for; all else is to be expected in the order in which it
/// comes, so that nothing goes by unseen.
final class ContractClient {
    /// What did not go as it should.
    struct Surprise: Error, CustomStringConvertible {
        let description: String
    }

    let link: any ContractLink
    private let settle: () throws -> Void
    /// What came while an answer was waited for.
    private var pending: [ContractMessage] = []
    private var closed: UInt16??
    /// Ids that no other client has: a user's ids count on all of the user's connections.
    private static let lastID = Locked(0)
    /// `data` of the `connect` message; null before it has come.
    private(set) var greeting = JSONValue.null

    /// - Parameter settle: returns when the server has done all that it was told so far.
    init(_ link: any ContractLink, settle: @escaping () throws -> Void) {
        self.link = link
        self.settle = settle
    }

    var connection: String { greeting["connection_id"]?.string ?? "" }

    // MARK: Saying

    func send(_ json: String) {
        link.send(Array(json.utf8), as: .text)
    }

    func sendBinary(_ bytes: [UInt8]) {
        link.send(bytes, as: .binary)
    }

    /// Says something without asking for an answer.
    func say(_ type: String, in room: String? = nil, to recipient: String? = nil, _ data: String? = nil) {
        send(Self.envelope(type, room, recipient, data, id: nil))
    }

    /// Says something and returns the answer to it.
    @discardableResult
    func ask(
        _ type: String, in room: String? = nil, to recipient: String? = nil, _ data: String? = nil,
        id: String? = nil
    ) throws -> ContractMessage {
        let id = id ?? Self.nextID()
        send(Self.envelope(type, room, recipient, data, id: id))
        return try reply(to: id)
    }

    private static func nextID() -> String {
        lastID.withLock { last in
            last += 1
            return "ask-\(last)"
        }
    }

    /// Joins a room and returns `room_joined`.
    @discardableResult
    func join(_ room: String, _ data: String? = nil) throws -> ContractMessage {
        let answer = try ask("join_room", in: room, data)
        guard answer.type == "room_joined" else { throw Surprise(description: "joined with \(answer.text)") }
        return answer
    }

    /// A message with just these members; texts are quoted, `data` is put in as it is.
    static func envelope(
        _ type: String, _ room: String?, _ recipient: String?, _ data: String?, id: String?
    ) -> String {
        var json = ByteBuffer()
        json.appendJSONObject { object in
            object.string("type", type)
            if let id { object.string("message_id", id) }
            if let room { object.string("room_id", room) }
            if let recipient { object.string("recipient_id", recipient) }
            if let data { ExactText(data).withUTF8 { object.raw("data", $0) } }
        }
        return String(decoding: json.unsafeBytes, as: UTF8.self)
    }

    // MARK: Hearing

    /// The next message, of whatever type.
    func next() throws -> ContractMessage {
        pending.isEmpty ? try receive() : pending.removeFirst()
    }

    /// The next message, which has to be of this type.
    @discardableResult
    func expect(_ type: String) throws -> ContractMessage {
        let message = try next()
        guard message.type == type else {
            throw Surprise(description: "expected \(type), got \(message.text)")
        }
        return message
    }

    /// The next message of this type; what comes before it is not looked at.
    func skip(to type: String) throws -> ContractMessage {
        while true {
            let message = try next()
            if message.type == type { return message }
        }
    }

    /// The answer to the message with this id. What comes before it stays to be expected.
    func reply(to id: String) throws -> ContractMessage {
        if let index = pending.firstIndex(where: { $0.replyTo == id }) { return pending.remove(at: index) }
        while true {
            let message = try receive()
            if message.replyTo == id { return message }
            pending.append(message)
        }
    }

    /// The first message, which has to be `connect`.
    func expectGreeting() throws {
        greeting = try expect("connect").data
    }

    /// Nothing has come, and nothing is on its way: when the server has done what it was told, the answer to a
    /// ping comes next.
    func expectNothing(sourceLocation: SourceLocation = #_sourceLocation) throws {
        try settle()
        try ask("ping")
        for message in pending {
            Issue.record("unexpected: \(message.text)", sourceLocation: sourceLocation)
        }
        pending = []
    }

    /// All that has come and was not looked at, and all that is on its way.
    func drain() throws -> [ContractMessage] {
        try settle()
        return try collect()
    }

    /// All that the server sent before it answered a ping.
    func collect() throws -> [ContractMessage] {
        try ask("ping")
        defer { pending = [] }
        return pending
    }

    /// The server closes, and says nothing before it.
    func expectClose() throws -> UInt16? {
        if let message = pending.first {
            throw Surprise(description: "expected a close, got \(message.text)")
        }
        if closed == nil {
            let message = try? receive()
            if let message { throw Surprise(description: "expected a close, got \(message.text)") }
        }
        guard let closed else { throw Surprise(description: "expected a close, got nothing") }
        return closed
    }

    private func receive() throws -> ContractMessage {
        switch try link.next() {
        case .text(let text):
            return try ContractMessage(text)
        case .closed(let code):
            closed = code
            throw Surprise(description: "closed with \(code.map { "\($0)" } ?? "no code")")
        }
    }
}
