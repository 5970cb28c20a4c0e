import Testing

@testable import Realtime

@Suite("Rooms and users over HTTP", .timeLimit(.minutes(10)))
struct PresenceAPITests {
    @Test("a room has its members, as a client sees them")
    func room() async throws {
        try await withServer { server in
            let ada = try LiveClient(server, token: server.token("ada") { $0.name = "Ada L." })
            ada.send(
                #"{"type":"join_room","data":{"room_id":"r","name":"The room","status":"busy"}}"#)
            let members = try ada.next("room_joined")["data"]?["members"]
            let answer = try server.backend().get("/api/v1/rooms/r")
            #expect(answer.status == 200)
            #expect(answer.hasField("Cache-Control: no-store"))
            #expect(answer.json["room_id"]?.string == "r")
            #expect(answer.json["name"]?.string == "The room")
            #expect(answer.json["total"]?.int == 1)
            #expect(answer.json["members"] == members)
            #expect(answer.json["members"]?.array?.first?["username"]?.string == "Ada L.")
            #expect(answer.json["members"]?.array?.first?["status"]?.string == "busy")
        }
    }

    @Test("what a member adds to the status is there byte for byte")
    func custom() async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "r")
            ada.send(
                #"{"type":"presence_update","message_id":"p","data":{"status":"away","custom":{"mood":"ok"}}}"#
            )
            _ = try ada.next("ack")
            eventually {
                let body = try? server.backend().get("/api/v1/rooms/r").body
                return body?.contains(#""custom":{"mood":"ok"}"#) == true
            }
        }
    }

    @Test("there is no room that nobody has been in")
    func unknownRoom() async throws {
        try await withServer { server in
            let answer = try server.backend().get("/api/v1/rooms/nowhere")
            #expect(answer.status == 404)
            #expect(answer.code == "room_not_found")
        }
    }

    @Test(
        "a name in the path is percent-encoded, and may have a slash in it",
        arguments: [
            ("a%2Fb", "a/b"), ("a%20b", "a b"), ("%C3%A9", "é"), ("e%CC%81", "e\u{301}"), ("..", ".."),
            ("%25", "%"), ("a+b", "a+b"),
        ])
    func encodedNames(path: String, name: String) async throws {
        try await withServer { server in
            _ = try LiveClient(server, "ada", in: name)
            #expect(try server.backend().get("/api/v1/rooms/\(path)").json["room_id"]?.string == name)
            #expect(try server.backend().get("/api/v1/users/\(path)").json["user_id"]?.string == name)
        }
    }

    @Test(
        "what can't be a name is 400",
        arguments: ["%00", "a%0Ab", "%FF", "%zz", String(repeating: "x", count: 257)])
    func badNames(path: String) async throws {
        try await withServer { server in
            for kind in ["rooms", "users"] {
                let answer = try server.backend().get("/api/v1/\(kind)/\(path)")
                #expect(answer.code == "malformed")
            }
        }
    }

    @Test("a user is where they are, with the rooms in order, and is seen to go")
    func user() async throws {
        try await withServer {
            $0.presence.grace = .zero
        } _: { server in
            let before = Timestamp.now
            var ada: LiveClient? = try LiveClient(server, "ada", in: "b", "a", "c")
            let second = try LiveClient(
                server, token: server.token("ada") { $0.device = "phone" })
            eventually {
                (try? server.backend().get("/api/v1/users/ada").json["rooms"]?.array?.count) == 3
            }
            let user = try server.backend().get("/api/v1/users/ada").json
            #expect(user["user_id"]?.string == "ada")
            #expect(user["online"]?.bool == true)
            #expect(user["status"]?.string == "online")
            #expect(user["devices"]?.int == 2)
            #expect(user["rooms"]?.array?.map(\.string) == ["a", "b", "c"])
            let seen = try #require(user["last_seen"]?.string.flatMap { Timestamp(rfc3339: $0) })
            #expect(seen >= before)

            _ = try ada?.typesUntilPong()
            ada = nil
            eventually { (try? server.backend().get("/api/v1/users/ada").json["devices"]?.int) == 1 }
            _ = try second.typesUntilPong()
            #expect(try server.backend().get("/api/v1/users/ada").json["online"]?.bool == true)
        }
    }

    @Test("one who was never here is described like one who is not")
    func absentUser() async throws {
        try await withServer { server in
            let answer = try server.backend().get("/api/v1/users/nobody")
            #expect(answer.status == 200)
            #expect(answer.json["online"]?.bool == false)
            #expect(answer.json["status"]?.string == "offline")
            #expect(answer.json["devices"]?.int == 0)
            #expect(answer.json["rooms"]?.array?.isEmpty == true)
            #expect(answer.json["last_seen"] == .null)
        }
    }

    @Test("one who has gone was seen then")
    func lastSeen() async throws {
        try await withServer {
            $0.presence.grace = .zero
        } _: { server in
            do { _ = try LiveClient(server, "ada") }
            eventually {
                let user = try? server.backend().get("/api/v1/users/ada").json
                return user?["online"]?.bool == false && user?["last_seen"]?.string != nil
            }
        }
    }

    @Test("rooms come a page at a time, each once, in the order of their bytes")
    func rooms() async throws {
        try await withServer { server in
            var names = (0..<130).map { "room \($0)" }
            // Two that Unicode calls the same, and one that a naive order would lose.
            names += ["é", "e\u{301}", "Z", "a/b?c=d&e", "😀"]
            for name in names {
                let answer = try server.backend().post(
                    "/api/v1/broadcast", #"{"type":"note","room_id":"\#(name)"}"#)
                #expect(answer.status == 200)
            }
            let sorted = names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            for limit in [1, 7, 50, 100] {
                var found: [String] = []
                var path = "/api/v1/rooms?limit=\(limit)"
                while true {
                    let page = try server.backend().get(path).json
                    let rooms = try #require(page["rooms"]?.array)
                    #expect(rooms.allSatisfy { $0["total"]?.int == 0 && $0["name"] == $0["room_id"] })
                    found += rooms.compactMap { $0["room_id"]?.string }
                    guard let next = page["next"]?.string else { break }
                    #expect(rooms.count == limit)
                    path = "/api/v1/rooms?limit=\(limit)&after=\(Self.escaped(next))"
                }
                #expect(found.map { Array($0.utf8) } == sorted.map { Array($0.utf8) })
            }
            #expect(try server.backend().get("/api/v1/rooms").json["rooms"]?.array?.count == 50)
        }
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    @Test(
        "a limit outside 1 to 100, and what can't be a place in the list, are 400",
        arguments: [
            "limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1.5",
            "limit=99999999999999999999",
            "limit=5&limit=6", "after=", "after=%00", "after=%zz",
        ])
    func badPages(query: String) async throws {
        try await withServer { server in
            let answer = try server.backend().get("/api/v1/rooms?\(query)")
            #expect(answer.status == 400)
            #expect(answer.code == "malformed")
        }
    }
}
