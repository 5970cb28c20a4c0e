import Testing

@testable import Realtime

@Suite("Server configuration")
struct ServerConfigurationTests {
    @Test("the defaults are the documented ones")
    func defaults() {
        let report = ServerConfiguration.settings.report(
            ServerConfiguration.settings.load(arguments: [], environment: [:]))
        let values = report.split(separator: "\n").filter { $0.hasPrefix("  ") }.map { line in
            line.split(separator: " ").prefix(2).joined(separator: " ")
        }
        #expect(
            values == [
                "host 127.0.0.1", "port 8765", "loops cores",
                "jwt-secret-file none", "jwt-secret (not", "jwt-secret-algorithm HS256",
                "jwt-public-key none", "jwt-public-key-algorithm by-kind", "jwks none",
                "jwt-issuer unchecked", "jwt-audience unchecked", "jwt-leeway 10s",
                "jwt-requires-expiry true", "auth-timeout 10s",
                "origins same-origin", "trusted-proxies none",
                "data-dir ./.realtime", "database embedded", "database-connections 4", "database-timeout 5s",
                "allow-unsafe-database false",
                "room-policy closed", "authorize-url none", "authorize-timeout 2s", "authorize-cache 65536",
                "history-count 1000", "history-bytes 1MiB", "history-age 10m",
                "max-rooms-per-connection 10000", "max-rooms 1000000", "custom-events false",
                "presence-grace 5s", "max-connections-per-user 256",
                "ack-timeout 30s", "notification-age 2160h", "notifications-per-user 1000",
                "idempotency-age 24h",
                "rate-messages 100/200", "rate-publishes 0", "rate-queries 0", "rate-user-messages 500/1000",
                "max-connections unlimited", "max-connections-per-address unlimited",
                "handshake-timeout 5s", "idle-timeout 1m", "max-outbox 1MiB", "drain-timeout 10s",
                "max-request-line 8KiB", "max-header-bytes 16KiB", "max-headers 100", "max-body 1MiB",
                "body-timeout 30s",
                "max-message 64KiB", "heartbeat 25s", "echo off",
                "compression true", "compression-threshold 1KiB", "compression-level 1",
                "compression-context-takeover false",
                "tls-cert none", "tls-key none", "tls-handshake-budget 5ms",
                "dev false", "handler-timeout 10s", "metrics-listen none",
                "log-level info", "log-format auto",
            ])
    }

    @Test("every default can be written as a flag, and is read as what it is")
    func defaultsAreValid() {
        let settings = ServerConfiguration.settings
        for setting in settings.settings where !setting.isSecret {
            let text = setting.shown(in: settings.defaults)
            var configuration = settings.defaults
            #expect(setting.assign(text, &configuration), "\(setting.name) refuses its default \(text)")
            // Development opens rooms only where nobody has said that they are closed, which is a difference.
            if setting.name == "room-policy" { configuration.rooms.policy = nil }
            #expect(configuration == settings.defaults, "\(setting.name) reads its default as something else")
        }
    }

    @Test("each flag changes its own field")
    func fields() throws {
        let configuration = try ServerConfiguration.load(
            arguments: [
                "--host", "::1", "--port=0", "--loops", "3", "--max-connections", "10",
                "--max-connections-per-address", "2", "--handshake-timeout", "1s", "--idle-timeout", "2s",
                "--max-outbox", "2MiB", "--drain-timeout", "3s", "--max-request-line", "1KiB",
                "--max-header-bytes", "2KiB", "--max-headers", "4", "--max-body", "5KiB",
                "--max-message", "6KiB", "--heartbeat", "7s", "--echo", "/echo", "--no-compression",
                "--compression-threshold", "8", "--compression-level", "9", "--compression-context-takeover",
                "--tls-cert", "c.pem", "--tls-key", "k.pem", "--tls-handshake-budget", "10ms",
                "--log-level", "debug", "--log-format", "json",
                "--jwt-secret-file", "s.txt", "--jwt-secret-algorithm", "HS512", "--jwt-public-key", "p.pem",
                "--jwt-public-key-algorithm", "RS384", "--jwks", "set.json", "--jwt-issuer", "me",
                "--jwt-audience", "you", "--jwt-leeway", "0s", "--no-jwt-requires-expiry",
                "--auth-timeout", "11s", "--origins", "https://a.example,http://localhost:3000",
                "--trusted-proxies", "10.0.0.0/8", "--trusted-proxies", "::1", "--room-policy", "open",
                "--authorize-url", "https://app.example/may?x=1", "--authorize-timeout", "12s",
                "--authorize-cache", "13", "--history-count", "14", "--history-bytes", "15KiB",
                "--history-age", "16s", "--max-rooms-per-connection", "17", "--max-rooms", "18",
                "--custom-events", "--presence-grace", "19s", "--max-connections-per-user", "20",
                "--rate-messages", "21/22", "--rate-publishes", "23", "--rate-queries", "24/25",
                "--rate-user-messages", "0", "--data-dir", "/var/lib/realtime", "--dev",
                "--handler-timeout", "26s", "--metrics-listen", "[::1]:9000",
                "--database", "postgres://me:pw@db/app", "--database-connections", "27",
                "--database-timeout", "28s", "--allow-unsafe-database", "--ack-timeout", "29s",
                "--notification-age", "30h", "--notifications-per-user", "31", "--idempotency-age", "32m",
            ], environment: [:])

        var expected = ServerConfiguration()
        expected.listen.host = "::1"
        expected.listen.port = 0
        expected.listen.loops = 3
        expected.connections.maximum = 10
        expected.connections.maximumPerAddress = 2
        expected.connections.handshakeTimeout = .seconds(1)
        expected.connections.idleTimeout = .seconds(2)
        expected.connections.maxOutbox = 2 << 20
        expected.connections.drainTimeout = .seconds(3)
        expected.http.maxRequestLine = 1 << 10
        expected.http.maxHeaderBytes = 2 << 10
        expected.http.maxHeaders = 4
        expected.http.maxBody = 5 << 10
        expected.webSocket.maxMessage = 6 << 10
        expected.webSocket.heartbeat = .seconds(7)
        expected.webSocket.echoPath = "/echo"
        expected.compression.isEnabled = false
        expected.compression.threshold = 8
        expected.compression.level = 9
        expected.compression.contextTakeover = true
        expected.tls.certificateFile = "c.pem"
        expected.tls.keyFile = "k.pem"
        expected.tls.handshakeBudget = .milliseconds(10)
        expected.logging.level = .debug
        expected.logging.format = .json
        expected.identity.secretFile = "s.txt"
        expected.identity.secretAlgorithm = .hs512
        expected.identity.publicKeyFile = "p.pem"
        expected.identity.publicKeyAlgorithm = .rs384
        expected.identity.keySetFile = "set.json"
        expected.identity.issuer = "me"
        expected.identity.audience = "you"
        expected.identity.leeway = .zero
        expected.identity.requiresExpiry = false
        expected.identity.authenticationTimeout = .seconds(11)
        expected.access.origins = ["https://a.example", "http://localhost:3000"]
        expected.access.trustedProxies = ["10.0.0.0/8", "::1"]
        expected.rooms.policy = .open
        expected.rooms.authorizeURL = "https://app.example/may?x=1"
        expected.rooms.authorizeTimeout = .seconds(12)
        expected.rooms.authorizeCache = 13
        expected.rooms.historyCount = 14
        expected.rooms.historyBytes = 15 << 10
        expected.rooms.historyAge = .seconds(16)
        expected.rooms.maximumPerConnection = 17
        expected.rooms.maximum = 18
        expected.rooms.passesCustomEvents = true
        expected.presence.grace = .seconds(19)
        expected.presence.maximumConnectionsPerUser = 20
        expected.rates.messages = MessageRate(perSecond: 21, burst: 22)
        expected.rates.publishes = MessageRate(perSecond: 23, burst: 23)
        expected.rates.queries = MessageRate(perSecond: 24, burst: 25)
        expected.rates.userMessages = nil
        expected.storage.dataDirectory = "/var/lib/realtime"
        expected.isDevelopment = true
        expected.handlers.timeout = .seconds(26)
        expected.metrics.listen = HostAndPort(host: "::1", port: 9000)
        expected.storage.database = "postgres://me:pw@db/app"
        expected.storage.databaseConnections = 27
        expected.storage.databaseTimeout = .seconds(28)
        expected.storage.allowsUnsafeDatabase = true
        expected.notifications.acknowledgementTimeout = .seconds(29)
        expected.notifications.age = .seconds(30 * 3600)
        expected.notifications.maximumPerUser = 31
        expected.notifications.idempotencyAge = .seconds(32 * 60)
        #expect(configuration == expected)
    }

    @Test(
        "a certificate and its key need each other",
        arguments: [("--tls-cert", "private key"), ("--tls-key", "certificate")])
    func tlsNeedsBoth(flag: String, missing: String) {
        let error = #expect(throws: InvalidConfiguration.self) {
            try ServerConfiguration.load(arguments: [flag, "x.pem"], environment: [:])
        }
        #expect(error?.mistakes.count == 1)
        #expect(error?.mistakes.first?.place == flag)
        #expect(error?.description.contains("needs its \(missing)") == true)
    }

    @Test("the secret is in a file or given as it is, and not both")
    func oneSecret() {
        let error = #expect(throws: InvalidConfiguration.self) {
            try ServerConfiguration.load(
                arguments: ["--jwt-secret-file", "x"], environment: ["REALTIME_JWT_SECRET": "hunter2"])
        }
        #expect(
            error?.description
                == "REALTIME_JWT_SECRET: jwt-secret-file says where the secret is; set only one of them")
    }

    @Test("a secret is shown by no description, dump, report or mistake")
    func hidden() throws {
        let loaded = ServerConfiguration.settings.load(
            arguments: [], environment: ["REALTIME_JWT_SECRET": "hunter2"])
        var dumped = ""
        dump(loaded.value, to: &dumped)
        #expect(loaded.value.identity.secret?.text == "hunter2")
        for text in [
            dumped, "\(loaded.value)", String(reflecting: loaded.value),
            ServerConfiguration.settings.report(loaded),
            "\(ServerConfiguration.settings.unusableKeys(loaded))",
        ] {
            #expect(!text.contains("hunter2"))
        }
        let flag = #expect(throws: InvalidConfiguration.self) {
            try ServerConfiguration.load(arguments: ["--jwt-secret", "hunter2"], environment: [:])
        }
        #expect(flag?.description.contains("hunter2") == false)
        #expect(flag?.description.hasPrefix("--jwt-secret: flags can be seen by other users") == true)
    }

    @Test("a database may be named by a flag, and is shown by no report or mistake all the same")
    func hiddenDatabase() throws {
        let settings = ServerConfiguration.settings
        let loaded = settings.load(
            arguments: ["--database", "postgres://me:hunter2@db/app"], environment: [:])
        #expect(loaded.mistakes.isEmpty)
        #expect(loaded.value.storage.database?.text == "postgres://me:hunter2@db/app")
        let row = settings.report(loaded).split(separator: "\n").first { $0.hasPrefix("  database ") }
        #expect(row?.split(separator: " ") == ["database", "(hidden)", "--database"])

        let folder = try TemporaryFolder()
        let file = try folder.write("c.json", #"{"database": ["hunter2"]}"#.utf8)
        for arguments in [["--database", "hunter2"], ["--database=hunter2=\n"], ["--config", file]] {
            let error = #expect(throws: InvalidConfiguration.self) {
                try ServerConfiguration.load(arguments: arguments, environment: [:])
            }
            #expect(error?.description.contains("hunter2") == false)
            #expect(error?.description.contains("the value is not a connection string such as") == true)
        }
    }

    @Test("the embedded database takes back what a weaker source names")
    func embeddedDatabase() throws {
        let configuration = try ServerConfiguration.load(
            arguments: ["--database", "embedded"], environment: ["REALTIME_DATABASE": "host=db"])
        #expect(configuration.storage.database == nil)
    }

    @Test("rooms are closed, and open in development, unless somebody says what they are")
    func roomPolicy() throws {
        func policy(_ arguments: [String]) throws -> ServerConfiguration.RoomPolicy {
            try ServerConfiguration.load(arguments: arguments, environment: [:]).roomPolicy
        }
        #expect(try policy([]) == .closed)
        #expect(try policy(["--dev"]) == .open)
        #expect(try policy(["--dev", "--room-policy", "closed"]) == .closed)
        #expect(try policy(["--room-policy", "open"]) == .open)
    }

    @Test(
        "what is no origin, network, rate, address or policy is a mistake of its flag",
        arguments: [
            ("--origins", "example.com", "an origin such as https://app.example.com, or * for any"),
            ("--origins", "https://a,,https://b", "an origin such as https://app.example.com"),
            ("--trusted-proxies", "10.0.0.0/33", "an address or a network such as 10.0.0.0/8"),
            ("--rate-messages", "fast", "messages a second and at once, such as 100/200"),
            ("--metrics-listen", "9000", "a host and a port such as 127.0.0.1:9000"),
            ("--authorize-url", "app.example", "an address such as https://app.example.com/authorize"),
            ("--room-policy", "ajar", "one of closed, open"),
            ("--jwt-secret-algorithm", "RS256", "one of HS256, HS384, HS512"),
            ("--jwt-public-key-algorithm", "HS256", "one of RS256, RS384, RS512"),
        ])
    func mistakes(flag: String, value: String, expectation: String) {
        let error = #expect(throws: InvalidConfiguration.self) {
            try ServerConfiguration.load(arguments: [flag, value], environment: [:])
        }
        #expect(error?.mistakes.count == 1)
        #expect(error?.mistakes.first?.place == flag)
        #expect(error?.mistakes.first?.problem.hasPrefix("\"\(value)\" is not \(expectation)") == true)
    }

    @Test("in a file origins may be an array, and a rate a number")
    func file() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            "c.json", #"{"origins": ["https://a", "https://b"], "rate-messages": 0}"#.utf8)
        let configuration = try ServerConfiguration.load(arguments: ["--config", path], environment: [:])
        #expect(configuration.access.origins == ["https://a", "https://b"])
        #expect(configuration.rates.messages == nil)
    }
}

