import Testing

@testable import Realtime

@Suite("Notifications: what is counted", .timeLimit(.minutes(10)))
struct InboxMetricsTests {
    @Test("posted, accepted and repeated ones are counted for each user, sent ones for each connection")
    func numbers() async throws {
        try await withInbox(.webSocket) { house, database in
            let server = try #require(house as? ServerHouse).server
            let phone = try house.connect("ada", "phone")
            let desk = try house.connect("ada", "desk")
            let sent = try house.notify("ada", "bob") { $0.idempotencyKey = "k" }
            try house.notify("ada", "bob") { $0.idempotencyKey = "k" }
            _ = try? house.notify("ada", title: "Other") { $0.idempotencyKey = "k" }
            try Psql.run("select realtime.enqueue('ada', 'From SQL')", on: database.connectionString)
            for client in [phone, desk] { _ = try client.titles(2) }
            try phone.acknowledge(sent[0].notificationID)
            // What it does not have, and has acknowledged already, counts for nothing.
            try phone.acknowledge(sent[0].notificationID, sent[1].notificationID)

            let page = try server.metrics()
            #expect(page["realtime_notifications_posted_total"] == 6)
            #expect(page["realtime_notifications_accepted_total"] == 3)
            #expect(page["realtime_notifications_duplicate_total"] == 2)
            #expect(page["realtime_notifications_delivered_total"] == 4)
            #expect(page["realtime_notifications_redelivered_total"] == 0)
            #expect(page["realtime_notifications_acknowledged_total"] == 1)
            #expect(page["realtime_notifications_expired_total"] == 0)
            #expect(page["realtime_notification_feeds_pending"] == 2)

            #expect(page["realtime_database_up"] == 1)
            #expect(page["realtime_database_connections"] == 2)
            #expect(page["realtime_database_statements_total"] ?? 0 >= 10)
            #expect(page["realtime_database_statement_failures_total"] == 0)
            #expect(page["realtime_database_statement_seconds_total"] ?? 0 > 0)
            #expect(page["realtime_database_statements_in_flight"] != nil)
            #expect(page["realtime_database_questions_waiting"] == 0)

            // A connection that is gone has nothing pending.
            try house.close(desk)
            #expect(try server.metrics()["realtime_notification_feeds_pending"] == 1)
        }
    }

    @Test("what comes again, and what has expired, is counted as that")
    func later() async throws {
        try await withInbox(.webSocket, { $0.notifications.acknowledgementTimeout = .milliseconds(100) }) {
            house, _ in
            let server = try #require(house as? ServerHouse).server
            let ada = try house.connect("ada", "phone")
            let sent = try house.notify("ada")
            _ = try ada.titles(2)
            try ada.acknowledge(sent[0].notificationID)
            try house.notify("away", "and another") { $0.secondsToLive = 1 }
            eventually { (try? server.metrics()["realtime_notifications_expired_total"]) == 2 }
            let page = try server.metrics()
            #expect(page["realtime_notifications_delivered_total"] == 1)
            #expect(page["realtime_notifications_redelivered_total"] ?? 0 >= 1)
            #expect(page["realtime_notifications_acknowledged_total"] == 1)
            #expect(page["realtime_notification_feeds_pending"] == 0)
        }
    }

    @Test("a database that is away is said to be down, and has no connections")
    func away() async throws {
        try await withServer {
            $0.storage.database = "host=/nonexistent"
        } _: { server in
            let page = try server.metrics()
            #expect(page["realtime_database_up"] == 0)
            #expect(page["realtime_database_connections"] == 0)
            #expect(page["realtime_database_questions_waiting"] == 0)
        }
    }
}
