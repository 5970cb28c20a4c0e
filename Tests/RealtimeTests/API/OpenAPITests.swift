import Handlers
import Testing

@testable import Realtime

@Suite("GET /openapi.json", .timeLimit(.minutes(10)))
struct OpenAPITests {
    private let document: JSONValue
    private var check: JSONSchemaCheck { JSONSchemaCheck(document: document) }

    init() throws {
        document = try JSONValue.parse(OpenAPI.document)
    }

    /// Every operation of the page: its method, its path, and what it says.
    private var operations: [(method: String, path: String, value: JSONValue)] {
        (document["paths"]?.object ?? []).flatMap { path in
            (path.value.object ?? []).filter { $0.key != "parameters" }.map {
                ($0.key.uppercased(), path.key, $0.value)
            }
        }
    }

    @Test("it is served to everybody, as it stands here")
    func served() async throws {
        try await withServer { server in
            let answer = try TestBackend(port: server.port).get("/openapi.json")
            #expect(answer.status == 200)
            #expect(answer.hasField("Content-Type: application/json"))
            #expect(answer.json == document)
            #expect(document["openapi"]?.string == "3.1.0")
            #expect(document["info"]?["version"]?.string == RealtimeVersion.current)
        }
    }

    @Test("every address of the API is in it, and nothing else is")
    func routes() async throws {
        let served = try await servedRoutes()
        let described = operations.map { "\($0.method) \($0.path)" }
        #expect(Set(described) == Set(served))
        #expect(described.count == served.count)
    }

    /// What a server has that is asked over HTTP.
    private func servedRoutes() async throws -> [String] {
        let group = EventLoopGroup(count: 1)
        let identity = try IdentityService(.onFreePort, log: .disabled)
        let services = await ClientServices(
            .onFreePort, on: group.loops, origins: try OriginGate(ServerConfiguration.Access()),
            handlers: .builtIn(), authorizer: nil, identity: identity, log: .disabled)
        let census = Census(of: services.backend.hub, services.inbox, [], services.polling.desks)
        let router = try Routes.all(
            of: .onFreePort, health: ServerHealth(), identity: identity, clients: services,
            backends: BackendAPI(backend: services.backend, census: census),
            metrics: MetricsPage(
                census: census, authenticator: identity.authenticator, handlers: HandlerRegistry(),
                roomAuthorizer: nil),
            files: WebFiles(withBoard: false))
        await group.stopped()
        let others: Set = ["/ws", "/", "/echo"]
        return router.routes
            .filter { !others.contains($0.pattern) }
            .map { "\($0.method.name) \($0.pattern)" }
    }

    @Test("every reference leads somewhere, and every component is used")
    func references() {
        var used: Set<String> = []
        func visit(_ value: JSONValue) {
            for member in value.object ?? [] {
                if member.key == "$ref", let reference = member.value.string {
                    used.insert(reference)
                    #expect(check.resolve(member.value) != .null, "\(reference)")
                }
                visit(member.value)
            }
            for element in value.array ?? [] { visit(element) }
        }
        visit(document)
        for kind in document["components"]?.object ?? [] where kind.key != "securitySchemes" {
            for component in kind.value.object ?? [] {
                #expect(used.contains("#/components/\(kind.key)/\(component.key)"))
            }
        }
    }

    @Test("an operation has a name of its own, and says which token it needs and how it refuses")
    func operationsAreComplete() {
        #expect(Set(operations.map { $0.value["operationId"]?.string }).count == operations.count)
        for (method, path, operation) in operations {
            #expect(operation["summary"]?.string?.isEmpty == false)
            let responses = Set((operation["responses"]?.object ?? []).map(\.key))
            #expect(!responses.isDisjoint(with: ["200", "201", "204"]))
            guard method != "OPTIONS" else {
                #expect(operation["security"] == .array([]) && responses == ["204", "403"], "\(path)")
                continue
            }
            guard path.hasPrefix("/api/") else {
                #expect(operation["security"] == .array([]), "\(path)")
                continue
            }
            let isClients = path.hasPrefix("/api/realtime/")
            #expect((operation["security"]?.array?.first?["client"] == .array([])) == isClients)
            #expect(isClients || operation["security"] == nil)
            #expect(responses.isSuperset(of: ["401", "403", "503"]), "\(method) \(path)")
            if method == "POST" {
                #expect(responses.isSuperset(of: ["400", "413"]))
                #expect(operation["requestBody"] != nil)
            }
        }
        #expect(document["security"]?.array?.first?["service"] == .array([]))
        for name in ["service", "client"] {
            let scheme = document["components"]?["securitySchemes"]?[name]
            #expect(scheme?["scheme"]?.string == "bearer")
        }
    }

