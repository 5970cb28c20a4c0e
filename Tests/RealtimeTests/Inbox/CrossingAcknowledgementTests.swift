import TestSupport
import Testing

@testable import Realtime

/// An acknowledgement on one connection, while another one of the same device has been read a page and not sent it yet.
@Suite("Notifications: acknowledgements that cross a page", .ownThread, .timeLimit(.minutes(10)))
struct CrossingAcknowledgementTests {
    @Test("what was acknowledged on one connection is not sent from a page that another had asked for before")
    func crossing() async throws {
        try await withInbox(.memory) { house, database in
            let house = try #require(house as? MemoryHouse)
            let sent = try ["1", "2"].map { try house.notify("ada", title: $0)[0] }
            let first = try house.connect("ada", device: "phone", on: 0)
            #expect(try first.titles(2) == ["1", "2"])

            let hold = DatabaseHold(on: database, locking: "select from realtime.deliveries where seq = 1")
            try hold.waitUntilHeld()
            // Its page is read by now, with both, and waits for the place where their attempts are written.
            let second = try house.connect("ada", device: "phone", on: 1)
            try hold.waitUntilSomebodyWaits()
            try first.acknowledge(sent[1].notificationID)
            try hold.release()

            #expect(try second.titles(1) == ["1"])
            try second.expectNoNotification(house)
            #expect(
                try Psql.run(
                    "select attempts from realtime.deliveries where seq = 2", on: database.connectionString)
                    == "2", "the page had it")
        }
    }

    @Test("the answer waits until every connection of the device has heard of it, on whichever loop")
    func heard() async throws {
        try await withMemoryHouse { house in
            let clients = try (0..<2).map { try house.connect("ada", device: "phone", on: $0) }
            try house.settle()
            let (events, gate) = (Inbox<String>(), Monitor(false))
            house.hub.loop(1).post {
                _ = gate.wait(atMost: Patience.limit, until: { $0 })
                events.put("the other loop goes on")
            }
            house.hub.loop(0).post { [hub = house.hub] in
                hub.loop(0).spawn {
                    let nothing = InboxAcknowledgement(device: "phone", ids: [])
                    try? await hub.acknowledged(nothing, by: "ada", known: 1)
                    events.put("all have heard")
                }
            }
            // Whatever does not need the other loop is done by then.
            for _ in 0..<4 { try house.onLoop(0) { _ in } }
            gate.withLock { $0 = true }
            gate.wakeAll()
            #expect(try [events.take(), events.take()] == ["the other loop goes on", "all have heard"])
            withExtendedLifetime(clients) {}
        }
    }

    @Test("a device's only connection waits for nobody")
    func alone() async throws {
        try await withMemoryHouse { house in
            let client = try house.connect("ada", device: "phone", on: 0)
            try house.settle()
            let isDone = try house.onLoop(0) { [hub = house.hub] _ in
                let isDone = Locked(false)
                hub.loop(0).spawn {
                    let nothing = InboxAcknowledgement(device: "phone", ids: [])
                    try? await hub.acknowledged(nothing, by: "ada", known: 1)
                    isDone.withLock { $0 = true }
                }
                return isDone.withLock { $0 }
            }
            #expect(isDone)
            withExtendedLifetime(client) {}
        }
    }
}

/// A transaction that holds what it has locked until it is told to end.
private final class DatabaseHold: Sendable {
    private let database: TestDatabase
    private let ended = Inbox<Result<String, any Error>>()

    init(on database: TestDatabase, locking query: String) {
        self.database = database
        let sql = """
            begin;
            \(query) for update;
            do $$ begin
                while not exists (select from pg_class where relname = 'is_released') loop
                    perform pg_sleep(0.005);
                end loop;
            end $$;
            commit
            """
        startThread { [ended] in
            ended.put(Result { try Psql.run(sql, on: database.connectionString) })
        }
    }

    private func count(_ activity: String) throws -> String {
        try Psql.run(
            "select count(*) from pg_stat_activity where datname = current_database() and \(activity)",
            on: database.connectionString)
    }

    /// Returns when the rows are locked.
    func waitUntilHeld() throws {
        eventually { (try? count("wait_event = 'PgSleep'")) == "1" }
    }

    /// Returns when another transaction waits for them.
    func waitUntilSomebodyWaits() throws {
        eventually { (try? count("wait_event_type = 'Lock'")) == "1" }
    }

    func release() throws {
        try Psql.run("create table is_released ()", on: database.connectionString)
        _ = try ended.take().get()
    }
}
