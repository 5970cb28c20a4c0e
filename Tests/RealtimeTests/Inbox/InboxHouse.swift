import TestSupport
import Testing

@testable import Realtime

/// Runs a test against a server with a database of its own, on a thread of its own.
func withInbox(
    _ transport: ContractTransport, time: ManualTime? = nil,
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (ContractHouse, TestDatabase) throws -> Void
) async throws {
    try await withDatabase { database in
        try await withHouse(
            transport, time: time,
            {
                $0.storage.database = HiddenText(database.connectionString)
                $0.storage.databaseConnections = 2
                $0.rates = .none
                change(&$0)
            }
        ) { house in
            try house.waitForDatabase()
            try body(house, database)
        }
    }
}

/// Runs a test with a database of its own. Not all at once: their servers' connections are those of one PostgreSQL.
func withDatabase<Result>(_ body: (TestDatabase) async throws -> Result) async throws -> Result {
    try await databaseTurns.pass {
        // It waits for a program, which the pool that tests run on has no thread for.
        try await body(try await onThread { try TestCluster.database() })
    }
}

private let databaseTurns = Turnstile(width: 8)

extension ContractHouse {
    var inbox: Realtime.Inbox { backend.core.inbox }

    /// Returns when every loop can ask the database.
    func waitForDatabase() throws {
        for loop in 0..<hub.loopCount {
            let inbox = inbox
            eventually { (try? onLoop(loop) { _ in inbox.isReadyHere }) == true }
        }
    }

    /// Sends a notification, as a backend called `shop` does.
    @discardableResult
    func notify(
        _ users: UserID..., title: String = "News", priority: NotificationPriority = .normal,
        from sender: UserID = "shop", _ change: (inout NotificationRequest) -> Void = { _ in }
    ) throws -> [SentNotification] {
        var request = NotificationRequest(
            users: users, title: title, message: "", sender: .service(sender))
        request.priority = priority
        change(&request)
        return try run { [request] in try await $0.notify(request) }
    }

    /// Takes in, releases and ends what is due now.
    func keepUp() throws {
        try run { try await $0.core.inbox.keepUp() }
    }

    /// A client of a certain device.
    func connect(_ user: UserID, _ device: DeviceID) throws -> ContractClient {
        try connect(user, device: device)
    }
}

extension ContractClient {
    /// The next notification; counts and whatever else come before it are passed over.
    func notification() throws -> ContractMessage {
        try skip(to: "system_notification")
    }

    /// The titles of so many notifications, in the order in which they come.
    func titles(_ count: Int) throws -> [String] {
        try (0..<count).map { _ in try notification().data["title"]?.string ?? "" }
    }

    /// Acknowledges notifications, and returns when that is on disk.
    func acknowledge(_ ids: String...) throws {
        let list = ids.map { "\"\($0)\"" }.joined(separator: ",")
        let answer = try ask("notification_ack", "{\"notification_ids\":[\(list)]}")
        guard answer.type == "ack" else { throw Surprise(description: answer.text) }
    }

    /// `data` of a page of the inbox.
    @discardableResult
    func list(_ data: String = "{}") throws -> JSONValue {
        let answer = try ask("notification_list", data)
        guard answer.type == "notification_page" else { throw Surprise(description: answer.text) }
        return answer.data
    }

    /// No notification has come, and none is on its way.
    func expectNoNotification(
        _ house: ContractHouse, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        // What the database has yet to answer is answered by then: its own question comes behind.
        try list("{\"limit\":1}")
        let come = try drain().filter { $0.type == "system_notification" }
        #expect(come.map(\.text) == [], sourceLocation: sourceLocation)
    }
}

extension JSONValue {
    /// The titles of a page's items.
    var titles: [String] { (self["items"]?.array ?? []).compactMap { $0["title"]?.string } }
    /// The states of a page's items.
    var states: [String] { (self["items"]?.array ?? []).compactMap { $0["state"]?.string } }
    /// Unread and unseen.
    var counts: [Int] { [self["unread"]?.int ?? -1, self["unseen"]?.int ?? -1] }
}
