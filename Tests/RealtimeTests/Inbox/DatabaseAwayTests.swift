import TestSupport
import Testing

@testable import Realtime

@Suite("Notifications while the database is away", .timeLimit(.minutes(10)))
struct DatabaseAwayTests {
    @Test("nobody is told yes: sending, acknowledging and listing are answered unavailable, and at once")
    func unavailable() async throws {
        try await withInbox(.webSocket) { house, database in
            let server = try #require(house as? ServerHouse).server
            let ada = try house.connect("ada", "phone")
            let sent = try house.notify("ada")[0]
            _ = try ada.notification()
            try database.takeAway(from: house)

            let start = ContinuousClock.now
            let answer = try server.backend().post(
                "/api/v1/notifications", #"{"user_id":"ada","title":"Lost?"}"#)
            #expect(answer.status == 503)
            #expect(answer.code == "unavailable")
            for path in ["users/ada/notifications", "notifications/\(sent.notificationID)"] {
                let answer = try server.backend().get("/api/v1/\(path)")
                #expect(answer.status == 503, "\(path)")
                #expect(answer.code == "unavailable", "\(path)")
            }
            for (type, data) in [
                ("notification_ack", #"{"notification_ids":["\#(sent.notificationID)"]}"#),
                ("notification_list", "{}"), ("notification_read", #"{"all":true}"#),
            ] {
                #expect(try ada.ask(type, data).code == "unavailable", "\(type)")
            }
            #expect(ContinuousClock.now - start < Patience.limit)
            #expect(try ada.ask("ping").type == "pong")

            try database.bringBack(to: house)
            // What was refused has not been done.
            #expect(try ada.list().titles == ["News"])
            #expect(try ada.list().states == ["delivered"])
            #expect(try ada.list().counts == [1, 1])
        }
    }

    @Test("rooms, presence and broadcasts go on, for who is there and for who comes")
    func roomsGoOn() async throws {
        try await withInbox(.webSocket) { house, database in
            let server = try #require(house as? ServerHouse).server
            let ada = try house.connect("ada", "phone")
            try ada.join("r")
            try database.takeAway(from: house)

            let bob = try house.connect("bob", "phone")
            #expect(try bob.join("r").data["total"]?.int == 2)
            #expect(try ada.skip(to: "user_online").data["user_id"]?.string == "bob")
            #expect(try bob.ask("message", in: "r", #"{"n":1}"#).type == "ack")
            #expect(try ada.skip(to: "message").data["n"]?.int == 1)
            #expect(try bob.ask("presence_update", #"{"status":"busy"}"#).type == "ack")
            #expect(try ada.skip(to: "presence_update").data["status"]?.string == "busy")
            let answer = try server.backend().post(
                "/api/v1/broadcast", #"{"type":"news","room_id":"r","data":{"n":2}}"#)
            #expect(answer.status == 200)
            #expect(try bob.skip(to: "news").data["n"]?.int == 2)
            // Nobody is mentioned, so nobody has to be told.
            #expect(try ada.ask("chat_message", in: "r", #"{"content":"hi"}"#).type == "ack")
            #expect(try bob.skip(to: "chat_message").data["content"]?.string == "hi")
            // The one whose task it becomes can't be told, so it is not said at all.
            let task = #"{"task_id":"T","project_id":"r","assignee_id":"bob"}"#
            #expect(try ada.ask("task_created", in: "r", task).code == "unavailable")
            try bob.expectNothing()
            try database.bringBack(to: house)
        }
    }

    @Test("readyz says 503 until it is back; healthz stays")
    func readiness() async throws {
        try await withInbox(.webSocket) { house, database in
            let nobody = TestBackend(port: try #require(house as? ServerHouse).server.port)
            #expect(try nobody.get("/readyz").status == 200)
            try database.takeAway(from: house)
            #expect(try nobody.get("/readyz").status == 503)
            #expect(try nobody.get("/healthz").status == 200)
            try database.bringBack(to: house)
            #expect(try nobody.get("/readyz").status == 200)
        }
    }

    @Test("when it is back, what was pending comes without a reconnect, to who came meanwhile too")
    func comesBack() async throws {
        try await withInbox(.webSocket, { $0.notifications.acknowledgementTimeout = .seconds(1) }) {
            house, database in
            let ada = try house.connect("ada", "phone")
            let first = try house.notify("ada", "bob", title: "before")[0]
            _ = try ada.notification()
            try database.takeAway(from: house)
            let bob = try house.connect("bob", "phone")
            #expect(throws: RealtimeError.self) { try house.notify("ada", title: "refused") }
            try database.bringBack(to: house)

            let again = try ada.notification()
            #expect(again.data["notification_id"]?.string == first.notificationID)
            #expect(again.data["attempt"]?.int ?? 0 >= 2)
            try ada.acknowledge(first.notificationID)
            let bobs = try bob.notification()
            #expect(bobs.data["title"]?.string == "before")
            try bob.acknowledge(bobs.data["notification_id"]?.string ?? "")

            #expect(try house.notify("ada", "bob", title: "after").map(\.seq) == [2, 2])
            for client in [ada, bob] {
                while true {
                    let message = try client.notification()
                    if message.data["seq"]?.int == 1 { continue }
                    #expect(message.data["title"]?.string == "after")
                    break
                }
                #expect(try client.list().titles == ["after", "before"])
            }
        }
    }
}

extension TestDatabase {
    /// Cuts every connection off and lets no new one in; returns when the server has noticed on all of its loops.
    fileprivate func takeAway(from house: ContractHouse) throws {
        let cluster = try TestCluster.shared.connectionString
        try Psql.run("alter database \(name) allow_connections false", on: cluster)
        try Psql.run(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '\(name)'", on: cluster)
        for loop in 0..<house.hub.loopCount {
            let inbox = house.inbox
            eventually { (try? house.onLoop(loop) { _ in inbox.isReadyHere }) == false }
        }
    }

    /// Lets connections in again, and returns when the server has found it.
    fileprivate func bringBack(to house: ContractHouse) throws {
        let cluster = try TestCluster.shared.connectionString
        try Psql.run("alter database \(name) allow_connections true", on: cluster)
        try house.waitForDatabase()
    }
}