    @Test("the parameters in a path are described")
    func pathParameters() {
        for path in document["paths"]?.object ?? [] {
            let named = (path.value["parameters"]?.array ?? []).map { check.resolve($0["$ref"] ?? .null) }
            for parameter in named { #expect(path.key.contains("{\(parameter["name"]?.string ?? "")}")) }
            #expect(path.key.filter { $0 == "{" }.count == named.count)
        }
    }

    @Test("what clients without a WebSocket ask and are answered is as it says")
    func clientAnswers() async throws {
        try await withServer { server in
            let bob = TestPoller(server, "bob")
            let session = "?session=\(try bob.connect()["session_id"]?.string ?? "")"
            try bob.join("r")
            let calls: [(method: String, path: String, query: String, body: String?, status: Int)] = [
                ("GET", "poll", "", nil, 200), ("GET", "poll", session, nil, 200),
                ("GET", "poll", session + "&lastMessageId=unknown", nil, 200),
                ("GET", "poll", "?wait=-1", nil, 400),
                ("POST", "send", session, #"{"type":"message","room_id":"r","data":1}"#, 200),
                ("POST", "send", session, #"[{"type":"ping","message_id":"a"},{"type":"what"}]"#, 200),
                ("POST", "send", "?session=none", #"{"type":"ping"}"#, 404),
                (
                    "POST", "send", session, "[\(Array(repeating: "{}", count: 101).joined(separator: ","))]",
                    413
                ),
                ("DELETE", "poll", "", nil, 404), ("DELETE", "poll", session, nil, 204),
                ("OPTIONS", "send", "", nil, 204),
            ]
            for call in calls {
                let answer = try bob.http.ask(
                    call.method, "/api/realtime/\(call.path)\(call.query)", call.body)
                #expect(answer.status == call.status, "\(call)")
                let operation = document["paths"]?["/api/realtime/\(call.path)"]?[call.method.lowercased()]
                var response = try #require(operation?["responses"]?["\(answer.status)"], "\(call)")
                if let reference = response["$ref"] { response = check.resolve(reference) }
                guard answer.status != 204 else { continue }
                let schema = try #require(response["content"]?["application/json"]?["schema"])
                #expect(check.problems(answer.json, schema) == [], "\(answer.body)")
                if let body = call.body, answer.status == 200 {
                    let form = try #require(operation?["requestBody"]?["content"]?["application/json"])
                    #expect(check.problems(try JSONValue.parse(body), form["schema"] ?? .null) == [])
                }
            }
        }
    }

    @Test("what is asked and answered is as it says")
    func answers() async throws {
        try await withServer { server in
            let ada = try LiveClient(server, "ada", in: "r")
            ada.send(
                #"{"type":"presence_update","message_id":"p","data":{"status":"away","custom":[1]}}"#)
            _ = try ada.next("ack")
            let task = #"{"type":"task_created","data":{"task_id":"T","project_id":"r"},"message_id":"a"}"#
            let calls: [(method: String, pattern: String, path: String, body: String?)] = [
                ("POST", "/api/v1/broadcast", "", #"{"type":"note","room_id":"r","message_id":"b"}"#),
                ("POST", "/api/v1/broadcast", "", #"{"type":"note","all":true,"data":{}}"#),
                ("POST", "/api/v1/broadcast", "", #"{"type":"note","user_ids":["a"]}"#),
                ("POST", "/api/v1/broadcast", "", #"{"type":"note"}"#),
                ("POST", "/api/v1/tasks", "", task),
                ("GET", "/api/v1/rooms", "?limit=1", nil),
                ("GET", "/api/v1/rooms", "?limit=0", nil),
                ("GET", "/api/v1/rooms/{room_id}", "/api/v1/rooms/r", nil),
                ("GET", "/api/v1/rooms/{room_id}", "/api/v1/rooms/none", nil),
                ("GET", "/api/v1/users/{user_id}", "/api/v1/users/ada", nil),
                ("GET", "/api/v1/users/{user_id}", "/api/v1/users/nobody", nil),
                ("GET", "/api/v1/stats", "", nil),
                ("POST", "/api/v1/revocations", "", #"{"jti":"x","until":"2999-01-01T00:00:00Z"}"#),
                ("POST", "/api/v1/revocations", "", #"{"connection_id":"conn_FZZZZZZZZZZZZ"}"#),
                (
                    "DELETE", "/api/v1/users/{user_id}/connections", "/api/v1/users/ada/connections", nil
                ),
            ]
            for call in calls {
                let path = call.path.hasPrefix("/") ? call.path : call.pattern + call.path
                let answer = try server.backend().ask(call.method, path, call.body)
                let operation = document["paths"]?[call.pattern]?[call.method.lowercased()]
                var response = try #require(operation?["responses"]?["\(answer.status)"], "\(path)")
                if let reference = response["$ref"] { response = check.resolve(reference) }
                let schema = try #require(response["content"]?["application/json"]?["schema"])
                #expect(check.problems(answer.json, schema) == [], "\(answer.body)")
                if let body = call.body, answer.status == 200 {
                    let form = try #require(operation?["requestBody"]?["content"]?["application/json"])
                    #expect(check.problems(try JSONValue.parse(body), form["schema"] ?? .null) == [])
                }
            }
        }
    }
}
