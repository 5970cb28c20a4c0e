import Foundation
import ScriptedServer
import Testing

@testable import RealtimeClient

/// What each call puts on the wire, and how it reads the answer.
@Suite("Calls of the backend's client")
struct CallTests {
    private struct InvoicePaid: RealtimeEvent {
        static let eventType = "invoice_paid"
        var invoice: String
        var at: Date
    }

    private static let published = ScriptedAnswer.json(200, #"{"message_id":"msg_1","seq":7}"#)
    private static let notified = ScriptedAnswer.json(
        201, #"{"notifications":[{"user_id":"bob","notification_id":"n_1","seq":3,"duplicate":false}]}"#)

    @Test("Every request carries the token and says that it is JSON")
    func headers() async throws {
        let backend = try ScriptedBackend(Self.published)
        try await backend.realtime.broadcast(Typing(active: true), to: .everyone)
        let request = try #require(backend.server.requests.first)
        #expect(request.header("Authorization") == "Bearer the-token")
        #expect(request.header("Content-Type") == "application/json")
    }

    @Test("A task update is posted with its data, and answered with its place in the project's room")
    func taskUpdate() async throws {
        let backend = try ScriptedBackend(
            .json(200, #"{"message_id":"msg_1","seq":7,"room_id":"project_7","more":1}"#))
        let published = try await backend.realtime.broadcastTaskUpdate(
            TaskStatusChanged(taskID: "T-1", projectID: "project_7", newStatus: "done"))
        #expect(backend.calls == ["POST /api/v1/tasks"])
        let body = try backend.body
        #expect(body["type"] == "task_status_changed")
        #expect(body["data"] == ["task_id": "T-1", "project_id": "project_7", "new_status": "done"])
        #expect(Set(body.keys) == ["type", "data", "message_id"])
        #expect((published.messageID, published.seq, published.roomID) == ("msg_1", 7, "project_7"))
    }

    @Test("A broadcast to a room names it, and whom it leaves out")
    func broadcastToRoom() async throws {
        let backend = try ScriptedBackend(Self.published)
        let event = InvoicePaid(invoice: "A/1", at: Date(timeIntervalSince1970: 1_767_323_045.678))
        let published = try await backend.realtime.broadcast(
            event, to: .room("project_7"), excluding: ["ann"])
        #expect(backend.calls == ["POST /api/v1/broadcast"])
        let body = try backend.body
        #expect(body["type"] == "invoice_paid")
        #expect(body["data"] == ["invoice": "A/1", "at": "2026-01-02T03:04:05.678Z"])
        #expect(body["room_id"] == "project_7")
        #expect(body["exclude_user_ids"] == ["ann"])
        #expect(Set(body.keys) == ["type", "data", "room_id", "exclude_user_ids", "message_id"])
        #expect((published.messageID, published.seq, published.roomID) == ("msg_1", 7, nil))
    }

    @Test("A broadcast to users names them")
    func broadcastToUsers() async throws {
        let backend = try ScriptedBackend(.json(200, #"{"message_id":"msg_1"}"#))
        let published = try await backend.realtime.broadcast(
            Typing(active: true), to: .users(["ann", "bob"]))
        #expect(try backend.body["user_ids"] == ["ann", "bob"])
        #expect(try Set(backend.body.keys) == ["type", "data", "user_ids", "message_id"])
        #expect(published.seq == nil)
    }

    @Test("A broadcast to everyone says so")
    func broadcastToEveryone() async throws {
        let backend = try ScriptedBackend(Self.published)
        try await backend.realtime.broadcast(type: "lunch", data: ["soup", "bread"], to: .everyone)
        #expect(try backend.body["all"] == true)
        #expect(try backend.body["data"] == ["soup", "bread"])
        #expect(try Set(backend.body.keys) == ["type", "data", "all", "message_id"])
    }

    @Test("Each broadcast has an id of its own that the server takes, or the application's")
    func messageID() async throws {
        let backend = try ScriptedBackend(Self.published)
        var ids: Set<String> = []
        for _ in 0..<3 {
            try await backend.realtime.broadcast(Typing(active: true), to: .everyone)
            ids.insert(try #require(backend.body["message_id"]?.string))
        }
        #expect(ids.count == 3)
        #expect(ids.allSatisfy { (1...64).contains($0.utf8.count) })
        try await backend.realtime.broadcast(Typing(active: true), to: .everyone, messageID: "order-17")
        #expect(try backend.body["message_id"] == "order-17")
    }

    @Test("A notification with everything said about it")
    func wholeNotification() async throws {
        let backend = try ScriptedBackend(Self.notified)
        let sent = try await backend.realtime.sendNotification(
            to: "bob", title: "Due", message: "T-1 is due", level: .warning, priority: .urgent,
            timeToLive: .milliseconds(90_500), deliverAt: Date(timeIntervalSince1970: 1_767_323_045),
            collapseKey: "due:T-1", idempotencyKey: "key-1", data: ["task_id": "T-1"])
        #expect(backend.calls == ["POST /api/v1/notifications"])
        #expect(
            try backend.body == [
                "user_id": "bob", "title": "Due", "message": "T-1 is due", "level": "warning",
                "priority": "urgent", "ttl_seconds": 91, "deliver_at": "2026-01-02T03:04:05.000Z",
                "collapse_key": "due:T-1", "idempotency_key": "key-1", "data": ["task_id": "T-1"],
            ])
        #expect((sent.userID, sent.notificationID, sent.seq, sent.duplicate) == ("bob", "n_1", 3, false))
    }

    @Test("A notification with only a text gets a key for its repeats")
    func shortNotification() async throws {
        let backend = try ScriptedBackend(Self.notified)
        try await backend.realtime.sendNotification(to: "bob", title: "Due", message: "T-1 is due")
        let body = try backend.body
        #expect(Set(body.keys) == ["user_id", "title", "message", "level", "priority", "idempotency_key"])
        #expect(body["level"] == "info" && body["priority"] == "normal")
        #expect(body["idempotency_key"]?.string?.isEmpty == false)
    }

    @Test("A notification to several users is one call")
    func manyNotifications() async throws {
        let backend = try ScriptedBackend(Self.notified)
        let sent = try await backend.realtime.sendNotification(
            to: ["ann", "bob"], title: "Due", message: "T-1 is due")
        #expect(try backend.body["user_ids"] == ["ann", "bob"])
        #expect(try backend.body["user_id"] == nil)
        #expect(sent.map(\.notificationID) == ["n_1"])
    }

    @Test("Who is in a room")
    func presence() async throws {
        let backend = try ScriptedBackend(
            .json(
                200,
                """
                {"room_id":"project_7","name":"Seven","total":1,"members":[{"user_id":"bob","username":"Bob",
                "status":"online","devices":2,"since":"2026-01-02T03:04:05.678Z"}]}
                """))
        let room = try await backend.realtime.presence(in: "project_7")
        #expect(backend.calls == ["GET /api/v1/rooms/project_7"])
        #expect((room.roomID, room.name, room.total) == ("project_7", "Seven", 1))
        let member = try #require(room.members.first)
        #expect(
            (member.userID, member.username, member.status, member.devices) == ("bob", "Bob", "online", 2))
        #expect(Int64((member.since.timeIntervalSince1970 * 1000).rounded()) == 1_767_323_045_678)
    }

    @Test("Rooms come in pages")
    func rooms() async throws {
        let backend = try ScriptedBackend([
            .json(200, #"{"rooms":[{"room_id":"a","name":"A","total":2}],"next":"x/1 ="}"#),
            .json(200, #"{"rooms":[]}"#),
        ])
        let first = try await backend.realtime.rooms()
        #expect(first.rooms.map(\.roomID) == ["a"])
        let second = try await backend.realtime.rooms(limit: 5, after: first.next)
        #expect(second.rooms.isEmpty && second.next == nil)
        #expect(
            backend.calls == ["GET /api/v1/rooms?limit=100", "GET /api/v1/rooms?limit=5&after=x%2F1%20%3D"])
    }

    @Test("Where a user is")
    func user() async throws {
        let backend = try ScriptedBackend(
            .json(
                200,
                #"{"user_id":"bob","username":"Bob","online":false,"status":"offline","devices":0,"rooms":["a"],"last_seen":null}"#
            ))
        let user = try await backend.realtime.user("bob")
        #expect(backend.calls == ["GET /api/v1/users/bob"])
        #expect((user.userID, user.online, user.devices, user.rooms) == ("bob", false, 0, ["a"]))
        #expect(user.lastSeen == nil)
    }

    @Test("Any name is one segment of the path", arguments: ["a/b", "..", "é ?#%", "x.y"])
    func names(_ name: String) async throws {
        let backend = try ScriptedBackend(
            .json(404, #"{"error":{"code":"room_not_found","message":"none"}}"#))
        _ = await refusal { () async throws(RealtimeClientError) in
            try await backend.realtime.presence(in: name)
        }
        let path = try #require(backend.calls.first?.dropFirst("GET /api/v1/rooms/".count))
        #expect(path.removingPercentEncoding == name)
        #expect(path.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "%") })
    }

    @Test("Disconnecting a user says how many connections were closed")
    func disconnect() async throws {
        let backend = try ScriptedBackend(.json(200, #"{"closed":2}"#))
        #expect(try await backend.realtime.disconnect(user: "bob") == 2)
        #expect(backend.calls == ["DELETE /api/v1/users/bob/connections"])
    }

    @Test("A user or a token is revoked, until now or until a time")
    func revoke() async throws {
        let backend = try ScriptedBackend(.json(200, #"{"closed":2}"#))
        #expect(try await backend.realtime.revoke(user: "bob") == 2)
        #expect(backend.calls == ["POST /api/v1/revocations"])
        #expect(try backend.body == ["user_id": "bob"])
        try await backend.realtime.revoke(tokenID: "j1", until: Date(timeIntervalSince1970: 1_767_323_045))
        #expect(try backend.body == ["jti": "j1", "until": "2026-01-02T03:04:05.000Z"])
    }

    @Test("What the server counts")
    func stats() async throws {
        let backend = try ScriptedBackend(
            .json(
                200,
                """
                {"active_connections":1,"rooms":2,"users_online":3,"messages_received":4,"messages_sent":5,
                "notifications_pending":6,"something_new":{}}
                """))
        let stats = try await backend.realtime.stats()
        #expect(backend.calls == ["GET /api/v1/stats"])
        #expect((stats.activeConnections, stats.rooms, stats.usersOnline) == (1, 2, 3))
        #expect((stats.messagesReceived, stats.messagesSent, stats.notificationsPending) == (4, 5, 6))
    }

    @Test("A server below a path is called there")
    func path() async throws {
        let server = ScriptedServer(.json(200, #"{"closed":0}"#))
        let realtime = try RealtimeClient(url: server.url + "/realtime/", token: "t")
        try await realtime.disconnect(user: "bob")
        #expect(server.requests.first?.line == "DELETE /realtime/api/v1/users/bob/connections HTTP/1.1")
    }
}
