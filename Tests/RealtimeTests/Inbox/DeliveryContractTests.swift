import Testing

@testable import Realtime

@Suite("Notifications: delivery", .timeLimit(.minutes(10)))
struct DeliveryContractTests {
    @Test("one is pushed at once to every connected device", arguments: ContractTransport.allCases)
    func pushed(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            let devices = [try house.connect("ada", "phone"), try house.connect("ada", "desk")]
            let bob = try house.connect("bob", "phone")
            let sent = try house.notify("ada", title: "Hello") {
                $0.message = "It is done."
                $0.level = .success
                $0.data = SharedBytes(#"{ "b":1e2, "a":[ ] }"#)
            }
            #expect(sent.map(\.seq) == [1])
            for device in devices {
                let message = try device.notification()
                #expect(message.text.contains(#""data":{ "b":1e2, "a":[ ] }"#))
                #expect(message.data["notification_id"]?.string == sent[0].notificationID)
                #expect(message.data["seq"]?.int == 1)
                #expect(message.data["title"]?.string == "Hello")
                #expect(message.data["message"]?.string == "It is done.")
                #expect(message.data["level"]?.string == "success")
                #expect(message.data["priority"]?.string == "normal")
                #expect(message.data["read"]?.bool == false)
                #expect(message.data["attempt"]?.int == 1)
                #expect(message.data["created_at"]?.string?.count == 24)
                #expect(message.data["expires_at"] == nil)
                #expect(message.seq == nil)
            }
            try bob.expectNoNotification(house)
        }
    }

