import Handlers
import TestSupport
import Testing

@testable import Realtime

@Suite("A server inside a program", .timeLimit(.minutes(10)))
struct EmbeddedServerTests {
    private struct InvoicePaid: RealtimeEvent {
        static let eventType = "invoice_paid"
        var invoice: String
    }

    private struct Reserved: RealtimeEvent {
        static let eventType = "ack"
    }

    /// Runs a server for the length of a test that waits.
    private func withRunning(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: (RealtimeServer) async throws -> Void
    ) async throws {
        var configuration = ServerConfiguration.onFreePort
        change(&configuration)
        let server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        do {
            try await body(server)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test("a task update goes to the project's room")
    func taskUpdate() async throws {
        try await withRunning { server in
            let ada = try await client(of: server, "ada", in: "project_7")
            let event = TaskStatusChanged(taskID: "T-1", projectID: "project_7", newStatus: "done")
            let published = try await server.broadcastTaskUpdate(event)
            #expect(published.room == "project_7")
            #expect(published.seq == 1)
            let message = try await onThread { try ada.value.next("task_status_changed") }
            #expect(message["data"]?["new_status"]?.string == "done")
            #expect(message["message_id"]?.string == published.messageID)
        }
    }

    @Test("a task without a project that can be a room is refused")
    func badTask() async throws {
        try await withRunning { server in
            for project in ["", "a\nb"] {
                let error = await #expect(throws: RealtimeError.self) {
                    try await server.broadcastTaskUpdate(TaskCreated(taskID: "T", projectID: project))
                }
                #expect(error?.code == .malformed)
            }
        }
    }

    @Test("an event goes to a room, to users, to everybody, and not to those who are excluded")
    func broadcasts() async throws {
        try await withRunning { server in
            let ada = try await client(of: server, "ada", in: "r")
            let bob = try await client(of: server, "bob", in: "r")
            let event = InvoicePaid(invoice: "A1")
            let first = try await server.broadcast(event, to: .room("r"), excluding: ["bob"])
            #expect(first.room == "r")
            #expect(first.seq == 1)
            #expect(try await server.broadcast(event, to: .users(["ada"])).seq == nil)
            try await server.broadcast(event, to: .everyone, excluding: ["bob"])
            try await onThread {
                for _ in 0..<3 {
                    let message = try ada.value.next("invoice_paid")
                    #expect(message["data"]?["invoice"]?.string == "A1")
                }
                #expect(try !bob.value.typesUntilPong().contains("invoice_paid"))
            }
        }
    }

    @Test("a type that only the server sends is refused")
    func reserved() async throws {
        try await withRunning { server in
            let error = await #expect(throws: RealtimeError.self) {
                try await server.broadcast(Reserved(), to: .everyone)
            }
            #expect(error?.code == .malformed)
        }
    }

    @Test("a notification goes to every device of a user, now or later")
    func notification() async throws {
        try await withDatabase { database in
            try await withRunning({ $0.storage.database = HiddenText(database.connectionString) }) {
                try await notify(by: $0)
            }
        }
    }

    private func notify(by server: RealtimeServer) async throws {
        let devices = [
            try await client(of: server, "ada"), try await client(of: server, "ada", in: "r"),
        ]
        let sent = try await server.sendNotification(
            to: "ada", title: "Due", message: "T-1", level: .warning, priority: .urgent, data: ["task": 1]
        )
        #expect(sent.user == "ada")
        #expect(sent.seq == 1)
        #expect(!sent.isDuplicate)
        for device in devices {
            let data = try await onThread { try device.value.next("system_notification")["data"] }
            #expect(data?["notification_id"]?.string == sent.notificationID)
            #expect(data?["title"]?.string == "Due")
            #expect(data?["message"]?.string == "T-1")
            #expect(data?["level"]?.string == "warning")
            #expect(data?["priority"]?.string == "urgent")
            #expect(data?["read"]?.bool == false)
            #expect(data?["attempt"]?.int == 1)
            #expect(data?["data"]?["task"]?.int == 1)
            #expect(data?["created_at"]?.string.flatMap { Timestamp(rfc3339: $0) } != nil)
        }
        let both = try await server.sendNotification(
            to: ["ada", "nobody"], title: "Due", idempotencyKey: "due")
        #expect(both.map(\.user) == ["ada", "nobody"])
        #expect(both.map(\.seq) == [2, 1])
        let again = try await server.sendNotification(
            to: ["ada", "nobody"], title: "Due", idempotencyKey: "due")
        #expect(again.map(\.isDuplicate) == [true, true])
        #expect(again.map(\.notificationID) == both.map(\.notificationID))
    }

