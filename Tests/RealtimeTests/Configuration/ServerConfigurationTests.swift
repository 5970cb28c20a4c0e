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
                "max-connections unlimited", "max-connections-per-address unlimited",
                "handshake-timeout 5s", "idle-timeout 1m", "max-outbox 1MiB", "drain-timeout 10s",
                "max-request-line 8KiB", "max-header-bytes 16KiB", "max-headers 100", "max-body 1MiB",
                "body-timeout 30s",
                "max-message 64KiB", "heartbeat 25s", "echo off",
                "compression true", "compression-threshold 1KiB", "compression-level 1",
                "compression-context-takeover false",
                "tls-cert none", "tls-key none", "tls-handshake-budget 5ms",
                "log-level info", "log-format auto",
            ])
    }

    @Test("every default can be written as a flag, and is read as what it is")
    func defaultsAreValid() {
        let settings = ServerConfiguration.settings
        for setting in settings.settings {
            let text = setting.shown(in: settings.defaults)
            var configuration = settings.defaults
            #expect(setting.assign(text, &configuration), "\(setting.name) refuses its default \(text)")
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
}
