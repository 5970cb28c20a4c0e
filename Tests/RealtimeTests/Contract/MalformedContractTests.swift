import Testing

@testable import Realtime

/// What is not a message, or not the one that its type has to be, is answered and harms nobody.
@Suite("Contract: malformed messages", .timeLimit(.minutes(10)))
struct MalformedContractTests {
    private static let depth = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)

    /// A text that is no message, and what the answer has to name.
    private static let texts: [(text: String, named: String)] = [
        ("", "the message"), ("hello", "the message"), ("null", "the message"), ("[]", "the message"),
        (#""ping""#, "the message"), ("{", "the message"), (#"{"type":"ping"} x"#, "the message"),
        (#"{"type":"ping",}"#, "the message"), (#"{'type':'ping'}"#, "the message"),
        (#"{"type":"ping","type":"ping"}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":{"x":1,"x":2}}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":{"x":1,"\u0078":2}}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":\#(depth)}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":01}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":NaN}"#, "the message"),
        (#"{"type":"message","room_id":"a","data":"\ud800"}"#, "the message"),
        ("{\"type\":\"message\",\"room_id\":\"a\",\"data\":\"\u{1}\"}", "the message"),
        ("{}", "type is missing"), (#"{"type":""}"#, "type must be"), (#"{"type":1}"#, "type must be"),
        (#"{"type":null}"#, "type must be"), (#"{"type":["ping"]}"#, "type must be"),
        (#"{"type":"ping","message_id":""}"#, "message_id must be"),
        (#"{"type":"ping","message_id":7}"#, "message_id must be"),
        (#"{"type":"message","room_id":7}"#, "room_id must be"),
        (#"{"type":"message","room_id":""}"#, "room_id must be"),
        (#"{"type":"message","room_id":"a\u0000b"}"#, "room_id must be"),
        (#"{"type":"message","room_id":"a\u009fb"}"#, "room_id must be"),
        (#"{"type":"message","room_id":"a","recipient_id":{}}"#, "recipient_id must be"),
        (#"{"type":"message","room_id":"a","recipient_id":"\n"}"#, "recipient_id must be"),
        (#"{"type":"message","room_id":"a","data":{"room_id":"b"}}"#, "room_id"),
        (#"{"type":"join_room","data":{"room_id":5}}"#, "room_id must be"),
        (#"{"type":"join_room"}"#, "room_id is missing"),
        (#"{"type":"leave_room","data":{}}"#, "room_id is missing"),
        (#"{"type":"query_room","data":{}}"#, "room_id is missing"),
        (#"{"type":"message","data":1}"#, "room_id is missing"),
        (#"{"type":"join_room","room_id":"a","data":[]}"#, "must be an object"),
        (#"{"type":"join_room","room_id":"a","data":{"create":"yes"}}"#, "create"),
        (#"{"type":"join_room","room_id":"a","data":{"name":5}}"#, "name"),
        (#"{"type":"join_room","room_id":"a","data":{"name":""}}"#, "name"),
        (#"{"type":"join_room","room_id":"a","data":{"status":"asleep"}}"#, "status"),
        (#"{"type":"join_room","room_id":"a","data":{"since":5}}"#, "since"),
        (#"{"type":"join_room","room_id":"a","data":{"since":{"epoch":"x"}}}"#, "seq"),
        (#"{"type":"join_room","room_id":"a","data":{"since":{"seq":1}}}"#, "epoch"),
        (#"{"type":"join_room","room_id":"a","data":{"since":{"epoch":"x","seq":-1}}}"#, "seq"),
        (#"{"type":"join_room","room_id":"a","data":{"since":{"epoch":"x","seq":1.5}}}"#, "seq"),
        (#"{"type":"typing","room_id":"a","data":{}}"#, "active"),
        (#"{"type":"typing","room_id":"a","data":{"active":"yes"}}"#, "active"),
        (#"{"type":"chat_message","room_id":"a","data":{}}"#, "content"),
        (#"{"type":"chat_message","room_id":"a","data":{"content":5}}"#, "content"),
        (
            #"{"type":"chat_message","room_id":"a","data":{"content":"x","mentioned_users":"bob"}}"#,
            "mentioned"
        ),
        (#"{"type":"presence_update","data":{}}"#, "status"),
        (#"{"type":"presence_update","data":{"status":"asleep"}}"#, "status"),
        (#"{"type":"task_created","data":{"project_id":"a"}}"#, "task_id"),
        (#"{"type":"task_created","data":{"task_id":"","project_id":"a"}}"#, "task_id"),
        (#"{"type":"task_created","data":{"task_id":5,"project_id":"a"}}"#, "task_id"),
        (#"{"type":"task_created","data":{"task_id":"t"}}"#, "project_id"),
        (#"{"type":"task_updated","data":{"task_id":"t","project_id":""}}"#, "project_id"),
        (#"{"type":"task_updated","data":{"task_id":"t","project_id":"a","title":5}}"#, "title"),
        (#"{"type":"auth"}"#, "token is missing"), (#"{"type":"auth","data":{"token":5}}"#, "token must be"),
    ]

    @Test(
        "each is answered by malformed with what is wrong, and the connection stays",
        arguments: ContractTransport.allCases)
    func malformed(_ transport: ContractTransport) async throws {
        try await withHouse(transport, { $0.rates.messages = nil }) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            let isMessage = ContractTransport.ofMessages.contains(transport)
            // A request's body may be an array of messages, and none is none too many.
            for (text, named) in Self.texts where isMessage || text != "[]" {
                ada.send(text)
                let answers = try ada.drain()
                let error = try #require(answers.first, "\(text)")
                #expect(answers.count == 1)
                let message = error.data["message"]?.string ?? ""
                #expect(error.code == "malformed", "\(text): \(error.text)")
                #expect(
                    message.contains(named) || !isMessage && message.hasPrefix("the body"),
                    "\(text): \(message)")
            }
            #expect(try ada.ask("ping").type == "pong")
            try ada.expectNothing()
        }
    }

    @Test("the answer names the message, wherever its id stands", arguments: ContractTransport.allCases)
    func named(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            ada.send(#"{"type":5,"room_id":5,"message_id":"late"}"#)
            #expect(try ada.reply(to: "late").code == "malformed")
            ada.send(#"{"message_id":"early","type":"message","room_id":5}"#)
            #expect(try ada.reply(to: "early").code == "malformed")
            ada.send(#"{"type":"join_room","data":{"room_id":"\u0001"},"message_id":"inside"}"#)
            #expect(try ada.reply(to: "inside").code == "malformed")
            ada.send(#"{"type":"auth","data":5,"message_id":"auth"}"#)
            #expect(try ada.reply(to: "auth").code == "malformed")
        }
    }

    @Test(
        "names have 1 to 256 bytes of any Unicode, and a message_id 1 to 64 characters",
        arguments: ContractTransport.allCases)
    func lengths(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let names = [
                String(repeating: "x", count: 256), String(repeating: "\u{1F600}", count: 64), "\u{E9}", " ",
                "a/b?c#d*", "\u{200B}",
            ]
            for name in names {
                let joined = try ada.join(name)
                #expect(joined.room == name)
            }
            for name in [String(repeating: "x", count: 257), String(repeating: "\u{1F600}", count: 65)] {
                #expect(try ada.ask("join_room", in: name).code == "malformed")
            }
            let long = String(repeating: "\u{1F600}", count: 64)
            #expect(try ada.ask("ping", id: long).replyTo == long)
            ada.send(ContractClient.envelope("ping", nil, nil, nil, id: long + "x"))
            #expect(try ada.expect("error").code == "malformed")
        }
    }

    @Test("names are the same only by their bytes", arguments: ContractTransport.allCases)
    func exactNames(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let (ada, bob) = (try house.connect("ada"), try house.connect("bob"))
            try ada.join("caf\u{E9}")
            #expect(try bob.join("cafe\u{301}").data["status"]?.string == "created_new")
            try ada.ask("message", in: "caf\u{E9}", "1")
            try bob.expectNothing()
            try ada.expectNothing()
        }
    }

    @Test("a binary message is malformed", arguments: ContractTransport.ofMessages)
    func binary(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            ada.sendBinary(Array(#"{"type":"ping","message_id":"x"}"#.utf8))
            #expect(try ada.expect("error").code == "malformed")
            ada.sendBinary([])
            #expect(try ada.expect("error").code == "malformed")
            try ada.expectNothing()
        }
    }

    @Test("binary messages count like any other", arguments: ContractTransport.ofMessages)
    func binaryCounts(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.rates.messages = MessageRate(perSecond: 1, burst: 3) }
        ) { house in
            let ada = try house.connect("ada")
            for _ in 0..<4 { ada.sendBinary([1]) }
            for _ in 0..<3 { #expect(try ada.expect("error").code == "malformed") }
            let refusal = try ada.expect("error")
            #expect(refusal.code == "rate_limited")
        }
    }

    @Test("garbage counts like any other message", arguments: ContractTransport.ofMessages)
    func garbageCounts(_ transport: ContractTransport) async throws {
        try await withHouse(
            transport, { $0.rates.messages = MessageRate(perSecond: 1, burst: 3) }
        ) { house in
            let ada = try house.connect("ada")
            for _ in 0..<4 { ada.send("{") }
            for _ in 0..<3 { #expect(try ada.expect("error").code == "malformed") }
            #expect(try ada.expect("error").code == "rate_limited")
        }
    }

    @Test("an object with too many members is too large", arguments: ContractTransport.allCases)
    func tooManyMembers(_ transport: ContractTransport) async throws {
        try await withHouse(transport) { house in
            let ada = try house.connect("ada")
            let members = (0..<5_000).map { #""k\#($0)":0"# }.joined(separator: ",")
            ada.send(#"{"type":"message","room_id":"a","data":{\#(members)}}"#)
            #expect(try ada.expect("error").code == "too_large")
        }
    }

    @Test("a message over the limit of WebSocket messages ends the connection with 1009")
    func tooLarge() async throws {
        try await withHouse(.webSocket) { house in
            let ada = try house.connect("ada")
            ada.send(
                #"{"type":"message","room_id":"a","data":"\#(String(repeating: "x", count: 70_000))"}"#)
            #expect(try ada.expectClose() == 1009)
        }
    }

    @Test("a type that nobody takes is unknown, and so are those that only the server says")
    func unknownTypes() async throws {
        try await withHouse(.memory) { house in
            let ada = try house.connect("ada")
            try ada.join("a")
            let types = [
                "nonsense", "Message", "message ", "user_online", "user_offline", "ack", "error", "connect",
                "room_joined", "system_notification", "pong", String(repeating: "a", count: 10_000), "\u{E9}",
            ]
            for type in types {
                #expect(try ada.ask(type, in: "a", "{}").code == "unknown_type", "\(type)")
            }
        }
    }
}
