import Testing

@testable import Realtime

@Suite("Notifications of tasks that become somebody's, and of mentions", .timeLimit(.minutes(10)))
struct AssignmentAndMentionTests {
    // MARK: Tasks

    @Test(
        "a task that becomes somebody's notifies that user once, and again only when it was another's meanwhile",
        arguments: ContractTransport.allCases)
    func assigned(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, database in
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.tell("task_created", #""title":"Write","assignee_id":"bob""#)
            let bob = try house.connect("bob", "phone")
            let message = try bob.notification()
            #expect(message.data["message"]?.string == "Write")
            #expect(message.data["data"]?["event"]?.string == "task_assigned")
            #expect(message.data["data"]?["task_id"]?.string == "T")
            #expect(message.data["data"]?["project_id"]?.string == "p")
            // It is still his, or nothing is said of whose it is.
            try ada.tell("task_updated", #""title":"Write more","assignee_id":"bob""#)
            try ada.tell("task_updated", #""title":"Write less""#)
            #expect(try database.notified() == "bob 1")
            try ada.tell("task_updated", #""assignee_id":"eve""#)
            #expect(try database.notified() == "bob 1, eve 1")
            try ada.tell("task_updated", #""assignee_id":"bob""#)
            #expect(try database.notified() == "bob 1, bob 2, eve 1")
            #expect(try bob.notification().data["seq"]?.int == 2)
        }
    }

    @Test("the same task of another project is another task")
    func otherProject() async throws {
        try await withInbox(.memory) { house, database in
            let ada = try house.connect("ada")
            for room in ["p", "q"] {
                try ada.join(room)
                let data = #"{"task_id":"T","project_id":"\#(room)","assignee_id":"bob"}"#
                #expect(try ada.ask("task_created", in: room, data).type == "ack")
            }
            #expect(try database.notified() == "bob 1, bob 2")
        }
    }

    @Test("who takes a task is not told, and it is noted that it is theirs")
    func taken() async throws {
        try await withInbox(.memory) { house, database in
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.tell("task_created", #""assignee_id":"ada""#)
            #expect(try database.notified() == "")
            let bob = try house.connect("bob")
            try bob.join("p")
            // A client can't say that somebody else did it.
            try bob.tell("task_updated", #""assignee_id":"ada","changed_by":"ada""#)
            #expect(try database.notified() == "")
            try bob.tell("task_updated", #""assignee_id":"eve","changed_by":"eve""#)
            #expect(try database.notified() == "eve 1")
        }
    }

    @Test("a backend's task notifies, unless who it becomes did it")
    func backend() async throws {
        try await withInbox(.webSocket) { house, database in
            let server = try #require(house as? ServerHouse).server
            let post = { (type: String, members: String) in
                let data = #"{"task_id":"T","project_id":"p",\#(members)}"#
                let answer = try server.backend().post(
                    "/api/v1/tasks", #"{"type":"\#(type)","data":\#(data)}"#)
                #expect(answer.status == 200, "\(answer.body)")
            }
            try post("task_created", #""assignee_id":"bob","changed_by":"bob""#)
            #expect(try database.notified() == "")
            try post("task_updated", #""assignee_id":"eve","changed_by":"bob""#)
            #expect(try database.notified() == "eve 1")
            try post("task_updated", #""assignee_id":"bob""#)
            #expect(try database.notified() == "bob 1, eve 1")
        }
    }

    @Test("who may not publish in the room notifies nobody, of tasks and mentions alike")
    func noRight() async throws {
        try await withInbox(.memory) { house, database in
            _ = try house.connect("bob", "phone")
            try house.waitUntilKnown("bob")
            let reader = try house.connect("ada", rooms: "p=r")
            try reader.join("p")
            let outsider = try house.connect("eve")
            for (client, code) in [(reader, "forbidden"), (outsider, "not_in_room")] {
                let task = #"{"task_id":"T","project_id":"p","assignee_id":"bob"}"#
                #expect(try client.ask("task_created", in: "p", task).code == code)
                let chat = #"{"content":"hi","mentioned_users":["bob"]}"#
                #expect(try client.ask("chat_message", in: "p", chat).code == code)
            }
            #expect(try database.notified() == "")
            // Nor was it noted whose the task is.
            let writer = try house.connect("ada")
            try writer.join("p")
            try writer.tell("task_created", #""assignee_id":"bob""#)
            #expect(try database.notified() == "bob 1")
        }
    }

    // MARK: Mentions

    @Test("who is mentioned is notified, connected or not", arguments: ContractTransport.allCases)
    func mentioned(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, database in
            let bob = try house.connect("bob", rooms: "p=r", device: "phone")
            let eve = try house.connect("eve", rooms: "p=r", device: "phone")
            try house.waitUntilKnown("bob", "eve")
            try house.close(eve)
            let ada = try house.connect("ada", name: "Ada L.")
            try ada.join("p")
            try ada.mention("bob", "eve", "bob")
            let message = try bob.notification()
            #expect(message.data["title"]?.string == "Ada L. mentioned you")
            #expect(message.data["message"]?.string == "look")
            #expect(message.data["data"]?["event"]?.string == "mention")
            #expect(message.data["data"]?["room_id"]?.string == "p")
            #expect(message.data["data"]?["user_id"]?.string == "ada")
            #expect(try house.connect("eve", "phone").titles(1) == ["Ada L. mentioned you"])
            #expect(try database.notified() == "bob 1, eve 1")
        }
    }

    @Test("nobody is notified of their own mention")
    func oneself() async throws {
        try await withInbox(.memory, { $0.roomPolicy = .open }) { house, database in
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.mention("ada", "bob", "", "a\\u0001b")
            #expect(try database.notified() == "bob 1")
        }
    }

    @Test("at most twenty are notified, the first ones who may read the room")
    func atMostTwenty() async throws {
        try await withInbox(.memory, { $0.roomPolicy = .open }) { house, database in
            _ = try house.connect("blind", rooms: "other=rw")
            try house.waitUntilKnown("blind")
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.mention("ada", "blind", and: (10..<35).map { "user\($0)" })
            let expected = (10..<30).map { "user\($0) 1" }.joined(separator: ", ")
            #expect(try database.notified() == expected)
        }
    }

    @Test("who may not read the room does not learn what is said there")
    func mayNotRead() async throws {
        try await withInbox(.memory, { $0.roomPolicy = .closed }) { house, database in
            let other = try house.connect("other", rooms: "q=rw")
            let writer = try house.connect("writer", rooms: "p=w")
            let silent = try house.connect("silent", rooms: nil)
            let reader = try house.connect("reader", rooms: "p=r")
            let gone = try house.connect("gone", rooms: "q=rw")
            try house.waitUntilKnown("other", "writer", "reader", "gone")
            try house.close(gone)
            let ada = try house.connect("ada")
            try ada.join("p")
            try ada.mention("other", "writer", "silent", "never seen", "gone", "reader")
            #expect(try reader.titles(1) == ["ada mentioned you"])
            #expect(try database.notified() == "reader 1")
            for client in [other, writer, silent] { try client.expectNoNotification(house) }
        }
    }

    @Test("what counts is the token that a user came with last")
    func lastToken() async throws {
        try await withInbox(.memory) { house, database in
            let ada = try house.connect("ada")
            try ada.join("p")
            for (rooms, notified) in [("p=r", "bob 1"), ("q=r", "bob 1"), ("p=r", "bob 1, bob 2")] {
                let bob = try house.connect("bob", rooms: rooms, device: "phone")
                let grants = try RoomGrants(argument: rooms)
                eventually {
                    (try? house.run { try await $0.core.inbox.rooms(of: ["bob"]) })?["bob"] == grants
                }
                try house.close(bob)
                try ada.mention("bob")
                #expect(try database.notified() == notified, "\(rooms)")
            }
        }
    }
}

extension ContractHouse {
    /// Returns when the database has what these users' tokens say about rooms.
    fileprivate func waitUntilKnown(_ users: UserID...) throws {
        eventually {
            (try? run { try await $0.core.inbox.rooms(of: users) })?.count == users.count
        }
    }
}

extension ContractClient {
    /// Says something of task `T` in room `p`, which has to be taken.
    fileprivate func tell(_ type: String, _ members: String) throws {
        let answer = try ask(type, in: "p", #"{"task_id":"T","project_id":"p",\#(members)}"#)
        guard answer.type == "ack" else { throw Surprise(description: answer.text) }
    }

    /// Mentions users in room `p`, which has to be taken.
    fileprivate func mention(_ users: String..., and more: [String] = []) throws {
        let names = (users + more).map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try ask("chat_message", in: "p", #"{"content":"look","mentioned_users":[\#(names)]}"#)
        guard answer.type == "ack" else { throw Surprise(description: answer.text) }
    }
}

extension TestDatabase {
    /// Who has been notified: users and the numbers of their notifications.
    fileprivate func notified() throws -> String {
        try Psql.run(
            "select string_agg(user_id || ' ' || seq, ', ' order by user_id, seq) from realtime.notifications",
            on: connectionString)
    }
}
