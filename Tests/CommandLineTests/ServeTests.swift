import Foundation
import TestSupport
import Testing

@Suite("Serving", .serialized, .ownThread, .timeLimit(.minutes(10)))
struct ServeTests {
    @Test("it says where it listens and answers there")
    func listens() throws {
        let server = try RunningProgram()
        #expect(PlainClient(port: server.port).isServed())
    }

    @Test("SIGTERM and SIGINT stop it cleanly", arguments: [SIGTERM, SIGINT])
    func stops(signal: Int32) throws {
        let server = try RunningProgram()
        let client = PlainClient(port: server.port)
        #expect(client.isServed())
        server.send(signal)
        #expect(server.status() == 0)
        #expect(client.receive().isEmpty)
        #expect(try server.log.contains(#""event":"stopped""#))
    }

    @Test("a second signal stops it at once, although a client does not answer")
    func stopsAtOnce() throws {
        let server = try RunningProgram(["--echo", "/echo", "--drain-timeout", "10m"])
        let client = PlainClient(port: server.port)
        client.send(
            "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
        #expect(client.receive().hasPrefix("HTTP/1.1 101 "))
        server.send(SIGTERM)
        #expect(client.receive().contains(#""type":"disconnect""#))
        let begin = ContinuousClock.now
        server.send(SIGTERM)
        #expect(server.status() == 0)
        #expect(ContinuousClock.now - begin < Patience.limit)
    }

    @Test("in development it says how to get in, after the line that says where it listens")
    func development() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "realtime-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let server = try RunningProgram(["--dev", "--data-dir", folder.path], environment: [:])
        let client = PlainClient(port: server.port)
        client.send(
            "POST /dev/token HTTP/1.1\r\nHost: a\r\nContent-Length: 15\r\n\r\n{\"sub\":\"alice\"}")
        #expect(client.receive().contains(#"{"token":"ey"#))
        server.send(SIGTERM)
        #expect(server.status() == 0)
        let lines = server.restOfOutput().split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].contains("open http://127.0.0.1:\(server.port)/ in two windows"))
        #expect(lines[2].hasSuffix("realtime-server token --dev --data-dir '\(folder.path)' --sub alice"))
        #expect(lines[3] == #"  curl -d '{"sub":"alice"}' http://127.0.0.1:\#(server.port)/dev/token"#)
    }

    @Test("SIGHUP takes up other keys, and keeps the old ones when they can't be used")
    func reloadKeys() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "realtime-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: path) }
        try Data("the first secret of this very test".utf8).write(to: path)
        let server = try RunningProgram(["--jwt-secret-file", path.path], environment: [:])
        try Data("short".utf8).write(to: path)
        server.send(SIGHUP)
        #expect(try server.says(#""event":"keys not reloaded","reason":"JWT secret: the secret has 5 bytes"#))
        try Data("the second secret of this very test".utf8).write(to: path)
        server.send(SIGHUP)
        #expect(try server.says(#""event":"keys reloaded","keys":1"#))
        #expect(PlainClient(port: server.port).isServed())
        #expect(try !server.log.contains("secret of this very test"))
    }

    @Test("a taken port is one clear line and exit code 1")
    func portTaken() throws {
        let holder = try RunningProgram()
        let outcome = try ServerProgram.run(["--port", "\(holder.port)"], environment: ServerProgram.secret)
        #expect(outcome.status == 1)
        #expect(
            outcome.complaintLines == [
                "realtime-server: cannot listen on 127.0.0.1:\(holder.port): address already in use"
            ])
    }

    @Test("a certificate that can't be read is one clear line and exit code 1")
    func unreadableCertificate() throws {
        let outcome = try ServerProgram.run(
            ["--port", "0", "--tls-cert", "/nowhere.pem", "--tls-key", "/nowhere.pem"],
            environment: ServerProgram.secret)
        #expect(outcome.status == 1)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.contains("/nowhere.pem"))
    }

    @Test(
        "without a key that can be used it does not start: one clear line and exit code 2",
        arguments: [
            ([:], "realtime-server: no key to check tokens with: set jwt-secret-file"),
            (
                ["REALTIME_JWT_SECRET": "short"],
                "realtime-server: JWT secret: the secret has 5 bytes, and must have at least 32"
            ),
            (
                ["REALTIME_JWKS": "/nowhere.json"],
                #"realtime-server: JWKS file: "/nowhere.json" can't be read: No such file or directory"#
            ),
        ])
    func noKeys(environment: [String: String], complaint: String) throws {
        let outcome = try ServerProgram.run(["--port", "0"], environment: environment)
        #expect(outcome.status == 2)
        #expect(outcome.complaintLines.count == 1)
        #expect(outcome.complaints.hasPrefix(complaint))
    }

    @Test("a wrong flag is exit code 2, every mistake a line")
    func wrongFlags() throws {
        let outcome = try ServerProgram.run(["--prot", "1", "--heartbeat", "soon"])
        #expect(outcome.status == 2)
        #expect(outcome.complaintLines.count == 2)
    }

    @Test("out of descriptors it refuses, does not say so of each, and recovers")
    func outOfDescriptors() throws {
        // However slow the machine is, nobody's time is up and makes room.
        let server = try RunningProgram(
            ["--loops", "1", "--handshake-timeout", "10m", "--idle-timeout", "10m"], descriptors: 40)
        let first = PlainClient(port: server.port)
        #expect(first.isServed())
        var crowd = (0..<80).map { _ in PlainClient(port: server.port) }
        let served = crowd.filter { $0.isServed() }.count
        #expect(served > 0 && served < 40)
        #expect(first.isServed(), "those that were in stay in")
        crowd = []
        let end = ContinuousClock.now + Patience.limit
        var isBack = false
        while !isBack, ContinuousClock.now < end { isBack = PlainClient(port: server.port).isServed() }
        #expect(isBack)
        let complaints = try server.log.components(separatedBy: "connections cannot be taken").count - 1
        #expect(complaints >= 1 && complaints < (80 - served) / 2)
    }

    @Test("SIGHUP takes up a new certificate for new connections")
    func reload() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "realtime-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let (certificate, key) = (folder.appending(path: "c.pem").path, folder.appending(path: "k.pem").path)
        try makeCertificate("before", certificate, key)
        let server = try RunningProgram(["--tls-cert", certificate, "--tls-key", key])
        #expect(try subject(at: server.port).contains("before"))
        try makeCertificate("after", certificate, key)
        server.send(SIGHUP)
        let end = ContinuousClock.now + Patience.limit
        var isNew = false
        while !isNew, ContinuousClock.now < end { isNew = try subject(at: server.port).contains("after") }
        #expect(isNew)
    }

    private func makeCertificate(_ name: String, _ certificate: String, _ key: String) throws {
        _ = try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "1",
            "-subj", "/CN=\(name)", "-keyout", key, "-out", certificate,
        ])
    }

    /// The subject of the certificate that the server shows.
    private func subject(at port: UInt16) throws -> String {
        try openssl(["s_client", "-connect", "127.0.0.1:\(port)", "-brief"])
    }

    private func openssl(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: said, as: UTF8.self)
    }
}
