import Glibc
import TestSupport
import Testing

@testable import Realtime

/// What happens on the way to a connection.
@Suite("Postgres connecting", .ownThread, .timeLimit(.minutes(10)))
struct PostgresConnectTests {
    private func failure(
        _ connectionString: String, within limit: Duration = Patience.limit
    ) async throws
        -> PostgresConnectFailure?
    {
        try await onThread {
            do throws(PostgresConnectFailure) {
                _ = try LibPQConnection.open(connectionString, within: limit)
                return nil
            } catch {
                return error
            }
        }
    }

    @Test(
        "what can't be understood is malformed, and not repeated, as it may hold a password",
        arguments: [
            "nonsense", "postgres://user:s3cret@host:port/x", "postgres://user:s3/cret@[::1/x",
            "postgres://user:s3cr@et@host/x", "postgres://user:12/s3cret@host/x", "password=s3cret bogus=1",
            "password='s3cret",
        ])
    func malformed(connectionString: String) async throws {
        guard case .malformed(let message)? = try await failure(connectionString) else {
            Issue.record("it was understood")
            return
        }
        #expect(!message.contains("s3") && !message.contains("et"))
    }

    @Test("a database that does not exist, and a role that does not, are refused for good")
    func refused() async throws {
        let database = try TestCluster.database()
        let missing = try await failure(database.connectionString(to: "missing"))
        guard case .refused("3D000", let message)? = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        #expect(message.contains("missing"))
        let stranger = try await failure(database.connectionString(as: "stranger"))
        guard case .refused("28000", _)? = stranger else {
            Issue.record("\(String(describing: stranger))")
            return
        }
    }

    @Test("a wrong password is refused for good, and neither logged nor repeated")
    func wrongPassword() async throws {
        let server = try PretendedServer.wantingPasswords()
        let url = "postgres://someone:s3cret@127.0.0.1:\(server.port)/x?sslmode=disable&gssencmode=disable"
        guard case .refused("28P01", let message)? = try await failure(url) else {
            Issue.record("not refused")
            return
        }
        #expect(message.contains("someone") && !message.contains("s3cret"))
        try await PostgresHouse.open(PostgresSettings(patientlyTo: url)) { house in
            eventually { house.lines.contains { $0.contains("28P01") } }
            #expect(house.lines.contains { $0.contains(#""level":"error""#) })
            #expect(!house.lines.contains { $0.contains("s3cret") })
            let isReady = try house.onLoop { $0.isReady }
            #expect(!isReady)
        }
    }

    @Test("a server that wants a password and gets none refuses for good")
    func noPassword() async throws {
        let server = try PretendedServer.wantingPasswords()
        let failure = try await failure(
            "host=127.0.0.1 port=\(server.port) user=x passfile=/dev/null sslmode=disable gssencmode=disable")
        #expect(failure == .refused(sqlState: "28P01", message: "the server wants a password"))
    }

    @Test("too many connections are a matter of time")
    func tooMany() async throws {
        let database = try TestCluster.database()
        try await PostgresHouse.open(PostgresSettings(patientlyTo: database.connectionString)) { house in
            try house.ready.take()
            try house.run("drop role if exists guest")
            try house.run("create role guest login connection limit 0")
        }
        guard case .away(let message)? = try await failure(database.connectionString(as: "guest")) else {
            Issue.record("not away")
            return
        }
        #expect(message.contains("guest"))
    }

    @Test("the server's code is found in a message of libpq's, whatever language it speaks")
    func code() {
        let text =
            "connection to server at \"::1\" failed: Connection refused\n\tIs the server running?\n"
            + "connection to server at \"127.0.0.1\" failed: SCHWERWIEGEND:  28P01: Passwort falsch\nORT: auth.c\n"
        let found = LibPQConnection.serverComplaint(in: text)
        #expect(found?.sqlState == "28P01")
        #expect(found?.line.hasSuffix("28P01: Passwort falsch") == true)
        for other in ["", ":  ", "x:  28P01", "x:  28p01: y", "no: 28P01: y", "::  ABCDE"] {
            #expect(LibPQConnection.serverComplaint(in: other) == nil)
        }
    }

