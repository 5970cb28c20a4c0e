import Testing

@testable import Realtime

@Suite("Notifications: sent in an application's own transaction", .timeLimit(.minutes(10)))
struct TransactionalEnqueueTests {
    @Test(
        "what a transaction enqueues comes when it commits, to who is connected and to who comes later",
        arguments: ContractTransport.allCases)
    func commit(_ transport: ContractTransport) async throws {
        try await withInbox(transport) { house, database in
            let phone = try house.connect("ada", "phone")
            let id = try Psql.run(
                """
                begin;
                create table invoices (id bigint primary key);
                insert into invoices values (114);
                select realtime.enqueue(
                    'ada', 'Paid', 'Invoice 114', 'success', 'high', '{"invoice": 114}', collapse_key => 'c');
                commit;
                """, on: database.connectionString)
            try house.keepUp()
            for device in [phone, try house.connect("ada", "desk")] {
                let message = try device.notification()
                #expect(message.data["notification_id"]?.string == id)
                #expect(message.data["seq"]?.int == 1)
                #expect(message.data["title"]?.string == "Paid")
                #expect(message.data["message"]?.string == "Invoice 114")
                #expect(message.data["level"]?.string == "success")
                #expect(message.data["priority"]?.string == "high")
                #expect(message.data["attempt"]?.int == 1)
                #expect(message.data["data"]?["invoice"]?.int == 114)
                #expect(message.data["expires_at"] == nil)
            }
            #expect(try phone.list().counts == [1, 1])
            #expect(try Psql.run("select count(*) from invoices", on: database.connectionString) == "1")
            // It was taken in once.
            try house.keepUp()
            try phone.expectNoNotification(house)
            #expect(try house.notify("ada").map(\.seq) == [2])
        }
    }

    @Test("a server that nobody tells finds it by itself")
    func found() async throws {
        try await withInbox(.webSocket) { house, database in
            let ada = try house.connect("ada", "phone")
            try Psql.run("select realtime.enqueue('ada', 'Found')", on: database.connectionString)
            #expect(try ada.titles(1) == ["Found"])
        }
    }

    @Test("what a transaction has not committed is not there, and what it rolls back never was")
    func rollback() async throws {
        try await withInbox(.memory) { house, database in
            let ada = try house.connect("ada", "phone")
            try Psql.run(
                "begin; select realtime.enqueue('ada', 'Never'); rollback;", on: database.connectionString)
            try house.keepUp()
            try ada.expectNoNotification(house)
            #expect(try ada.list().titles == [])
            #expect(try outgoing(database) == "0")
            // It has used no number up.
            try Psql.run("select realtime.enqueue('ada', 'First')", on: database.connectionString)
            try house.keepUp()
            #expect(try ada.notification().data["seq"]?.int == 1)
        }
    }

