import Testing

@testable import Realtime

/// What happens to an inbox at random, from a seed, held against what the tables themselves say.
@Suite("Notifications: counts and positions under random work", .timeLimit(.minutes(10)))
struct InboxModelTests {
    private static let users: [UserID] = ["ada", "bob", "cleo", "dan"]
    private static let devices: [DeviceID?] = ["phone", "desk", nil]

    @Test("after any work the counts are those of the rows, and numbers have no hole", arguments: [1, 2, 3])
    func counts(_ seed: UInt64) async throws {
        let time = ManualTime()
        try await withInbox(.memory, time: time, { $0.notifications.maximumPerUser = 30 }) {
            house, database in
            var chance = SeededGenerator(seed: seed)
            var ids: [String] = []
            for step in 0..<400 {
                try Self.work(house, time, &ids, &chance)
                if step % 50 == 49 { try Self.check(database) }
            }
        }
    }

    private static func work(
        _ house: ContractHouse, _ time: ManualTime, _ ids: inout [String], _ chance: inout SeededGenerator
    ) throws {
        let user = users.randomElement(using: &chance) ?? "ada"
        switch Int.random(in: 0..<12, using: &chance) {
        case 0..<5:
            var request = NotificationRequest(users: [user], title: "t", message: "", sender: .application)
            if Bool.random(using: &chance) { request.users = users }
            if Int.random(in: 0..<3, using: &chance) == 0 { request.collapseKey = "c" }
            if Int.random(in: 0..<3, using: &chance) == 0 { request.secondsToLive = 20 }
            if Int.random(in: 0..<4, using: &chance) == 0 { request.deliverAt = time.date + .seconds(15) }
            if Int.random(in: 0..<4, using: &chance) == 0 {
                request.idempotencyKey = "k\(Int.random(in: 0..<20, using: &chance))"
            }
            // The same key with something else is refused, which is part of it.
            let sent = try? house.run { [request] in try await $0.notify(request) }
            ids += (sent ?? []).map(\.notificationID)
        case 5..<9:
            let some = (0..<4).compactMap { _ in ids.randomElement(using: &chance) }.map {
                NotificationID($0)
            }
            let mark = NotificationMark.allCases.randomElement(using: &chance) ?? .seen
            let takesAll = Int.random(in: 0..<6, using: &chance) == 0
            try house.run { backend in
                _ = try await backend.core.inbox.mark(
                    takesAll ? nil : some.compactMap { $0 }, of: user, as: mark)
            }
        case 9:
            let client = try house.connect(user, device: devices.randomElement(using: &chance) ?? nil)
            let some = (0..<5).compactMap { _ in ids.randomElement(using: &chance) }
            try client.ask(
                "notification_ack",
                "{\"notification_ids\":[\(some.map { "\"\($0)\"" }.joined(separator: ","))]}")
            try house.close(client)
        case 10:
            time.advance(by: .seconds(7))
            try house.keepUp()
        default:
            _ = try house.run { try await $0.core.inbox.trim() }
        }
    }

    /// The counts as they would be, were they counted.
    private static func check(_ database: TestDatabase) throws {
        let wrong = try Psql.run(
            """
            select i.user_id, i.unread, i.unseen, i.pending, i.total, c.* from realtime.inboxes i
            cross join lateral (
                select
                    count(*) filter (where n.phase = 1 and n.archived_at is null and n.read_at is null) unread,
                    count(*) filter (where n.phase = 1 and n.archived_at is null and n.seen_at is null) unseen,
                    count(*) filter (
                        where n.phase = 1 and n.archived_at is null and n.acknowledged_at is null) pending,
                    count(*) filter (where n.phase <> 0 and n.archived_at is null) total
                from realtime.notifications n where n.user_id = i.user_id
            ) c
            where (i.unread, i.unseen, i.pending, i.total) <> (c.unread, c.unseen, c.pending, c.total)
            """, on: database.connectionString)
        #expect(wrong == "")
        let holes = try Psql.run(
            """
            select i.user_id from realtime.inboxes i
            where i.last_seq - i.kept_from + 1 > (
                select count(*) from realtime.notifications n
                where n.user_id = i.user_id and n.seq >= i.kept_from)
            """, on: database.connectionString)
        #expect(holes == "")
    }
}
