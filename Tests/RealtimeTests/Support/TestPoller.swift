@testable import Realtime

/// A client without a WebSocket, which asks over HTTP: each time on a connection of its own.
final class TestPoller {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let http: TestBackend
    /// What stands behind `session=`; nil for a client that names none.
    var session: String?
    /// The last event that it got.
    private(set) var lastID: String?
    /// The time of the last answer.
    private(set) var lastTime: String?

    init(_ server: RealtimeServer, token: String) {
        http = TestBackend(port: server.port, token: token)
    }

    convenience init(
        _ server: RealtimeServer, _ user: UserID, rooms: String = "*=rw", device: DeviceID? = nil
    ) {
        self.init(
            server,
            token: server.token(user) {
                $0.rooms = try? RoomGrants(argument: rooms)
                $0.device = device
            })
    }

    // MARK: Asking

    /// Asks with this query, and returns what was answered, whatever it is.
    func ask(_ query: String = "") throws -> TestBackend.Answer {
        try http.get("/api/realtime/poll" + query)
    }

    /// Connects, and names its session from then on.
    @discardableResult
    func connect(_ query: String = "") throws -> JSONValue {
        let answer = try ask(query)
        guard answer.status == 200, let id = answer.json["session_id"]?.string else {
            throw Failure(description: answer.body)
        }
        session = id
        note(answer.json)
        return answer.json
    }

    /// Goes on from what it has.
    @discardableResult
    func poll(wait: Int = 0) throws -> JSONValue {
        let answer = try ask(query(wait: wait))
        guard answer.status == 200 else { throw Failure(description: answer.body) }
        note(answer.json)
        return answer.json
    }

    /// The query of a client that goes on.
    func query(wait: Int = 0) -> String {
        "?wait=\(wait)" + (session.map { "&session=\($0)" } ?? "")
            + (lastID.map { "&lastMessageId=\($0)" } ?? "")
    }

    private func note(_ answer: JSONValue) {
        lastID = answer["events"]?.array?.last?["message_id"]?.string ?? lastID
        lastTime = answer["timestamp"]?.string
    }

    /// Polls until an event of this type has come, and returns it.
    func next(_ type: String) throws -> JSONValue {
        for _ in 0..<20 {
            if let found = try poll(wait: 5).events.first(where: { $0["type"]?.string == type }) {
                return found
            }
        }
        throw Failure(description: "no \(type) came")
    }

    // MARK: Saying

    /// Sends a body, and returns what was answered, whatever it is.
    func post(_ body: String) throws -> TestBackend.Answer {
        try http.post("/api/realtime/send" + (session.map { "?session=\($0)" } ?? ""), body)
    }

    /// Sends one envelope, and returns its answer.
    @discardableResult
    func say(_ envelope: String) throws -> JSONValue {
        let answer = try post(envelope)
        guard answer.status == 200, let first = answer.json.array?.first else {
            throw Failure(description: answer.body)
        }
        return first
    }

    func join(_ room: String) throws {
        let answer = try say(#"{"type":"join_room","room_id":"\#(room)"}"#)
        guard answer["type"]?.string == "room_joined" else { throw Failure(description: "\(answer)") }
    }
}

extension JSONValue {
    /// The events of an answer to a poll.
    var events: [JSONValue] { self["events"]?.array ?? [] }
    var eventTypes: [String] { events.map { $0["type"]?.string ?? "" } }
    /// The types of the answers to a `send`; of an error, its code.
    var answerTypes: [String] {
        (array ?? []).map { $0["data"]?["code"]?.string ?? $0["type"]?.string ?? "" }
    }
}
