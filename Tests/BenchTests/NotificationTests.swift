import Testing

@testable import realtime_bench

@Suite("Posted notifications and what the server says of them")
struct NotificationTests {
    private func receipts(_ body: String) throws(BenchFailure) -> [NotificationReceipt] {
        var found: [NotificationReceipt] = []
        let bytes = Array(body.utf8)
        let count = try bytes.span.withUnsafeBytes { bytes throws(BenchFailure) in
            try NotificationReceipt.forEach(in: bytes) { found.append($0) }
        }
        #expect(count == found.count)
        return found
    }

    @Test("a request is the same but for the user and the tag")
    func request() throws {
        let line = "pages http://127.0.0.1:80 --service-token-file /proc/self/comm"
        var options = try Options(arguments: line.split(separator: " ").map(String.init))
        options.notifications.token = "T"
        let body = #"{"é":"{user}","a":"{tag}","b":"{tag}"}"#
        let template = RequestTemplate(RequestTemplate.post("/p", body, options))
        func text(_ user: UInt32, _ counter: UInt32) -> String {
            String(decoding: template.request(user: user, Tag(stream: 1, counter: counter)), as: UTF8.self)
        }
        let tag = "0000000100000007"
        let head =
            "POST /p HTTP/1.1\r\nHost: 127.0.0.1:80\r\nAuthorization: Bearer T\r\n"
            + "Content-Type: application/json\r\nContent-Length: 63\r\n\r\n"
        #expect(text(42, 7) == head + #"{"é":"0000002a","a":"\#(tag)","b":"\#(tag)"}"#)
        #expect(text(43, 7) == head + #"{"é":"0000002b","a":"\#(tag)","b":"\#(tag)"}"#)
    }

    @Test("a body has the size that was asked for, with an idempotency key or without")
    func bodies() {
        let tag = Tag(stream: 1, counter: 2)
        for idempotent in [false, true] {
            let text = NotificationBody.fill(
                NotificationBody.single(size: 300, idempotent: idempotent), user: 5, tag)
            #expect(text.utf8.count == 300)
            #expect(text.hasPrefix(#"{"user_id":"user-00000005","title":"#))
            #expect(text.hasSuffix(#","data":{"bench":"0000000100000002"}}"#))
            #expect(text.contains(#""idempotency_key":"bench-0000000100000002""#) == idempotent)
        }
        let many = NotificationBody.many(users: 9..<11, size: 200, tag: tag)
        #expect(many.hasPrefix(#"{"user_ids":["user-00000009","user-0000000a"],"title":"Build finished","#))
        #expect(many.hasSuffix(#","data":{"bench":"0000000100000002"}}"#))
    }

    @Test("an answer's entries are read in whatever order their members come")
    func receiptsRead() throws {
        let body =
            #"{"notifications":[{"user_id":"user-0000002a","notification_id":"n1","seq":7,"duplicate":false},"#
            + #"{"duplicate":true,"seq":8,"notification_id":"n2","user_id":"user-0000002b"}]}"#
        let found = try receipts(body)
        #expect(found.map(\.user) == [42, 43])
        #expect(found.map(\.sequence) == [7, 8])
        #expect(found.map(\.duplicate) == [false, true])
        #expect(found[0].identity != found[1].identity)
    }

    @Test(
        "an answer that lacks something is refused",
        arguments: [
            "", "{}", #"{"notifications":[{"user_id":"user-0000002a""#,
            #"{"notifications":[{"notification_id":"n","seq":7,"duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-2a","notification_id":"n","seq":7,"duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-0000002a0","notification_id":"n","seq":7,"duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-0000002a","notification_id":"","seq":7,"duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-0000002a","notification_id":"n","seq":0,"duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-0000002a","notification_id":"n","seq":"7","duplicate":false}]}"#,
            #"{"notifications":[{"user_id":"user-0000002a","notification_id":"n","seq":7,"duplicate":0}]}"#,
        ])
    func refuses(body: String) {
        #expect(throws: BenchFailure.self) { try receipts(body) }
    }

    private func ledger(_ entries: [(user: UInt32, sequence: Int, id: UInt64)]) -> NotificationLedger {
        var ledger = NotificationLedger(expecting: entries.count)
        for entry in entries {
            ledger.record(
                NotificationReceipt(
                    user: entry.user, sequence: entry.sequence, identity: entry.id, duplicate: false))
        }
        return ledger
    }

    @Test("numbers that follow each other pass, wherever they begin and in whatever order they came")
    func consistent() throws {
        var ledger = ledger([(1, 6, 10), (2, 1, 11), (1, 5, 12), (1, 7, 13)])
        try ledger.check()
        #expect(ledger.count == 4)
    }

    @Test("a hole, a number given twice and an id given twice are found")
    func inconsistent() {
        for entries in [
            [(1, 5, 10), (1, 7, 11)], [(1, 5, 10), (1, 5, 11)], [(1, 5, 10), (2, 5, 10)],
        ] as [[(user: UInt32, sequence: Int, id: UInt64)]] {
            var ledger = ledger(entries)
            #expect(throws: BenchFailure.self) { try ledger.check() }
        }
    }

    @Test("users are thrown evenly, and the same in every run")
    func dice() {
        var first = UserDice(count: 10)
        var second = UserDice(count: 10)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<10_000 {
            let user = first.next()
            #expect(second.next() == user)
            counts[Int(user)] += 1
        }
        #expect(counts.allSatisfy { 850...1150 ~= $0 })
    }
}
