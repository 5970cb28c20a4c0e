/// How a server is spoken to: what is said after the upgrade, how a message is published, who gets it.
struct Dialect: Sendable {
    /// One step of getting ready: what to send, if anything, and what the answer must contain.
    struct Step: Sendable {
        let send: String?
        let expect: String
    }

    let name: String
    /// Done on every connection after the upgrade, in order. `{room}` is the room's eight hex digits.
    let setup: [Step]
    /// The pattern of a published message; see `MessageTemplate`.
    let publish: String
    /// Whether the one who publishes gets the message too.
    var deliversToSender: Bool
    /// Whether several messages may share one frame.
    let joinsMessages: Bool

    /// What comes right before the tag in every message, and tells it from a server's own messages.
    static let marker = "\"bench\":\""
    /// What stands between the tag and the padding, and after the padding.
    static let padding = "\",\"pad\":\""
    static let ending = "\"}"

    private static let data = "{\(marker){tag}\(padding){pad}\(ending)"

    /// Rooms by the path that was connected to; the server relays what it gets.
    static func plain(deliversToSender: Bool) -> Dialect {
        Dialect(
            name: "plain",
            setup: [],
            publish: #"{"type":"message","room_id":"bench-{room}","data":"# + data + "}",
            deliversToSender: deliversToSender,
            joinsMessages: false)
    }

    /// Realtime's own envelopes.
    static let realtime = Dialect(
        name: "realtime",
        setup: [
            Step(send: nil, expect: #""type":"connect""#),
            Step(send: #"{"type":"join_room","room_id":"bench-{room}"}"#, expect: #""type":"room_joined""#),
        ],
        publish: #"{"type":"message","room_id":"bench-{room}","data":"# + data + "}",
        deliversToSender: false,
        joinsMessages: false)

    /// The JSON commands of Centrifuge's first protocol, which Debian's library speaks.
    static let centrifuge = Dialect(
        name: "centrifuge",
        setup: [
            Step(send: #"{"id":1,"params":{}}"#, expect: #""id":1"#),
            Step(send: #"{"id":2,"method":1,"params":{"channel":"bench-{room}"}}"#, expect: #""id":2"#),
        ],
        publish: #"{"id":3,"method":3,"params":{"channel":"bench-{room}","data":"# + data + "}}",
        deliversToSender: true,
        joinsMessages: true)

    /// Realtime's notifications: what waits is sent right after `connect`.
    static let inbox = Dialect(
        name: "inbox",
        setup: [Step(send: nil, expect: #""type":"connect""#)],
        publish: "",
        deliversToSender: false,
        joinsMessages: false)

    /// The pattern of an echoed message.
    static let echo = #"{"type":"message","data":"# + data + "}"
}