@Suite("Keys, looked at without starting")
struct UnusableKeysTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mistakes(_ arguments: [String], _ environment: [String: String] = [:]) -> [String] {
        let settings = ServerConfiguration.settings
        let loaded = settings.load(arguments: arguments, environment: environment)
        return (loaded.mistakes + settings.unreadableFiles(loaded) + settings.unusableKeys(loaded))
            .map(\.description)
    }

    @Test("good keys are no mistake, none at all is one")
    func good() throws {
        let secret = try folder.write("secret", Forge.secret)
        #expect(mistakes(["--jwt-secret-file", secret]) == [])
        #expect(mistakes([]).count == 1)
        #expect(mistakes([])[0].hasPrefix("no key to check tokens with: set jwt-secret-file, "))
    }

    @Test("a bad one is told once, by the setting that it comes from")
    func bad() throws {
        let short = try folder.write("short", "short".utf8)
        let tooShort = "the secret has 5 bytes, and must have at least 32"
        #expect(mistakes(["--jwt-secret-file", short]) == ["--jwt-secret-file: \(tooShort)"])
        #expect(mistakes([], ["REALTIME_JWT_SECRET": "short"]) == ["REALTIME_JWT_SECRET: \(tooShort)"])
        #expect(mistakes(["--jwks", short]).count == 1)
        #expect(mistakes(["--jwks", short])[0].hasPrefix("--jwks: it is not JSON: "))
        #expect(mistakes(["--jwt-public-key", short]) == ["--jwt-public-key: it is not a PEM file"])
        #expect(
            mistakes(["--jwt-secret-file", "/nowhere"])
                == [#"--jwt-secret-file: "/nowhere" can't be read: No such file or directory"#])
    }

    @Test("development without a secret is fine, and none is made by looking")
    func development() throws {
        let arguments = ["--dev", "--data-dir", folder.path + "/data"]
        #expect(mistakes(arguments) == [])
        #expect(try folder.names == [])
        _ = try DevelopmentSecret.readOrMake(in: folder.path + "/data")
        #expect(mistakes(arguments) == [])
        let path = try folder.write("data/dev-secret", "x".utf8)
        #expect(mistakes(arguments).count == 1)
        #expect(mistakes(arguments)[0].hasPrefix("\"\(path)\": the secret has 1 bytes"))
    }
}
