import Handlers
import Testing

@testable import Realtime

@Suite("POST /api/v1/broadcast", .timeLimit(.minutes(10)))
struct BroadcastAPITests {
    private let path = "/api/v1/broadcast"

    @Test("an event goes to everybody in a room, byte for byte, with its place in the room's order")
    func room() async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "r")
            let bob = try LiveClient(server, "bob", in: "r")
            let data = #"{ "b":1e2, "a":"\u00e9\/", "n":[ ] }"#
            for seq in 1...2 {
                let answer = try server.backend().post(
                    path, #"{"type":"invoice_paid","data":\#(data),"room_id":"r"}"#)
                #expect(answer.status == 200)
                #expect(answer.json["seq"]?.int == seq)
                #expect(answer.hasField("Content-Type: application/json"))
                for client in [ada, bob] {
                    let text = try client.nextText("invoice_paid")
                    #expect(text.contains("\"data\":\(data),"))
                    let message = try JSONValue.parse(text)
                    #expect(message["message_id"] == answer.json["message_id"])
                    #expect(message["seq"]?.int == seq)
                    #expect(message["room_id"]?.string == "r")
                    #expect(message["user_id"] == nil)
                }
            }
        }
    }

    @Test("to a room that nobody is in it is kept for those who come back")
    func emptyRoom() async throws {
        try await withServer { server in
            #expect(
                try server.backend().post(path, #"{"type":"note","room_id":"empty"}"#).json["seq"]?.int == 1)
            let room = try server.backend().get("/api/v1/rooms/empty").json
            #expect(room["total"]?.int == 0)
            let epoch = try #require(room["position"]?["epoch"]?.string)
            let ada = try LiveClient(server, "ada")
            ada.send(
                #"{"type":"join_room","data":{"room_id":"empty","since":{"epoch":"\#(epoch)","seq":0}}}"#)
            #expect(try ada.next("room_joined")["data"]?["recovered"]?.bool == true)
            #expect(try ada.next("note")["seq"]?.int == 1)
        }
    }

    @Test("an ephemeral type has no place in the order")
    func ephemeral() async throws {
        try await withServer { server in
            let answer = try server.backend().post(path, #"{"type":"typing","room_id":"r"}"#)
            #expect(answer.status == 200)
            #expect(answer.json["seq"] == nil)
        }
    }

    @Test("users get it on all their connections, whatever rooms they are in, and nobody else does")
    func users() async throws {
        try await withServer { server in
            let ada = try [LiveClient(server, "ada"), LiveClient(server, "ada", in: "r")]
            let bob = try LiveClient(server, "bob")
            let eve = try LiveClient(server, "eve", in: "r")
            let answer = try server.backend().post(
                path, #"{"type":"note","data":7,"user_ids":["ada","bob","ada","nobody"]}"#)
            #expect(answer.status == 200)
            #expect(answer.json["seq"] == nil)
            for client in ada + [bob] {
                let message = try client.next("note")
                #expect(message["message_id"] == answer.json["message_id"])
                #expect(message["room_id"] == nil)
                #expect(try !client.typesUntilPong().contains("note"))
            }
            #expect(try !eve.typesUntilPong().contains("note"))
        }
    }

    @Test("everybody who is connected gets it, but those who are excluded")
    func everyone() async throws {
        try await withServer { server in
            let clients = try ["ada", "bob", "eve"].map { try LiveClient(server, UserID($0)!) }
            let answer = try server.backend().post(
                path, #"{"type":"note","all":true,"exclude_user_ids":["eve"]}"#)
            #expect(answer.status == 200)
            for client in clients.prefix(2) { _ = try client.next("note") }
            #expect(try !clients[2].typesUntilPong().contains("note"))
        }
    }

    @Test("of few and of many excluded users none gets it", arguments: [1, 8, 9, 10_000])
    func excluded(count: Int) async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "r")
            let bob = try LiveClient(server, "bob", in: "r")
            let others = (1..<count).map { "\"user_\($0)\"," }.joined()
            for target in [#""room_id":"r""#, #""user_ids":["ada","bob"]"#, #""all":true"#] {
                let answer = try server.backend().post(
                    path, #"{"type":"note",\#(target),"exclude_user_ids":[\#(others)"bob"]}"#)
                #expect(answer.status == 200)
                _ = try ada.next("note")
            }
            #expect(try !bob.typesUntilPong().contains("note"))
        }
    }

    @Test("members that nobody knows, and those that are null, are ignored")
    func unknownMembers() async throws {
        try await withServer { server in
            let answer = try server.backend().post(
                path, #"{"type":"note","room_id":"r","user_ids":null,"all":false,"colour":"red","data":null}"#
            )
            #expect(answer.status == 200)
        }
    }

    @Test(
        "what is wrong is 400 and named",
        arguments: [
            ("", "the body is not accepted"),
            ("[]", "the body is not accepted"),
            (#"{"type":"a","room_id":"r"} x"#, "the body is not accepted"),
            (#"{"type":"a","type":"b","room_id":"r"}"#, "the same key twice"),
            (#"{"room_id":"r"}"#, "type is missing"),
            (#"{"type":5,"room_id":"r"}"#, "type must be a string"),
            (#"{"type":"","room_id":"r"}"#, "type must be 1 to 64 letters"),
            (#"{"type":"a-b","room_id":"r"}"#, "type must be 1 to 64 letters"),
            (#"{"type":"\#(String(repeating: "x", count: 65))","room_id":"r"}"#, "type must be 1 to 64"),
            (#"{"type":"ack","room_id":"r"}"#, "type must be another one"),
            (#"{"type":"connect","all":true}"#, "type must be another one"),
            (#"{"type":"user_online","room_id":"r"}"#, "type must be another one"),
            (#"{"type":"system_notification","user_ids":["a"]}"#, "type must be another one"),
            (#"{"type":"a"}"#, "the target must be exactly one of"),
            (#"{"type":"a","room_id":"r","all":true}"#, "the target must be exactly one of"),
            (#"{"type":"a","room_id":"r","user_ids":["u"]}"#, "the target must be exactly one of"),
            (#"{"type":"a","all":false}"#, "the target must be exactly one of"),
            (#"{"type":"a","all":"true"}"#, "all must be true or false"),
            (#"{"type":"a","room_id":""}"#, "room_id must be a string of 1 to 256 bytes"),
            (#"{"type":"a","room_id":7}"#, "room_id must be a string of 1 to 256 bytes"),
            (#"{"type":"a","room_id":"\#(String(repeating: "x", count: 257))"}"#, "room_id must be"),
            (#"{"type":"a","room_id":"a\nb"}"#, "room_id must be"),
            (#"{"type":"a","user_ids":[]}"#, "user_ids must be an array of 1 to 10000 ids"),
            (#"{"type":"a","user_ids":"ada"}"#, "user_ids must be an array"),
            (#"{"type":"a","user_ids":["ada",7]}"#, "user_ids must be an array"),
            (#"{"type":"a","user_ids":["ada",""]}"#, "user_ids must be an array"),
            (#"{"type":"a","room_id":"r","exclude_user_ids":{}}"#, "exclude_user_ids must be an array"),
            (#"{"type":"a","room_id":"r","message_id":""}"#, "message_id must be a string of 1 to 64"),
            (#"{"type":"a","room_id":"r","message_id":1}"#, "message_id must be a string"),
        ])
    func malformed(body: String, sentence: String) async throws {
        try await withServer { server in
            let answer = try server.backend().post(path, body)
            #expect(answer.status == 400)
            #expect(answer.code == "malformed")
            #expect(answer.message.contains(sentence), "\(answer.message)")
        }
    }

    @Test("10,000 users may be named, and not one more")
    func manyUsers() async throws {
        try await withServer { server in
            let ids = (0..<10_000).map { "\"u\($0)\"" }.joined(separator: ",")
            let ada = try LiveClient(server, "u9999")
            #expect(
                try server.backend().post(path, #"{"type":"note","user_ids":[\#(ids)]}"#).status == 200)
            _ = try ada.next("note")
            #expect(
                try server.backend().post(path, #"{"type":"note","user_ids":[\#(ids),"one"]}"#).status == 400)
        }
    }

    @Test("a body of more than 1 MiB is 413")
    func tooLarge() async throws {
        try await withServer { server in
            let fill = String(repeating: "x", count: 1 << 20)
            let answer = try server.backend().post(path, #"{"type":"a","room_id":"r","data":"\#(fill)"}"#)
            #expect(answer.status == 413)
            #expect(answer.code == "too_large")
        }
    }

    @Test("data that is nested too deep is refused")
    func tooDeep() async throws {
        try await withServer { server in
            let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
            let answer = try server.backend().post(path, #"{"type":"a","room_id":"r","data":\#(deep)}"#)
            #expect(answer.status == 400)
            #expect(answer.message.contains("nested too deep"))
        }
    }

    @Test("a room more than there may be is 503 with a time to come back")
    func tooManyRooms() async throws {
        try await withServer {
            $0.listen.loops = 1
            $0.rooms.maximum = 1
        } _: { server in
            #expect(try server.backend().post(path, #"{"type":"a","room_id":"one"}"#).status == 200)
            let answer = try server.backend().post(path, #"{"type":"a","room_id":"two"}"#)
            #expect(answer.status == 503)
            #expect(answer.code == "unavailable")
            #expect(answer.hasField("Retry-After: 1"))
        }
    }
}