    @Test("an exception names what can't be sent, and takes the transaction with it")
    func malformed() async throws {
        try await withInbox(.memory) { house, database in
            let cases = [
                ("array[]::text[], 'T'", "users must not be empty"),
                ("null::text[], 'T'", "users must not be empty"),
                ("null::text, 'T'", "users must be 1 to 256 bytes"),
                ("array['ada', null], 'T'", "users must be 1 to 256 bytes"),
                ("'', 'T'", "users must be 1 to 256 bytes"),
                ("repeat('u', 257), 'T'", "users must be 1 to 256 bytes"),
                ("E'a\\tb', 'T'", "users must be 1 to 256 bytes each, without control characters"),
                ("'ada', ''", "title must be 1 to 1024 bytes"),
                ("'ada', null", "title must be 1 to 1024 bytes"),
                ("'ada', repeat('é', 513)", "title must be 1 to 1024 bytes"),
                ("'ada', 'T', null", "message must be at most 16384 bytes"),
                ("'ada', 'T', repeat('x', 16385)", "message must be at most 16384 bytes"),
                ("'ada', 'T', level => 'loud'", "level must be info, success, warning or error"),
                ("'ada', 'T', level => null", "level must be info, success, warning or error"),
                ("'ada', 'T', priority => 'asap'", "priority must be low, normal, high or urgent"),
                ("'ada', 'T', data => to_jsonb(repeat('x', 16383))", "data must be at most 16384 bytes"),
                ("'ada', 'T', ttl_seconds => 0", "ttl_seconds must be 1 to 315360000"),
                ("'ada', 'T', ttl_seconds => -1", "ttl_seconds must be 1 to 315360000"),
                ("'ada', 'T', ttl_seconds => 315360001", "ttl_seconds must be 1 to 315360000"),
                ("'ada', 'T', deliver_at => 'infinity'", "deliver_at must be"),
                ("'ada', 'T', deliver_at => '-infinity'", "deliver_at must be"),
                ("'ada', 'T', deliver_at => '9001-01-01Z'", "deliver_at must be"),
                ("'ada', 'T', collapse_key => ''", "collapse_key must be 1 to 256 bytes"),
                ("'ada', 'T', collapse_key => repeat('k', 257)", "collapse_key must be 1 to 256 bytes"),
                ("'ada', 'T', idempotency_key => ''", "idempotency_key must be 1 to 256 bytes"),
                ("'ada', 'T', idempotency_key => repeat('k', 257)", "idempotency_key must be 1 to 256 bytes"),
            ]
            for (arguments, sentence) in cases {
                let failure = #expect(throws: Psql.Failed.self, "\(arguments)") {
                    try Psql.run(
                        """
                        begin; select realtime.enqueue('ada', 'Before');
                        select realtime.enqueue(\(arguments)); commit;
                        """, on: database.connectionString)
                }
                #expect(
                    failure?.description.contains(sentence) == true,
                    "\(arguments): \(failure?.description ?? "")")
            }
            #expect(try outgoing(database) == "0")
            // Just within the bounds it is sent.
            try Psql.run(
                """
                select realtime.enqueue(repeat('u', 256), repeat('é', 512), repeat('x', 16384),
                    data => to_jsonb(repeat('x', 16382)), ttl_seconds => 315360000,
                    collapse_key => repeat('k', 256), idempotency_key => repeat('k', 256))
                """, on: database.connectionString)
            try house.keepUp()
            let user = UserID(stringLiteral: String(repeating: "u", count: 256))
            #expect(try house.connect(user, "phone").notification().data["seq"]?.int == 1)
        }
    }

    @Test("of several users each gets one, and the ids are in the users' order")
    func severalUsers() async throws {
        try await withInbox(.memory) { house, database in
            let printed = try Psql.run(
                "select unnest(realtime.enqueue(array['bob', 'ada', 'bob', 'eve'], 'All'))",
                on: database.connectionString)
            let ids = printed.split(separator: "\n").map(String.init)
            try house.keepUp()
            #expect(ids.count == 3)
            for (user, id) in zip(["bob", "ada", "eve"] as [UserID], ids) {
                let client = try house.connect(user, "phone")
                let message = try client.notification()
                #expect(message.data["notification_id"]?.string == id)
                #expect(message.data["seq"]?.int == 1)
                try client.expectNoNotification(house)
            }
        }
    }

    @Test("the same idempotency key is sent once, whether in one transaction or in several")
    func idempotency() async throws {
        try await withInbox(.memory) { house, database in
            let enqueue = "select realtime.enqueue('ada', 'Once', idempotency_key => 'k');"
            try Psql.run("begin; \(enqueue) \(enqueue) commit;", on: database.connectionString)
            try house.keepUp()
            try Psql.run(enqueue, on: database.connectionString)
            try Psql.run(
                "select realtime.enqueue('ada', 'Other', idempotency_key => 'k')",
                on: database.connectionString)
            try house.keepUp()
            #expect(try outgoing(database) == "0")
            let ada = try house.connect("ada", "phone")
            #expect(try ada.titles(1) == ["Once"])
            try ada.expectNoNotification(house)
            // A backend's keys are its own.
            #expect(try house.notify("ada") { $0.idempotencyKey = "k" }[0].seq == 2)
        }
    }

    @Test("the same idempotency key with another body is another content, a time to live included")
    func otherBodies() async throws {
        try await withInbox(.memory) { _, database in
            let all = "deliver_at => '2999-01-01Z', ttl_seconds => 60, collapse_key => 'c', message => 'm'"
            let same = [try status(all, in: database), try status(all, in: database)]
            #expect(same == ["0", "1"])
            let changes = [
                ("ttl_seconds => 60", "ttl_seconds => 61"), ("ttl_seconds => 60", "ttl_seconds => null"),
                ("2999", "2998"), ("'c'", "'d'"), ("'m'", "'n'"),
            ]
            for (old, new) in changes {
                let parts = all.split(separator: old, omittingEmptySubsequences: false)
                #expect(try status(parts.joined(separator: new), in: database) == "2", "\(new)")
            }
        }
    }

    /// What `collect` says of one with the key `k`: 0 accepted, 1 sent before, 2 the key was used for another body.
    private func status(_ arguments: String, in database: TestDatabase) throws -> String {
        try Psql.run(
            "select realtime.enqueue('ada', 'T', idempotency_key => 'k', \(arguments))",
            on: database.connectionString)
        return try Psql.run(
            "select status from realtime.collect(now(), '1 day', 100) where status <> 3",
            on: database.connectionString)
    }

    @Test("the same time to live is the same, whenever it begins")
    func sameTimeToLive() async throws {
        try await withInbox(.memory) { _, database in
            let enqueue = "select realtime.enqueue('ada', 'T', ttl_seconds => 60, idempotency_key => 'k');"
            for _ in 0..<2 { try Psql.run(enqueue, on: database.connectionString) }
            let collect = "select status from realtime.collect(now(), '1 day', 1)"
            for status in ["0", "1"] {
                #expect(try Psql.run(collect, on: database.connectionString) == status)
            }
        }
    }

    @Test("a newer one takes the place of an older one with the same collapse key, from a backend too")
    func collapse() async throws {
        try await withInbox(.memory) { house, database in
            try house.notify("ada", title: "1 of 3") { $0.collapseKey = "c" }
            try Psql.run(
                """
                begin;
                select realtime.enqueue('ada', '2 of 3', collapse_key => 'c');
                select realtime.enqueue('ada', '3 of 3', collapse_key => 'c');
                commit;
                """, on: database.connectionString)
            try house.keepUp()
            let ada = try house.connect("ada", "phone")
            #expect(try ada.titles(1) == ["3 of 3"])
            try ada.expectNoNotification(house)
            #expect(try ada.list().states == ["delivered", "superseded", "superseded"])
            #expect(try ada.list().counts == [1, 1])
        }
    }

    @Test("its time to live counts from when it was enqueued, or from when it is due")
    func timeToLive() async throws {
        try await withInbox(.memory) { house, database in
            let before = Timestamp.now
            try Psql.run(
                """
                select realtime.enqueue('ada', 'now', ttl_seconds => 6000);
                select realtime.enqueue('ada', 'was due', ttl_seconds => 6000, deliver_at => now() - interval '3000 s');
                select realtime.enqueue('ada', 'too late', ttl_seconds => 1, deliver_at => now() - interval '30 s');
                """, on: database.connectionString)
            let after = Timestamp.now
            try house.keepUp()
            let ada = try house.connect("ada", "phone")
            for (title, seconds) in [("now", 6000), ("was due", 3000)] {
                let message = try ada.notification()
                #expect(message.data["title"]?.string == title)
                let expires = try #require(
                    message.data["expires_at"]?.string.flatMap(Timestamp.init(rfc3339:)))
                #expect(
                    expires >= before + .seconds(seconds) && expires <= after + .seconds(seconds), "\(title)")
            }
            try ada.expectNoNotification(house)
            #expect(try ada.list().states == ["expired", "delivered", "delivered"])
        }
    }

    @Test("what is for later comes by itself when its time has come, and is not to be seen before")
    func deliverAt() async throws {
        try await withInbox(.webSocket) { house, database in
            let ada = try house.connect("ada", "phone")
            try Psql.run(
                """
                select realtime.enqueue('ada', 'next year', deliver_at => now() + interval '1 year');
                select realtime.enqueue('ada', 'soon', deliver_at => now() + interval '2 s');
                """, on: database.connectionString)
            let message = try ada.notification()
            #expect(message.data["title"]?.string == "soon")
            #expect(message.data["seq"]?.int == 2)
            let due = try Psql.run(
                "select (extract(epoch from deliver_at) * 1000)::bigint from realtime.notifications where seq = 2",
                on: database.connectionString)
            let sent = try #require(message["timestamp"]?.string.flatMap(Timestamp.init(rfc3339:)))
            #expect(sent.milliseconds >= Int64(due) ?? .max)
            #expect(try ada.list().titles == ["soon"])
        }
    }

    /// How much waits to be taken in.
    private func outgoing(_ database: TestDatabase) throws -> String {
        try Psql.run("select count(*) from realtime.outgoing", on: database.connectionString)
    }
}
