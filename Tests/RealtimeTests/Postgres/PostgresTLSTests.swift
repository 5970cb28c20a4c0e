import Glibc
import TestSupport
import Testing

@testable import Realtime

/// A PostgreSQL on the network that wants TLS, with a certificate made for it.
@Suite("Postgres over TLS", .ownThread, .timeLimit(.minutes(10)))
struct PostgresTLSTests {
    @Test(
        "verify-full connects where the server's certificate and name are right, and says what is wrong else")
    func verification() async throws {
        let server = try TLSDatabase()
        let folder = try TemporaryFolder()
        let stranger = try folder.write("other.pem", TLSTestCertificate().certificate.utf8)

        try await PostgresHouse.open(PostgresSettings(patientlyTo: server.connectionString)) { house in
            try house.ready.take()
            let rows = try house.run(
                "select ssl, repeat('x', 100000) from pg_stat_ssl where pid = pg_backend_pid()")
            #expect(rows[0].bool(0))
            // More than one record of TLS.
            #expect(rows[0].bytes(1)?.count == 100_000)
        }
        let wrong = [
            (server.connectionString(root: stranger), "certificate verify failed"),
            (server.connectionString(host: server.address), "does not match host name"),
            (server.connectionString(root: folder.path + "/missing.pem"), "missing.pem"),
        ]
        for (connectionString, reason) in wrong {
            let failure = try await failure(connectionString)
            #expect(failure?.message.contains(reason) == true, "\(failure?.message ?? "it is connected")")
        }
        withExtendedLifetime((server, folder)) {}
    }

    private func failure(_ connectionString: String) async throws -> PostgresConnectFailure? {
        try await onThread {
            do throws(PostgresConnectFailure) {
                _ = try LibPQConnection.open(connectionString, within: Patience.limit)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test("a server keeps notifications there, and one that does not trust it says why in its log and waits")
    func server() async throws {
        let database = try TLSDatabase()
        try await withHouse(.webSocket, { $0.storage.database = HiddenText(database.connectionString) }) {
            house in
            try house.waitForDatabase()
            let ada = try house.connect("ada", "phone")
            try house.notify("ada", title: "Over TLS")
            #expect(try ada.titles(1) == ["Over TLS"])
        }
        let folder = try TemporaryFolder()
        let stranger = try folder.write("other.pem", TLSTestCertificate().certificate.utf8)
        let captured = CapturedLines()
        try await withHouse(
            .webSocket, log: Log(level: .warning, style: .json, sink: captured),
            { $0.storage.database = HiddenText(database.connectionString(root: stranger)) }
        ) { house in
            #expect(throws: RealtimeError.self) { try house.notify("ada") }
            #expect(
                captured.lines.contains {
                    $0.contains("database away") && $0.contains("certificate verify failed")
                }, "\(captured.lines)")
        }
        withExtendedLifetime((database, folder)) {}
    }
}

/// An embedded PostgreSQL that, unlike one of a server's own, also listens on the network, with a certificate for
/// `localhost`.
private final class TLSDatabase {
    private let folder: TemporaryFolder
    private let postgres: EmbeddedPostgres
    /// One that no other database of this machine has.
    let address = "127.\(Int.random(in: 1...254)).\(Int.random(in: 1...254)).\(Int.random(in: 1...254))"

    init() throws {
        let folder = try TemporaryFolder()
        let identity = TLSTestCertificate(name: "localhost")
        let certificate = try folder.write("certificate.pem", identity.certificate.utf8)
        let key = try folder.write("key.pem", identity.key.utf8)
        // PostgreSQL takes no key that others could read.
        let owner = DatabaseOwner.ourselves.isRoot ? DatabaseOwner.postgres : .ourselves
        let user = try #require(owner)
        try #require(chown(key, user.user, user.group) == 0 && chmod(key, 0o600) == 0)
        let settings = [
            "listen_addresses=\(address)", "ssl=on", "ssl_cert_file=\(certificate)", "ssl_key_file=\(key)",
        ]
        let installed = try #require(DatabaseBinaries.find())
        // What is given last counts.
        try Self.write(
            "exec \(installed.postgres) \"$@\" " + settings.map { "-c \($0)" }.joined(separator: " "),
            as: "postgres", in: folder)
        try Self.write("exec \(installed.initdb) \"$@\"", as: "initdb", in: folder)
        self.folder = folder
        postgres = try EmbeddedPostgres.start(in: folder.path + "/database", log: .disabled) { _ in
            DatabaseBinaries(folder: folder.path)
        }
    }

    private static func write(_ line: String, as name: String, in folder: TemporaryFolder) throws {
        let file = try folder.write(name, "#!/bin/sh\n\(line)\n".utf8)
        try #require(chmod(file, 0o755) == 0)
    }

    deinit {
        postgres.stop()
    }

    /// Where it is, for who trusts its certificate and no other.
    var connectionString: String { connectionString() }

    /// - Parameters:
    ///   - host: the name that its certificate is held against.
    ///   - root: the file with the certificate that is trusted.
    func connectionString(host: String = "localhost", root: String? = nil) -> String {
        "host=\(host) hostaddr=\(address) port=\(DatabaseSettings.port) user=\(DatabaseSettings.user) "
            + "dbname=\(DatabaseSettings.database) sslmode=verify-full "
            + "sslrootcert=\(root ?? folder.path + "/certificate.pem")"
    }
}
