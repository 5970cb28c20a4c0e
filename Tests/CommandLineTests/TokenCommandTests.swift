import Foundation
import TestSupport
import Testing

@testable import Realtime

@Suite("The token command", .ownThread)
final class TokenCommandTests {
    private let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "realtime-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    /// Runs the command with a data directory of this test's.
    private func run(
        _ flags: [String], _ environment: [String: String] = [:]
    ) throws -> ServerProgram.Outcome {
        try ServerProgram.run(
            ["token"] + flags,
            environment: environment.merging(["REALTIME_DATA_DIR": folder.appending(path: "data").path]) {
                $1
            })
    }

    private func claims(
        _ outcome: ServerProgram.Outcome, policy: TokenPolicy = TokenPolicy()
    ) throws -> Claims {
        let secret = try #require(ServerProgram.secret["REALTIME_JWT_SECRET"])
        let keys = try KeySet([VerifyingKey(secret: Secret(Array(secret.utf8)))])
        let token = outcome.output.trimmingCharacters(in: .newlines)
        return try TokenVerifier(keys: keys, policy: policy).verify(token, at: TimeSource.system.date).claims
    }

    @Test("it prints a token that says what was asked for, and nothing else")
    func everything() throws {
        let before = TimeSource.system.date
        let outcome = try run(
            [
                "--sub", "alice", "--name=Alice A.", "--rooms", "project_*=rw,news=r", "--scope", "service",
                "--device", "d", "--ttl", "2h",
            ], ServerProgram.secret)
        #expect(outcome.status == 0)
        #expect(outcome.complaints.isEmpty)
        #expect(outcome.output.wholeMatch(of: /[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\.[A-Za-z0-9_\-]+\n/) != nil)
        let claims = try claims(outcome)
        #expect(claims.user == UserID("alice"))
        #expect(claims.name == "Alice A.")
        #expect(claims.device == DeviceID("d"))
        #expect(claims.isService)
        #expect(try claims.rooms == RoomGrants(argument: "project_*=rw,news=r"))
        let lifetime = try #require(claims.expiresAt).milliseconds - before.milliseconds
        #expect((7_199_000...7_260_000).contains(lifetime))
    }

    @Test("a user is enough; flags of the server say how it is signed")
    func server() throws {
        let policy = TokenPolicy(issuer: "me", audience: "you")
        let outcome = try run(
            ["--jwt-issuer", "me", "--sub", "alice", "--port", "9000"],
            ServerProgram.secret.merging(["REALTIME_JWT_AUDIENCE": "you"]) { $1 })
        #expect(outcome.status == 0)
        let claims = try claims(outcome, policy: policy)
        #expect(claims.rooms == nil && claims.name == nil && claims.device == nil && !claims.isService)
    }

    @Test("the secret comes from a file that the configuration file names as well")
    func file() throws {
        let secret = try #require(ServerProgram.secret["REALTIME_JWT_SECRET"])
        let path = folder.appending(path: "secret").path
        let configuration = folder.appending(path: "realtime.json").path
        try Data((secret + "\n").utf8).write(to: URL(filePath: path))
        try Data(#"{"jwt-secret-file": "\#(path)"}"#.utf8).write(to: URL(filePath: configuration))
        #expect(try claims(run(["--sub", "a", "--config", configuration])).user == UserID("a"))
    }

    @Test("with --dev it is a token of the server that uses the same data directory")
    func development() throws {
        let outcome = try run(["--dev", "--sub", "alice"])
        #expect(outcome.status == 0)
        let secret = try Data(contentsOf: folder.appending(path: "data/dev-secret"))
        let keys = try KeySources(secret: .file(Array(secret))).load().keys
        let token = outcome.output.trimmingCharacters(in: .newlines)
        #expect(
            try TokenVerifier(keys: keys).verify(token, at: TimeSource.system.date).claims.user
                == UserID("alice"))
    }

    @Test(
        "what is wrong is told on standard error, with status 2 and no output",
        arguments: [
            ([], ["--sub: is missing: the id of the user"]),
            (["--sub"], ["--sub: needs a value: 1 to 256 bytes of text without control characters"]),
            (
                ["--sub", "a\u{7}"],
                [#"--sub: "a\u0007" is not 1 to 256 bytes of text without control characters"#]
            ),
            (
                ["--sub", "a", "--rooms", "x"],
                ["--rooms: 'x' has no rights: write room=rw, room=r or room=w"]
            ),
            (["--sub", "a", "--scope", "admin"], [#"--scope: "admin" is not one of service"#]),
            (
                ["--sub", "a", "--ttl", "soon"],
                [
                    #"--ttl: "soon" is not a time from 1s to 8760h, written like 250ms, 5s, 10m or 24h"#
                ]
            ),
            (["--sub", "a", "--sub", "b"], ["--sub: was already given"]),
            (["--sub", "a", "--prot", "1"], ["--prot: there is no such flag; did you mean --port?"]),
            (["--sub", "a", "b"], [#""b": this argument belongs to no flag"#]),
        ] as [([String], [String])])
    func misuse(flags: [String], complaints: [String]) throws {
        let outcome = try run(flags, ServerProgram.secret)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.complaintLines == complaints.map { "realtime-server: " + $0 })
    }

    @Test("what is for the token alone is no variable")
    func variable() throws {
        let outcome = try run(["--sub", "a"], ServerProgram.secret.merging(["REALTIME_SUB": "b"]) { $1 })
        #expect(outcome.status == 2)
        #expect(outcome.complaints.hasPrefix("realtime-server: REALTIME_SUB: there is no such variable"))
    }

    @Test("without a secret there is no token: exit code 2")
    func noSecret() throws {
        let none = try run(["--sub", "a"])
        #expect(none.status == 2)
        #expect(none.output.isEmpty)
        #expect(none.complaints.hasPrefix("realtime-server: no key to check tokens with: "))

        let key = folder.appending(path: "key.pem").path
        try Data(
            """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt
            6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==
            -----END PUBLIC KEY-----

            """.utf8
        ).write(to: URL(filePath: key))
        let onlyPublic = try run(["--sub", "a", "--jwt-public-key", key])
        #expect(onlyPublic.status == 2)
        #expect(onlyPublic.complaints.hasPrefix("realtime-server: no secret to sign with: "))
    }

    @Test("a data directory that can't be made is exit code 1")
    func noDataDirectory() throws {
        try Data().write(to: folder.appending(path: "data"))
        let outcome = try run(["--dev", "--sub", "a"])
        #expect(outcome.status == 1)
        #expect(outcome.complaintLines.count == 1)
    }

    @Test("its own flags stand in its help, and in no other")
    func help() throws {
        let help = try ServerProgram.run(["help", "token"]).output
        #expect(help.contains("\nToken:\n  --sub ID "))
        #expect(help.contains("\nListening:\n"))
        #expect(try !ServerProgram.run(["--help"]).output.contains("--sub ID"))
    }
}
