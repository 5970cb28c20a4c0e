import Testing

@testable import Realtime

/// Notifications for clients that poll, with a database.
@Suite("Notifications without a WebSocket", .timeLimit(.minutes(10)))
struct NotificationsWithoutWebSocketTests {
    private func withPoller(
        _ change: (inout ServerConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (ServerHouse, TestPoller) throws -> Void
    ) async throws {
        try await withInbox(.polling, change) { house, _ in
            let house = try #require(house as? ServerHouse)
            try body(house, TestPoller(house.server, "ada"))
        }
    }

    private func titles(_ answer: JSONValue) -> [String] {
        answer.events.compactMap { $0["data"]?["title"]?.string }
    }

    @Test("a connect is answered with all that is unacknowledged, and nothing has to be waited for")
    func connect() async throws {
        try await withPoller { house, ada in
            for number in 1...20 { try house.notify("ada", title: "\(number)") }
            let answer = try ada.connect()
            #expect(answer.eventTypes.first == "connect")
            #expect(titles(answer) == (1...20).map { "\($0)" })
        }
    }

    @Test("one that comes is the answer to whoever waits")
    func pushed() async throws {
        try await withPoller { house, ada in
            try ada.connect()
            let waiting = try ada.http.send("GET", "/api/realtime/poll" + ada.query(wait: 30))
            try house.notify("ada", title: "Hello")
            var answer = TestBackend.Answer(try waiting.readToEnd()).json
            // The counts may come first.
            if titles(answer).isEmpty {
                let last = answer.events.last?["message_id"]?.string ?? ""
                answer = try ada.ask("?session=\(ada.session ?? "")&lastMessageId=\(last)").json
            }
            #expect(titles(answer) == ["Hello"])
        }
    }

    @Test("what was acknowledged does not come again, whatever is asked")
    func acknowledged() async throws {
        try await withPoller { house, ada in
            try house.notify("ada", title: "one")
            try house.notify("ada", title: "two")
            let answer = try ada.connect()
            let id = answer.events[1]["data"]?["notification_id"]?.string ?? ""
            let ack = #"{"type":"notification_ack","data":{"notification_ids":["\#(id)"]}}"#
            #expect(try ada.say(ack)["type"]?.string == "ack")
            let first = answer.events[0]["message_id"]?.string ?? ""
            let session = "session=\(ada.session ?? "")"
            #expect(titles(try ada.ask("?\(session)&lastMessageId=\(first)").json) == ["two"])
            #expect(titles(try ada.ask("?\(session)").json) == ["two"])
            #expect(titles(try ada.ask("?\(session)&lastMessageId=unknown").json) == ["two"])
            #expect(titles(try ada.ask().json) == ["two"])
        }
    }

    @Test("what is not acknowledged in time comes again as another message, and once to who begins anew")
    func again() async throws {
        try await withPoller({ $0.notifications.acknowledgementTimeout = .milliseconds(300) }) { house, ada in
            try house.notify("ada", title: "one")
            let first = try ada.connect().events.last
            #expect(first?["data"]?["attempt"]?.int == 1)
            let second = try ada.next("system_notification")
            #expect(second["data"]?["attempt"]?.int == 2)
            #expect(second["data"]?["notification_id"] == first?["data"]?["notification_id"])
            #expect(second["message_id"] != first?["message_id"])
            #expect(titles(try ada.ask("?session=\(ada.session ?? "")").json) == ["one"])
        }
    }

    @Test("one whose time is over is not handed out, though it was fetched in time")
    func expired() async throws {
        try await withPoller { house, ada in
            try ada.connect()
            try house.notify("ada", title: "short") { $0.secondsToLive = 1 }
            try house.notify("ada", title: "long")
            eventually {
                let answer = try? ada.ask("?session=\(ada.session ?? "")").json
                return answer.map { titles($0) == ["long"] } == true
            }
        }
    }

    @Test("more than fits is fetched page by page, as the client goes on")
    func pages() async throws {
        try await withPoller({ $0.connections.maxOutbox = 140 << 10 }) { house, ada in
            let data = SharedBytes("\"\(String(repeating: "x", count: 10_000))\"")
            for number in 1...40 { try house.notify("ada", title: "\(number)") { $0.data = data } }
            var found = titles(try ada.connect())
            #expect(found.count < 40)
            while found.count < 40 { found += titles(try ada.poll(wait: 5)) }
            #expect(found == (1...40).map { "\($0)" })
        }
    }

    @Test("a stream whose client reads gets all that is pending, however much it is")
    func stream() async throws {
        try await withPoller({ $0.connections.maxOutbox = 140 << 10 }) { house, ada in
            let data = SharedBytes("\"\(String(repeating: "x", count: 10_000))\"")
            for number in 1...40 { try house.notify("ada", title: "\(number)") { $0.data = data } }
            let stream = try TestEventStream(ada.http)
            let found = try (1...40).map { _ in
                try stream.next("system_notification")["data"]?["title"]?.string ?? ""
            }
            #expect(found == (1...40).map { "\($0)" })
        }
    }
}
