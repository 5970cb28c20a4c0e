import Testing

@testable import Realtime

@Suite("Notifications over HTTP", .timeLimit(.minutes(10)))
struct NotificationAPITests {
    private let path = "/api/v1/notifications"

    // MARK: Sending

    @Test("what is accepted is 201, with an id and a number for each user, in their order")
    func created() async throws {
        try await withAPI { house, server in
            let ada = try house.connect("ada", "phone")
            let answer = try server.backend().post(
                path,
                """
                {"user_ids":["bob","ada","bob"],"title":"Paid","message":"Invoice 114","level":"success",
                "priority":"high","ttl_seconds":60,"data":{"invoice": 114}}
                """)
            #expect(answer.status == 201)
            let sent = try #require(answer.json["notifications"]?.array)
            #expect(sent.map { $0["user_id"]?.string } == ["bob", "ada"])
            #expect(sent.map { $0["seq"]?.int } == [1, 1])
            #expect(sent.map { $0["duplicate"]?.bool } == [false, false])
            let message = try ada.notification()
            #expect(message.data["notification_id"] == sent[1]["notification_id"])
            #expect(message.data["level"]?.string == "success")
            #expect(message.data["priority"]?.string == "high")
            #expect(message.data["message"]?.string == "Invoice 114")
            #expect(message.text.contains(#""data":{"invoice": 114}"#))
            #expect(message.data["expires_at"]?.string != nil)
            // What need not be said.
            let small = try server.backend().post(path, #"{"user_id":"ada","title":"T","data":null}"#)
            #expect(small.json["notifications"]?.array?.first?["seq"]?.int == 2)
            let plain = try ada.notification()
            #expect(plain.data["level"]?.string == "info")
            #expect(plain.data["priority"]?.string == "normal")
            #expect(plain.data["message"]?.string == "")
            #expect(plain.data["expires_at"] == nil && plain.data["data"] == nil)
        }
    }

    @Test("the same key again is the first answer, marked; with another body it is 409")
    func idempotency() async throws {
        try await withAPI { _, server in
            let body = #"{"user_id":"ada","title":"T","idempotency_key":"k"}"#
            let first = try server.backend().post(path, body)
            let second = try server.backend().post(path, body)
            #expect(first.status == 201 && second.status == 201)
            let (one, two) = (try first.notification, try second.notification)
            #expect(one["duplicate"]?.bool == false && two["duplicate"]?.bool == true)
            #expect(one["notification_id"] == two["notification_id"] && one["seq"] == two["seq"])
            // The field of the head is the same key.
            let third = try server.backend().post(
                path, #"{"user_id":"ada","title":"T"}"#, fields: ["Idempotency-Key: k"])
            #expect(try third.notification["duplicate"]?.bool == true)
            let other = try server.backend().post(
                path, #"{"user_id":"ada","title":"Other","idempotency_key":"k"}"#)
            #expect(other.status == 409)
            #expect(other.code == "conflict")
            // Another backend's keys are its own.
            #expect(try server.backend("crm").post(path, body).notification["seq"]?.int == 2)
        }
    }

    @Test("a bad field is 400 and named, and nothing is sent")
    func malformed() async throws {
        @Sendable func long(_ count: Int) -> String { String(repeating: "x", count: count) }
        let cases = [
            (#""user_id":"ada""#, "title"), (#""user_id":"ada","title":7"#, "title"),
            (#""user_id":"ada","title":"""#, "title"),
            (#""user_id":"ada","title":"\#(long(1_025))""#, "title"),
            (#""user_id":"ada","title":"a\u0000b""#, "title"),
            (#""title":"T""#, "exactly one of user_id and user_ids"),
            (#""user_id":"ada","user_ids":["bob"],"title":"T""#, "exactly one of user_id and user_ids"),
            (#""user_id":"","title":"T""#, "user_id"), (#""user_id":7,"title":"T""#, "user_id"),
            (#""user_id":"\#(long(257))","title":"T""#, "user_id"),
            (#""user_ids":[],"title":"T""#, "user_ids"), (#""user_ids":["ada",""],"title":"T""#, "user_ids"),
            (#""user_ids":"ada","title":"T""#, "user_ids"),
            (#""user_id":"ada","title":"T","message":7"#, "message"),
            (#""user_id":"ada","title":"T","message":"\#(long(16_385))""#, "message"),
            (#""user_id":"ada","title":"T","message":"\u0000""#, "message"),
            (#""user_id":"ada","title":"T","level":"loud""#, "level"),
            (#""user_id":"ada","title":"T","level":1"#, "level"),
            (#""user_id":"ada","title":"T","priority":"asap""#, "priority"),
            (#""user_id":"ada","title":"T","ttl_seconds":-1"#, "ttl_seconds"),
            (#""user_id":"ada","title":"T","ttl_seconds":0"#, "ttl_seconds"),
            (#""user_id":"ada","title":"T","ttl_seconds":1.5"#, "ttl_seconds"),
            (#""user_id":"ada","title":"T","ttl_seconds":"60""#, "ttl_seconds"),
            (#""user_id":"ada","title":"T","ttl_seconds":315360001"#, "ttl_seconds"),
            (#""user_id":"ada","title":"T","deliver_at":"tomorrow""#, "deliver_at"),
            (#""user_id":"ada","title":"T","deliver_at":1900000000"#, "deliver_at"),
            (#""user_id":"ada","title":"T","deliver_at":"1969-12-31T00:00:00Z""#, "deliver_at"),
            (#""user_id":"ada","title":"T","deliver_at":"9999-12-31T00:00:00Z""#, "deliver_at"),
            (#""user_id":"ada","title":"T","data":"\#(long(16_383))""#, "data"),
            (#""user_id":"ada","title":"T","collapse_key":"""#, "collapse_key"),
            (#""user_id":"ada","title":"T","collapse_key":"\#(long(257))""#, "collapse_key"),
            (#""user_id":"ada","title":"T","collapse_key":"\u0000""#, "collapse_key"),
            (#""user_id":"ada","title":"T","idempotency_key":"""#, "idempotency_key"),
            (#""user_id":"ada","title":"T","idempotency_key":"\#(long(257))""#, "idempotency_key"),
            (#""user_id":"ada","title":"T","idempotency_key":7"#, "idempotency_key"),
        ]
        try await withAPI { [path] _, server in
            for (members, field) in cases {
                let answer = try server.backend().post(path, "{\(members)}")
                #expect(answer.status == 400, "\(members.prefix(80))")
                #expect(answer.code == "malformed", "\(members.prefix(80))")
                #expect(answer.message.contains(field), "\(members.prefix(80)): \(answer.message)")
            }
            for body in ["", "[]", "{", "7"] {
                #expect(try server.backend().post(path, body).status == 400, "\(body)")
            }
            // Just within the bounds it is sent, and is the first.
            let answer = try server.backend().post(
                path,
                """
                {"user_id":"ada","title":"\(String(repeating: "é", count: 512))","message":"\(long(16_384))",
                "data":"\(long(16_382))","ttl_seconds":315360000,"collapse_key":"\(long(256))",
                "idempotency_key":"\(long(256))"}
                """)
            #expect(answer.status == 201)
            #expect(try answer.notification["seq"]?.int == 1)
        }
    }

    @Test("only backends send, list and ask: nobody is 401, and a user 403")
    func users() async throws {
        try await withAPI { _, server in
            let id = try server.backend().send(to: "ada")
            let user = TestBackend(port: server.port, token: server.token("ada"))
            for (caller, status) in [(TestBackend(port: server.port), 401), (user, 403)] {
                #expect(try caller.post(path, #"{"user_id":"ada","title":"T"}"#).status == status)
                #expect(try caller.get("/api/v1/users/ada/notifications").status == status)
                #expect(try caller.get("\(path)/\(id)").status == status)
            }
            let page = try server.backend().get("/api/v1/users/ada/notifications")
            #expect(page.json["total"]?.int == 1)
        }
    }

    // MARK: Asking

    @Test("a user's notifications are listed in pages of 1 to 100")
    func list() async throws {
        try await withAPI { _, server in
            for number in 1...3 { try server.backend().send(to: "ada", #","message":"\#(number)""#) }
            let list = { (query: String) in
                try server.backend().get("/api/v1/users/ada/notifications?\(query)")
            }
            for query in ["limit=0", "limit=101", "limit=-1", "limit=ten", "filter=none", "before=x"] {
                let answer = try list(query)
                #expect(answer.status == 400, "\(query)")
                #expect(answer.code == "malformed", "\(query)")
                #expect(answer.message.contains(query.prefix { $0 != "=" }), "\(answer.message)")
            }
            let numbers = { (answer: TestBackend.Answer) in
                (answer.json["items"]?.array ?? []).compactMap { $0["message"]?.string }
            }
            #expect(try numbers(list("limit=100")) == ["3", "2", "1"])
            let first = try list("limit=1")
            #expect(first.status == 200)
            #expect(numbers(first) == ["3"])
            #expect(first.json.counts == [3, 3] && first.json["total"]?.int == 3)
            let next = try #require(first.json["next"]?.string)
            #expect(try numbers(list("limit=5&before=\(next)")) == ["2", "1"])
            #expect(try numbers(list("filter=archived")) == [])
            let nobody = try server.backend().get("/api/v1/users/nobody/notifications")
            #expect(nobody.status == 200)
            #expect(nobody.json["total"]?.int == 0)
        }
    }

    @Test("the timeline says what happened, in order: queued, sent, acknowledged, seen, read")
    func timeline() async throws {
        try await withAPI { house, server in
            let id = try server.backend().send(to: "ada")
            let about = { try server.backend().get("\(path)/\(id)") }
            var told = try about()
            #expect(told.status == 200)
            #expect(told.json["notification_id"]?.string == id)
            #expect(told.json["user_id"]?.string == "ada")
            #expect(told.json["seq"]?.int == 1)
            #expect(told.json["state"]?.string == "pending")
            #expect(told.events == ["queued"])

            let phone = try house.connect("ada", "phone")
            _ = try phone.notification()
            told = try about()
            #expect(told.json["state"]?.string == "delivered")
            #expect(told.events == ["queued", "sent phone 1"])

            try phone.acknowledge(id)
            told = try about()
            #expect(told.json["state"]?.string == "acknowledged")
            #expect(told.events == ["queued", "sent phone 1", "acknowledged phone"])

            for mark in ["seen", "read"] {
                let answer = try phone.ask("notification_\(mark)", #"{"notification_ids":["\#(id)"]}"#)
                #expect(answer.type == "ack")
                #expect(try about().events.last == mark)
                #expect(try about().json[mark]?.bool == true)
            }
            // Another device, and the one that connections without a name share.
            for device in ["desk", nil] as [DeviceID?] {
                _ = try house.connect("ada", device: device).notification()
            }
            told = try about()
            #expect(
                told.events == [
                    "queued", "sent phone 1", "acknowledged phone", "seen", "read", "sent desk 1", "sent 1",
                ])
            let times = (told.json["timeline"]?.array ?? []).compactMap { $0["at"]?.string }
            #expect(times.count == 7 && times == times.sorted())
        }
    }

    @Test("the timeline says what took its place, and that its time was over")
    func ends() async throws {
        try await withAPI { _, server in
            let old = try server.backend().send(to: "ada", #","collapse_key":"c""#)
            let new = try server.backend().send(to: "ada", #","collapse_key":"c","ttl_seconds":1"#)
            let told = try server.backend().get("\(path)/\(old)")
            #expect(told.json["state"]?.string == "superseded")
            #expect(told.json["superseded_by"]?.string == new)
            #expect(told.events == ["queued", "superseded"])
            #expect(told.json["timeline"]?.array?.last?["notification_id"]?.string == new)

            var latest = try server.backend().get("\(path)/\(new)")
            eventually {
                if let answer = try? server.backend().get("\(path)/\(new)") { latest = answer }
                return latest.json["state"]?.string == "expired"
            }
            #expect(latest.events == ["queued", "expired"])
        }
    }

    @Test("what is no notification's id is 404")
    func unknown() async throws {
        try await withAPI { _, server in
            let id = try server.backend().send(to: "ada")
            let last: Character = id.last == "0" ? "1" : "0"
            for other in ["\(id.dropLast())\(last)", "\(id)0", "nonsense", id.uppercased(), "%00"] {
                let answer = try server.backend().get("\(path)/\(other)")
                #expect(answer.status == 404, "\(other)")
                #expect(answer.code == "not_found", "\(other)")
            }
        }
    }
}

/// Runs a test against a real server with a database of its own.
private func withAPI(
    _ body: @escaping @Sendable (ContractHouse, RealtimeServer) throws -> Void
) async throws {
    try await withInbox(.webSocket) { house, _ in
        try body(house, try #require(house as? ServerHouse).server)
    }
}

extension TestBackend {
    /// Sends a notification, and returns its id.
    @discardableResult
    fileprivate func send(to user: String, _ members: String = "") throws -> String {
        let answer = try post("/api/v1/notifications", #"{"user_id":"\#(user)","title":"T"\#(members)}"#)
        return try #require(try answer.notification["notification_id"]?.string, "\(answer.body)")
    }
}

extension TestBackend.Answer {
    /// The one notification that was accepted.
    fileprivate var notification: JSONValue {
        get throws { try #require(json["notifications"]?.array?.first, "\(body)") }
    }

    /// What a timeline says happened: the word, the device and the attempt.
    fileprivate var events: [String] {
        (json["timeline"]?.array ?? []).map { entry in
            let parts = [
                entry["event"]?.string, entry["device_id"]?.string, entry["attempt"]?.int.map(String.init),
            ]
            return parts.compactMap { $0 }.joined(separator: " ")
        }
    }
}