    @Test(
        "what was sent while nobody was there comes right after connect, to a device that was never here too",
        arguments: ContractTransport.allCases)
    func offline(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            for title in ["one", "two"] { try house.notify("ada", title: title) }
            for device: DeviceID in ["phone", "new"] {
                let client = try house.connect("ada", device)
                // Nothing else comes before them.
                #expect(try client.expect("system_notification").data["title"]?.string == "one")
                #expect(try client.expect("system_notification").data["title"]?.string == "two")
            }
        }
    }

    @Test(
        "on connect all urgent ones come first, by their numbers, then all others by theirs, then what is newer",
        arguments: ContractTransport.allCases)
    func urgentFirst(_ transport: ContractTransport) async throws {
        // So small that everything takes several pages.
        try await withInbox(transport, { $0.connections.maxOutbox = 140 << 10 }) { house, _ in
            for number in 1...12 {
                try house.notify("ada", title: "\(number)", priority: number % 4 == 0 ? .urgent : .low)
            }
            let ada = try house.connect("ada", "phone")
            try house.notify("ada", title: "urgent, and newer", priority: .urgent)
            #expect(
                try ada.titles(13) == [
                    "4", "8", "12", "1", "2", "3", "5", "6", "7", "9", "10", "11", "urgent, and newer",
                ])
        }
    }

    @Test(
        "what a device has acknowledged does not come to it again, and does to the others",
        arguments: ContractTransport.allCases)
    func acknowledged(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            for number in 1...3 { try house.notify("ada", title: "\(number)") }
            let phone = try house.connect("ada", "phone")
            #expect(try phone.titles(2) == ["1", "2"])
            let third = try phone.notification().data
            try phone.acknowledge(third["notification_id"]?.string ?? "")
            try house.close(phone)
            let again = try house.connect("ada", "phone")
            let first = try again.notification().data
            #expect(first["title"]?.string == "1")
            #expect(first["attempt"]?.int == 2)
            #expect(try again.titles(1) == ["2"])
            try again.expectNoNotification(house)
            #expect(try house.connect("ada", "desk").titles(3) == ["1", "2", "3"])
        }
    }

    @Test("connections without a device's name share one device", arguments: ContractTransport.allCases)
    func sharedDevice(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, _ in
            let sent = try house.notify("ada")
            let one = try house.connect("ada")
            _ = try one.notification()
            try one.acknowledge(sent[0].notificationID)
            try house.connect("ada").expectNoNotification(house)
        }
    }

    @Test("what is not acknowledged comes again on the same connection, and more rarely after each time")
    func again() async throws {
        try await withInbox(.webSocket, { $0.notifications.acknowledgementTimeout = .milliseconds(300) }) {
            house, _ in
            let ada = try house.connect("ada", "phone")
            let sent = try house.notify("ada")
            var times: [Timestamp] = []
            for attempt in 1...3 {
                let message = try ada.notification()
                #expect(message.data["attempt"]?.int == attempt)
                times.append(
                    try #require(message["timestamp"]?.string.flatMap { Timestamp(rfc3339: $0) }))
            }
            #expect(times[1] - times[0] >= .milliseconds(300))
            #expect(times[2] - times[1] >= .milliseconds(600))
            try ada.acknowledge(sent[0].notificationID)
        }
    }

    @Test("a connection that has acknowledged all is at rest until there is more")
    func rest() async throws {
        try await withInbox(.memory) { house, _ in
            let ada = try house.connect("ada", "phone")
            for number in 1...3 {
                let sent = try house.notify("ada", title: "\(number)")
                #expect(try ada.titles(1) == ["\(number)"])
                #expect(try house.sessionsAtRest() == 0)
                try ada.acknowledge(sent[0].notificationID)
                #expect(try house.sessionsAtRest() == 1)
            }
        }
    }

    @Test("acknowledging what is another's, or nobody's, is answered like any other and changes nothing")
    func foreignIDs() async throws {
        try await withInbox(.memory) { house, _ in
            let sent = try house.notify("ada")
            let bob = try house.connect("bob", "phone")
            try bob.acknowledge(sent[0].notificationID)
            try bob.acknowledge("ntf_00000000000000000000000000000000", "nonsense", "")
            let ada = try house.connect("ada", "phone")
            #expect(try ada.notification().data["notification_id"]?.string == sent[0].notificationID)
            #expect(try ada.ask("notification_ack", "{}").code == "malformed")
            #expect(try ada.ask("notification_ack", #"{"notification_ids":"x"}"#).code == "malformed")
        }
    }

    @Test("each of a user's notifications has the next number, whoever sends them at once")
    func numbers() async throws {
        try await withInbox(.memory) { house, database in
            let sent = try house.run { backend in
                try await withThrowingTaskGroup(of: [SentNotification].self) { group in
                    for number in 0..<200 {
                        group.addTask {
                            try await backend.notify(
                                NotificationRequest(
                                    users: ["ada", UserID(stringLiteral: "user \(number % 7)")],
                                    title: "\(number)", message: "", sender: .application))
                        }
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
            }
            #expect(sent.filter { $0.user == "ada" }.map(\.seq).sorted() == Array(1...200))
            let holes = try Psql.run(
                "select count(*) from realtime.inboxes i where i.last_seq <> "
                    + "(select count(*) from realtime.notifications n where n.user_id = i.user_id)",
                on: database.connectionString)
            #expect(holes == "0")
            let ada = try house.connect("ada", "phone")
            let seqs = try (0..<200).map { _ in try ada.notification().data["seq"]?.int ?? 0 }
            #expect(seqs == Array(1...200))
        }
    }

    @Test("a reader that takes its time gets a thousand large ones, and is not cut off")
    func slowReader() async throws {
        try await withInbox(.webSocket, { $0.notifications.acknowledgementTimeout = .seconds(600) }) {
            house, _ in
            let text = String(repeating: "x", count: 15_000)
            for _ in 0..<10 {
                try house.run { backend in
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<50 {
                            group.addTask {
                                _ = try await backend.notify(
                                    NotificationRequest(
                                        users: ["ada"], title: "large", message: text, sender: .application))
                            }
                        }
                        try await group.waitForAll()
                    }
                }
            }
            let ada = try house.connect("ada", "phone")
            // 7.5 MB, of which 1 MiB may wait.
            for seq in 1...500 { #expect(try ada.notification().data["seq"]?.int == seq) }
        }
    }

    @Test("all of it survives a restart of the server: what is pending, the counts, the attempts")
    func restart() async throws {
        try await withDatabase { database in try await restart(on: database) }
    }

    private func restart(on database: TestDatabase) async throws {
        let configure = { @Sendable (configuration: inout ServerConfiguration) in
            configuration.storage.database = HiddenText(database.connectionString)
        }
        try await withHouse(.webSocket, configure) { house in
            try house.waitForDatabase()
            let phone = try house.connect("ada", "phone")
            let sent = try house.notify("ada", title: "1")
            _ = try phone.notification()
            try phone.acknowledge(sent[0].notificationID)
            try house.notify("ada", title: "2")
            _ = try phone.notification()
        }
        try await withHouse(.webSocket, configure) { house in
            try house.waitForDatabase()
            let phone = try house.connect("ada", "phone")
            let message = try phone.notification()
            #expect(message.data["title"]?.string == "2")
            #expect(message.data["attempt"]?.int == 2)
            #expect(try phone.list().counts == [2, 2])
            #expect(try house.notify("ada", title: "3").map(\.seq) == [3])
        }
    }
}

extension ContractHouse {
    /// How many sessions have nothing to do for their users' inboxes.
    fileprivate func sessionsAtRest() throws -> Int {
        try (0..<hub.loopCount).map { loop in
            try onLoop(loop) { shard in
                shard.receivers.values.count { receiver in
                    if case .resting = (receiver as? ClientSession)?.inbox { true } else { false }
                }
            }
        }.reduce(0, +)
    }
}
