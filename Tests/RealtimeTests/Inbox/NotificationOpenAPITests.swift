import Testing

@testable import Realtime

@Suite("Notifications in /openapi.json", .timeLimit(.minutes(10)))
struct NotificationOpenAPITests {
    private static let send = "/api/v1/notifications"
    private static let describe = "/api/v1/notifications/{notification_id}"
    private static let list = "/api/v1/users/{user_id}/notifications"

    /// The answers that came, held against the page.
    private final class Answers: Sendable {
        private let document: JSONValue
        /// Which statuses came, by what was asked.
        let statuses = Locked<[String: Set<String>]>([:])

        init() throws { document = try JSONValue.parse(OpenAPI.document) }

        func operation(_ method: String, _ pattern: String) throws -> JSONValue {
            try #require(document["paths"]?[pattern]?[method.lowercased()])
        }

        /// Asks, and holds what comes against what the page says of that status.
        func ask(
            _ backend: TestBackend, _ method: String, _ pattern: String, _ path: String? = nil,
            _ body: String? = nil, fields: [String] = []
        ) throws {
            let answer = try backend.ask(method, path ?? pattern, body, fields: fields)
            let operation = try operation(method, pattern)
            _ = statuses.withLock { $0["\(method) \(pattern)", default: []].insert("\(answer.status)") }
            let check = JSONSchemaCheck(document: document)
            var response = try #require(
                operation["responses"]?["\(answer.status)"], "\(method) \(pattern): \(answer.status)")
            if let reference = response["$ref"] { response = check.resolve(reference) }
            let schema = try #require(response["content"]?["application/json"]?["schema"])
            #expect(check.problems(answer.json, schema) == [], "\(answer.body)")
            for header in response["headers"]?.object ?? [] {
                #expect(
                    answer.head.lowercased().contains("\r\n\(header.key.lowercased()): "), "\(answer.head)")
            }
        }
    }

    @Test("each status that it names really comes, in the form that it says, and no other does")
    func statuses() async throws {
        let answers = try Answers()
        try await withInbox(.webSocket) { house, database in
            let server = try #require(house as? ServerHouse).server
            let backend = server.backend()
            try answers.ask(
                backend, "POST", Self.send, nil,
                #"{"user_ids":["ada","bob"],"title":"T","idempotency_key":"k"}"#)
            let id = try house.notify("ada", title: "To be told of")[0].notificationID
            let about = "\(Self.send)/\(id)"
            let inbox = "/api/v1/users/ada/notifications"
            let user = TestBackend(port: server.port, token: server.token("ada"))
            for caller in [TestBackend(port: server.port), user, backend] {
                try answers.ask(caller, "POST", Self.send, nil, "{}")
                try answers.ask(caller, "GET", Self.describe, about)
                try answers.ask(caller, "GET", Self.list, inbox)
            }
            let other = #"{"user_id":"ada","title":"Other","idempotency_key":"k"}"#
            try answers.ask(backend, "POST", Self.send, nil, other)
            let fill = String(repeating: "x", count: 1 << 20)
            try answers.ask(backend, "POST", Self.send, nil, #"{"user_id":"ada","title":"\#(fill)"}"#)
            try answers.ask(backend, "GET", Self.describe, "\(Self.send)/nonsense")
            try answers.ask(backend, "GET", Self.list, "\(inbox)?limit=0")
            let twice = ["Authorization: Bearer x"]
            try answers.ask(backend, "GET", Self.describe, about, fields: twice)

            // A table that somebody has taken away.
            try Psql.run(
                "alter table realtime.notifications rename to elsewhere", on: database.connectionString)
            try answers.ask(backend, "POST", Self.send, nil, #"{"user_id":"ada","title":"T"}"#)
            try answers.ask(backend, "GET", Self.describe, about)
            try answers.ask(backend, "GET", Self.list, inbox)
        }
        try await withServer {
            $0.storage.database = "host=/nonexistent"
        } _: { server in
            let backend = server.backend()
            let id = "ntf_00000000000000000000000000000000"
            try answers.ask(backend, "POST", Self.send, nil, #"{"user_id":"ada","title":"T"}"#)
            try answers.ask(backend, "GET", Self.describe, "\(Self.send)/\(id)")
            try answers.ask(backend, "GET", Self.list, "/api/v1/users/ada/notifications")
        }
        for (method, pattern) in [("POST", Self.send), ("GET", Self.describe), ("GET", Self.list)] {
            let named = Set((try answers.operation(method, pattern)["responses"]?.object ?? []).map(\.key))
            #expect(answers.statuses.withLock { $0["\(method) \(pattern)"] } == named, "\(method) \(pattern)")
        }
    }
}
