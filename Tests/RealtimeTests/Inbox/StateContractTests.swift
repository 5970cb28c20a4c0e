import Testing

@testable import Realtime

@Suite("Notifications: the list and what users say of it", .timeLimit(.minutes(10)))
struct StateContractTests {
    @Test("the list is in pages, newest first", arguments: ContractTransport.allCases)
    func pages(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            for number in 1...5 { try house.notify("ada", title: "\(number)") }
            try house.notify("bob", title: "another's")
            let ada = try house.connect("ada", "phone")
            let first = try ada.list(#"{"limit":2}"#)
            #expect(first.titles == ["5", "4"])
            #expect(first["total"]?.int == 5)
            let next = try #require(first["next"]?.string)
            // What comes meanwhile does not move the pages.
            try house.notify("ada", title: "6")
            let second = try ada.list(#"{"limit":2,"before":"\#(next)"}"#)
            #expect(second.titles == ["3", "2"])
            let third = try ada.list(#"{"limit":2,"before":"\#(second["next"]?.string ?? "")"}"#)
            #expect(third.titles == ["1"])
            #expect(third["next"] == nil)
            let item = try #require(third["items"]?.array?.first)
            #expect(item["seq"]?.int == 1)
            #expect(item["seen"]?.bool == false && item["read"]?.bool == false)
            #expect(item["archived"]?.bool == false)
        }
    }

    @Test("a page that nobody could mean is refused")
    func badPages() async throws {
        try await withInbox(.memory) { house, _ in
            let ada = try house.connect("ada", "phone")
            for data in [
                #"{"limit":0}"#, #"{"limit":101}"#, #"{"limit":-1}"#, #"{"before":"x"}"#, #"{"before":"0"}"#,
                #"{"filter":"none"}"#, #"{"limit":"2"}"#,
            ] {
                #expect(try ada.ask("notification_list", data).code == "malformed", "\(data)")
            }
            #expect(try ada.list().titles == [])
            #expect(try ada.list().counts == [0, 0])
        }
    }

    @Test(
        "seen, read, unread, archived and back: each tells all devices of the user how the counts stand",
        arguments: ContractTransport.allCases)
    func marks(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            let ids = try (1...3).map { try house.notify("ada", title: "\($0)")[0].notificationID }
            let devices = [try house.connect("ada", "phone"), try house.connect("ada", "desk")]
            let expectations: [(type: String, data: String, counts: [Int])] = [
                ("notification_seen", #"{"notification_ids":["\#(ids[0])"]}"#, [3, 2]),
                // Who has read it has seen it.
                ("notification_read", #"{"notification_ids":["\#(ids[0])","\#(ids[1])"]}"#, [1, 1]),
                ("notification_unread", #"{"notification_ids":["\#(ids[1])"]}"#, [2, 1]),
                ("notification_archive", #"{"notification_ids":["\#(ids[1])"]}"#, [1, 1]),
                ("notification_unarchive", #"{"notification_ids":["\#(ids[1])"]}"#, [2, 1]),
                ("notification_seen", #"{"all":true}"#, [2, 0]),
                ("notification_read", #"{"all":true}"#, [0, 0]),
            ]
            for expectation in expectations {
                let answer = try devices[0].ask(expectation.type, expectation.data)
                #expect(answer.type == "ack", "\(answer.text)")
                for device in devices {
                    let counts = try device.skip(to: "notification_counts").data.counts
                    #expect(counts == expectation.counts, "\(expectation.type) \(expectation.data)")
                }
                #expect(try devices[1].list().counts == expectation.counts)
            }
        }
    }

    @Test("archived ones are left out of the list, have one of their own, and are delivered no more")
    func archived() async throws {
        try await withInbox(.memory) { house, _ in
            let ids = try (1...3).map { try house.notify("ada", title: "\($0)")[0].notificationID }
            let phone = try house.connect("ada", "phone")
            _ = try phone.titles(3)
            try phone.ask("notification_archive", #"{"notification_ids":["\#(ids[1])"]}"#)
            #expect(try phone.list().titles == ["3", "1"])
            #expect(try phone.list()["total"]?.int == 2)
            #expect(try phone.list(#"{"filter":"archived"}"#).titles == ["2"])
            #expect(try phone.list(#"{"filter":"archived"}"#)["total"]?.int == 1)
            #expect(try house.connect("ada", "desk").titles(2) == ["1", "3"])
            try phone.ask("notification_read", #"{"notification_ids":["\#(ids[0])"]}"#)
            #expect(try phone.list(#"{"filter":"unread"}"#).titles == ["3"])
            #expect(try phone.list(#"{"filter":"unread"}"#)["total"]?.int == 1)
            try phone.ask("notification_archive", #"{"all":true}"#)
            #expect(try phone.list().titles == [])
            try phone.ask("notification_unarchive", #"{"all":true}"#)
            #expect(try phone.list().titles == ["3", "2", "1"])
        }
    }

    @Test("of another's notifications nothing can be said, and nothing is given away")
    func foreign() async throws {
        try await withInbox(.memory) { house, _ in
            let id = try house.notify("ada")[0].notificationID
            let bob = try house.connect("bob", "phone")
            for type in [
                "notification_seen", "notification_read", "notification_unread", "notification_archive",
                "notification_unarchive",
            ] {
                #expect(try bob.ask(type, #"{"notification_ids":["\#(id)","nonsense"]}"#).type == "ack")
                #expect(try bob.ask(type, #"{"notification_ids":[]}"#).type == "ack")
                #expect(try bob.ask(type, "{}").code == "malformed")
                #expect(try bob.ask(type, #"{"all":true,"notification_ids":[]}"#).code == "malformed")
            }
            let ada = try house.connect("ada", "phone")
            #expect(try ada.list().counts == [1, 1])
            #expect(try ada.list().titles == ["News"])
        }
    }

    @Test("states: pending, delivered, acknowledged")
    func states() async throws {
        try await withInbox(.memory) { house, _ in
            let id = try house.notify("ada")[0].notificationID
            let page = { try JSONValue.parse(bytes: house.page(of: "ada")) }
            #expect(try page().states == ["pending"])
            let phone = try house.connect("ada", "phone")
            _ = try phone.notification()
            #expect(try page().states == ["delivered"])
            try phone.acknowledge(id)
            #expect(try page().states == ["acknowledged"])
        }
    }

    @Test("what is older than configured, or more than configured, is removed, and the counts stay right")
    func retention() async throws {
        let time = ManualTime()
        try await withInbox(.memory, time: time, { $0.notifications.maximumPerUser = 5 }) { house, database in
            for number in 1...8 { try house.notify("ada", title: "\(number)") }
            try house.notify("bob", title: "old")
            time.advance(by: .seconds(80 * 86_400))
            try house.notify("bob", title: "new")
            let phone = try house.connect("ada", "phone")
            _ = try phone.titles(8)
            #expect(try house.run { try await $0.core.inbox.trim() } == 3)
            #expect(try phone.list().titles == ["8", "7", "6", "5", "4"])
            #expect(try phone.list().counts == [5, 5])
            #expect(try phone.list()["total"]?.int == 5)
            time.advance(by: .seconds(20 * 86_400))
            #expect(try house.run { try await $0.core.inbox.trim() } == 6)
            #expect(try house.connect("bob", "phone").list().titles == ["new"])
            // The token of the first connection has long expired.
            let later = try house.connect("ada", "phone")
            #expect(try later.list().counts == [0, 0])
            // Numbers go on.
            #expect(try house.notify("ada").map(\.seq) == [9])
            #expect(try later.list().titles == ["News"])
            let left = try Psql.run(
                "select count(*) from realtime.deliveries where seq < 9", on: database.connectionString)
            #expect(left == "0" || left == "1")
        }
    }
}

extension ContractHouse {
    /// A page of a user's inbox, as a backend gets it.
    fileprivate func page(of user: UserID) throws -> SharedBytes {
        try run { try await $0.notifications(of: user, limit: 50, before: nil, .all) }
    }
}

extension JSONValue {
    fileprivate static func parse(bytes: SharedBytes) throws -> JSONValue {
        try JSONValue.parse(bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }
}