    @Test("a server that takes the connection and says nothing is given up in time")
    func silent() async throws {
        let server = try PretendedServer()
        let start = TimeSource.system.now
        let failure = try await failure(
            "host=127.0.0.1 port=\(server.port) user=x", within: .milliseconds(200))
        #expect(failure == .away("the server does not answer"))
        #expect(TimeSource.system.now - start < Patience.limit)
    }

    @Test("the connection string's own time-out counts")
    func ownTimeout() async throws {
        let server = try PretendedServer()
        let failure = try await failure(
            "host=127.0.0.1 port=\(server.port) user=x connect_timeout=1", within: .seconds(3600))
        #expect(failure == .away("the server does not answer"))
    }

    @Test(
        "connections that are lost while they are made are made again, and the pool can be closed meanwhile")
    func lostWhileConnecting() async throws {
        let server = try PretendedServer { shutdown($0, Int32(SHUT_RDWR)) }
        var settings = PostgresSettings(
            connectionString: "postgres://someone:s3cret@127.0.0.1:\(server.port)/x")
        settings.size = 3
        try await PostgresHouse.open(settings) { house in
            eventually { server.count.withLock { $0 } >= 9 }
            let isReady = try house.onLoop { $0.isReady }
            #expect(!isReady)
            #expect(house.lines.contains { $0.contains("database away") })
            #expect(!house.lines.contains { $0.contains("s3cret") })
        }
    }

    @Test("a pool is closed while a thread waits for the server, without waiting for that")
    func closeWhileConnecting() async throws {
        let server = try PretendedServer()
        var settings = PostgresSettings(connectionString: "host=127.0.0.1 port=\(server.port) user=x")
        settings.connectTimeout = .seconds(3600)
        let start = TimeSource.system.now
        try await PostgresHouse.open(settings) { _ in
            eventually { server.count.withLock { $0 } >= 2 }
        }
        #expect(TimeSource.system.now - start < .seconds(300))
    }
}

/// Takes connections like a server, and does with them what a test says. It keeps them open until the end.
private final class PretendedServer: Sendable {
    let port: UInt16
    /// How many connections have come.
    let count: Locked<Int>
    private let descriptor: Int32
    private let accepted: Locked<[Int32]>

    init(_ serve: @escaping @Sendable (_ peer: Int32) -> Void = { _ in }) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(descriptor, $0, length)
                _ = listen(descriptor, 64)
                _ = getsockname(descriptor, $0, &length)
            }
        }
        let (count, accepted) = (Locked(0), Locked<[Int32]>([]))
        port = UInt16(bigEndian: address.sin_port)
        self.descriptor = descriptor
        self.count = count
        self.accepted = accepted
        startThread {
            while case let peer = accept(descriptor, nil, nil), peer >= 0 {
                accepted.withLock { $0.append(peer) }
                serve(peer)
                count.withLock { $0 += 1 }
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        for peer in accepted.withLock({ $0 }) { close(peer) }
    }

    /// A server that nobody's password is good enough for.
    static func wantingPasswords() throws -> PretendedServer {
        try PretendedServer { peer in
            var room = [UInt8](repeating: 0, count: 4096)
            _ = read(peer, &room, room.count)
            let wantsPassword: [UInt8] = [UInt8(ascii: "R"), 0, 0, 0, 8, 0, 0, 0, 3]
            _ = write(peer, wantsPassword, wantsPassword.count)
            _ = read(peer, &room, room.count)
            let fields = [
                "SFATAL", "VFATAL", "C28P01", "Mpassword authentication failed for user \"someone\"",
            ]
            let body = Array((fields.joined(separator: "\0") + "\0\0").utf8)
            let refusal = [UInt8(ascii: "E"), 0, 0, 0, UInt8(body.count + 4)] + body
            _ = write(peer, refusal, refusal.count)
        }
    }
}