    @Test("a notification that is too large is refused")
    func largeNotification() async throws {
        try await withRunning { server in
            let long = String(repeating: "x", count: 16 << 10)
            for (title, message, data) in [
                ("", "", ""), (long, "", ""), ("a", long + "x", ""), ("a", "", long),
            ] {
                let error = await #expect(throws: RealtimeError.self) {
                    try await server.sendNotification(to: "ada", title: title, message: message, data: data)
                }
                #expect(error?.code == .malformed)
            }
        }
    }

    @Test("who is where can be asked")
    func presence() async throws {
        try await withRunning { server in
            let before = Timestamp.now
            _ = try await client(of: server, "ada", in: "a", "b")
            let room = try #require(try await server.presence(in: "a"))
            #expect(room.room == "a")
            #expect(room.name == "a")
            #expect(room.position.seq == 0)
            let member = try #require(room.members.first)
            #expect(member.user == "ada")
            #expect(member.username == "ada")
            #expect(member.devices == 1)
            #expect(member.since >= before)
            #expect(try await server.presence(in: "nowhere") == nil)
            #expect(try await server.user("nobody").isOnline == false)
            let page = try await server.rooms(limit: 1)
            #expect(page.rooms.map(\.room) == ["a"])
            #expect(page.next == "a")
            #expect(try await server.rooms(after: "a").rooms.map(\.room) == ["b"])
        }
    }

    @Test("users are disconnected and revoked")
    func ending() async throws {
        try await withRunning { server in
            let ada = try await client(of: server, "ada")
            #expect(try await server.disconnect(user: "ada") == 1)
            #expect(try await onThread { try ada.value.closeCode() } == 4409)
            let bob = try await client(of: server, "bob")
            #expect(try await server.revoke(user: "bob", until: .now + .seconds(60)) == 1)
            #expect(try await onThread { try bob.value.closeCode() } == 4401)
            #expect(try await server.revoke(tokenID: "nobody's") == 0)
            await #expect(throws: TestWebSocket.Refused.self) { try await client(of: server, "bob") }
        }
    }

    @Test("what happens to users is told in order, to each listener, until the server stops")
    func events() async throws {
        var streams: [AsyncStream<LifecycleEvent>] = []
        try await withRunning {
            $0.presence.grace = .zero
        } _: { server in
            streams = [server.events, server.events]
            let watched = server.events
            let ada = try await client(of: server, "ada")
            try await server.disconnect(user: "ada")
            _ = try await onThread { try ada.value.closeCode() }
            for await event in watched where event == .userOffline("ada") { break }
        }
        for stream in streams {
            var told: [LifecycleEvent] = []
            for await event in stream { told.append(event) }
            guard case .connected(_, let connection)? = told.first else {
                Issue.record("the first thing is that ada connects")
                return
            }
            #expect(
                told == [
                    .connected(user: "ada", connection: connection), .userOnline("ada"),
                    .disconnected(user: "ada", connection: connection), .userOffline("ada"),
                ])
        }
    }

    @Test("a server that has stopped says so, and tells nothing any more")
    func stopped() async throws {
        let server = try await RealtimeServer.start(.onFreePort, handlers: .builtIn(), log: .disabled)
        await server.stop()
        for await _ in server.events { Issue.record("nothing happens any more") }
        let task = TaskCreated(taskID: "T", projectID: "p")
        let calls: [() async throws -> Void] = [
            { try await server.broadcastTaskUpdate(task) },
            { try await server.broadcast(InvoicePaid(invoice: "A"), to: .room("r")) },
            { try await server.broadcast(InvoicePaid(invoice: "A"), to: .users(["u"])) },
            { try await server.broadcast(InvoicePaid(invoice: "A"), to: .everyone) },
            { try await server.sendNotification(to: "u", title: "a", message: "b") },
            { _ = try await server.presence(in: "r") },
            { _ = try await server.rooms() },
            { _ = try await server.user("u") },
            { try await server.disconnect(user: "u") },
            { _ = try await server.stats() },
        ]
        for call in calls {
            let error = await #expect(throws: RealtimeError.self) { try await call() }
            #expect(error?.code == .unavailable)
        }
    }

    @Test("the statistics are those that the API gives")
    func statistics() async throws {
        try await withRunning { server in
            let ada = try await client(of: server, "ada", in: "r")
            let stats = try await server.stats()
            withExtendedLifetime(ada) {}
            #expect(stats.activeConnections == 1)
            #expect(stats.rooms == 1)
            #expect(stats.usersOnline == 1)
            #expect(stats.messagesReceived == 1)
            #expect(stats.messagesSent >= 2)
            #expect(stats.uptime > .zero)
            #expect(stats.handlers.contains { $0.eventType == "join_room" && $0.handled == 1 })
            _ = try await onThread { try ada.value.typesUntilPong() }
        }
    }

    // MARK: Clients

    /// A blocking client, used by one thread after the other.
    private struct Client: @unchecked Sendable {
        let value: LiveClient
    }

    private func client(of server: RealtimeServer, _ user: UserID, in rooms: String...) async throws -> Client
    {
        try await onThread {
            let client = try LiveClient(server, token: server.token(user))
            for room in rooms { try client.join(room) }
            return Client(value: client)
        }
    }
}
