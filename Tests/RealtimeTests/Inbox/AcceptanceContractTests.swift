import Testing

@testable import Realtime

@Suite("Notifications: acceptance", .timeLimit(.minutes(10)))
struct AcceptanceContractTests {
    @Test("the same key from the same sender is the same notification, and uses no number up")
    func idempotency() async throws {
        try await withInbox(.memory) { house, _ in
            let first = try house.notify("ada", "bob") { $0.idempotencyKey = "k" }
            let second = try house.notify("ada", "bob") { $0.idempotencyKey = "k" }
            #expect(first.map(\.isDuplicate) == [false, false])
            #expect(second.map(\.isDuplicate) == [true, true])
            #expect(second.map(\.notificationID) == first.map(\.notificationID))
            #expect(second.map(\.seq) == first.map(\.seq))
            #expect(try house.notify("ada").map(\.seq) == [2])
            // Another sender's key has nothing to do with it.
            #expect(try house.notify("ada", "bob", from: "other") { $0.idempotencyKey = "k" }[0].seq == 3)
        }
    }

    @Test(
        "the same key with another body is a conflict, and nothing is sent",
        arguments: [
            { (request: inout NotificationRequest) in request.title = "Other" },
            { $0.message = "other" }, { $0.users = ["bob"] }, { $0.users = ["ada", "bob"] },
            { $0.level = .error }, { $0.priority = .low }, { $0.secondsToLive = 60 },
            { $0.deliverAt = Timestamp(milliseconds: 1_900_000_000_000) }, { $0.collapseKey = "c" },
            { $0.data = SharedBytes("1") },
        ] as [@Sendable (inout NotificationRequest) -> Void])
    func conflict(_ change: @Sendable @escaping (inout NotificationRequest) -> Void) async throws {
        try await withInbox(.memory) { house, _ in
            try house.notify("ada") { $0.idempotencyKey = "k" }
            let error = #expect(throws: RealtimeError.self) {
                try house.notify("ada") {
                    $0.idempotencyKey = "k"
                    change(&$0)
                }
            }
            #expect(error?.code == .conflict)
            #expect(try house.notify("ada").map(\.seq) == [2])
        }
    }

    @Test("of many that come at once with one key one is sent")
    func atOnce() async throws {
        try await withInbox(.memory) { house, _ in
            let sent = try house.run { backend in
                try await withThrowingTaskGroup(of: SentNotification.self) { group in
                    for _ in 0..<50 {
                        group.addTask {
                            var request = NotificationRequest(
                                users: ["ada"], title: "once", message: "", sender: .application)
                            request.idempotencyKey = "k"
                            return try await backend.notify(request)[0]
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(Set(sent.map(\.notificationID)).count == 1)
            #expect(sent.count { !$0.isDuplicate } == 1)
            #expect(try house.notify("ada").map(\.seq) == [2])
        }
    }

    @Test("a key counts for as long as is configured, also when what it sent has expired")
    func keyAge() async throws {
        let time = ManualTime()
        try await withInbox(.memory, time: time) { house, _ in
            let send = {
                try house.notify("ada") {
                    $0.idempotencyKey = "k"
                    $0.secondsToLive = 10
                }[0]
            }
            let first = try send()
            time.advance(by: .seconds(3600))
            try house.keepUp()
            let repeated = try send()
            #expect(repeated.isDuplicate)
            #expect(repeated.notificationID == first.notificationID)
            time.advance(by: .seconds(24 * 3600))
            let fresh = try send()
            #expect(!fresh.isDuplicate)
            #expect(fresh.seq == 2)
        }
    }

    @Test("a newer one with the same collapse key takes the place of older ones for who has not got them")
    func collapse() async throws {
        try await withInbox(.memory) { house, _ in
            let old = try house.notify("ada", title: "1 of 2 done") { $0.collapseKey = "progress" }
            let phone = try house.connect("ada", "phone")
            _ = try phone.notification()
            try phone.acknowledge(old[0].notificationID)
            // From any sender.
            try house.notify("ada", title: "2 of 2 done", from: "other") { $0.collapseKey = "progress" }
            try house.notify("ada", title: "another") { $0.collapseKey = "else" }
            #expect(try phone.titles(2) == ["2 of 2 done", "another"])
            let desk = try house.connect("ada", "desk")
            #expect(try desk.titles(2) == ["2 of 2 done", "another"])
            try desk.expectNoNotification(house)
            let page = try desk.list()
            #expect(page.titles == ["another", "2 of 2 done", "1 of 2 done"])
            #expect(page.counts == [2, 2])
        }
    }

    @Test("of several in one call, or at once, with one collapse key the newest is left")
    func collapseWithin() async throws {
        try await withInbox(.memory) { house, _ in
            try house.run { backend in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<40 {
                        group.addTask {
                            var request = NotificationRequest(
                                users: ["ada"], title: "\(number)", message: "", sender: .application)
                            request.collapseKey = "c"
                            _ = try await backend.notify(request)
                        }
                    }
                    try await group.waitForAll()
                }
            }
            let ada = try house.connect("ada", "phone")
            #expect(try ada.notification().data["seq"]?.int == 40)
            try ada.expectNoNotification(house)
            let page = try ada.list()
            #expect(page.counts == [1, 1])
            #expect(page.states == ["delivered"] + [String](repeating: "superseded", count: 39))
        }
    }

    @Test("what is past its time is delivered no more, is not counted, and keeps its number")
    func timeToLive() async throws {
        let time = ManualTime()
        try await withInbox(.memory, time: time) { house, _ in
            let ada = try house.connect("ada", "phone")
            let sent = try house.notify("ada", title: "short") { $0.secondsToLive = 10 }
            let message = try ada.notification()
            #expect(
                message.data["expires_at"]?.string == (time.date + .seconds(10)).description)
            try house.notify("ada", title: "long")
            _ = try ada.notification()
            time.advance(by: .seconds(10))
            let desk = try house.connect("ada", "desk")
            #expect(try desk.titles(1) == ["long"])
            _ = try ada.drain()
            try house.keepUp()
            let counts = try ada.skip(to: "notification_counts")
            #expect(counts.data.counts == [1, 1])
            let page = try ada.list()
            #expect(page.titles == ["long", "short"])
            #expect(page.states == ["delivered", "expired"])
            #expect(page.counts == [1, 1])
            // An acknowledgement that comes too late changes nothing.
            try ada.acknowledge(sent[0].notificationID)
            #expect(try ada.list().states == ["delivered", "expired"])
            #expect(try house.notify("ada").map(\.seq) == [3])
        }
    }

    @Test("what is for later comes when its time has come, and is not to be seen before")
    func deliverAt() async throws {
        let time = ManualTime()
        try await withInbox(.memory, time: time) { house, _ in
            let ada = try house.connect("ada", "phone")
            try house.notify("ada", title: "later") {
                $0.deliverAt = time.date + .seconds(60)
                $0.secondsToLive = 60
            }
            try house.notify("ada", title: "now")
            #expect(try ada.titles(1) == ["now"])
            time.advance(by: .seconds(59))
            try house.keepUp()
            try ada.expectNoNotification(house)
            #expect(try ada.list().titles == ["now"])
            #expect(try ada.list().counts == [1, 1])
            time.advance(by: .seconds(1))
            try house.keepUp()
            let message = try ada.notification()
            #expect(message.data["title"]?.string == "later")
            #expect(message.data["seq"]?.int == 1)
            #expect(try ada.list().counts == [2, 2])
            // Its time to live counts from then.
            time.advance(by: .seconds(59))
            try house.keepUp()
            #expect(try house.connect("ada", "desk").titles(2) == ["later", "now"])
            time.advance(by: .seconds(1))
            try house.keepUp()
            #expect(try ada.list().states == ["delivered", "expired"])
        }
    }

    @Test("to ten thousand users in one call: all of them, each once, or none")
    func manyUsers() async throws {
        try await withInbox(.memory) { house, database in
            let users = (0..<10_000).map { UserID(stringLiteral: "user \($0)") }
            let sent = try house.run { backend in
                try await backend.notify(
                    NotificationRequest(users: users, title: "All", message: "", sender: .application))
            }
            #expect(sent.map(\.user) == users)
            #expect(sent.allSatisfy { $0.seq == 1 })
            #expect(Set(sent.map(\.notificationID)).count == 10_000)
            #expect(try house.connect("user 9999", "phone").titles(1) == ["All"])
            // The database does not take one of them: none is sent.
            try Psql.run(
                "alter table realtime.notifications add constraint no_seven check (user_id <> 'user 7' or seq < 2)",
                on: database.connectionString)
            let error = #expect(throws: RealtimeError.self) {
                try house.run { backend in
                    try await backend.notify(
                        NotificationRequest(users: users, title: "None", message: "", sender: .application))
                }
            }
            #expect(error?.code == .internal)
            #expect(try house.notify("user 8").map(\.seq) == [2])
        }
    }

    @Test("one that the database does not take does not take those along that came with it")
    func badNeighbour() async throws {
        try await withInbox(.memory) { house, database in
            try Psql.run(
                "alter table realtime.notifications add constraint no_bad check (title <> 'bad')",
                on: database.connectionString)
            let outcomes = try house.run { backend in
                await withTaskGroup(of: (String, UInt64?).self) { group in
                    for number in 0..<64 {
                        group.addTask {
                            let title = number % 16 == 3 ? "bad" : "good"
                            let sent = try? await backend.notify(
                                NotificationRequest(
                                    users: ["ada"], title: title, message: "", sender: .application))
                            return (title, sent?[0].seq)
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
            }
            #expect(outcomes.filter { $0.0 == "bad" }.allSatisfy { $0.1 == nil })
            #expect(outcomes.filter { $0.0 == "good" }.compactMap(\.1).sorted() == Array(1...60))
        }
    }
}
