import Glibc
import TestSupport
import Testing

@testable import Realtime

@Suite("The embedded PostgreSQL", .serialized, .ownThread, .timeLimit(.minutes(10)))
struct EmbeddedPostgresTests {
    private let folder: TemporaryFolder
    private let captured = CapturedLines()
    private var path: String { folder.path + "/postgres" }
    private var log: Log { Log(level: .info, style: .json, sink: captured) }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func start() throws -> EmbeddedPostgres {
        try EmbeddedPostgres.start(in: path, log: log)
    }

    private func failure(_ binaries: DatabaseBinaries? = DatabaseBinaries.find()) -> EmbeddedPostgresFailure?
    {
        do throws(EmbeddedPostgresFailure) {
            try EmbeddedPostgres.start(in: path, log: log) { _ in binaries }.stop()
            return nil
        } catch {
            return error
        }
    }

    private func events(_ event: String) -> Int {
        captured.lines.count { $0.contains("\"event\":\"\(event)\"") }
    }

    @Test("it is made where there is none, found the next time, and gone when it is stopped")
    func again() throws {
        let first = try start()
        try Psql.run("create table kept (it int); insert into kept values (7)", on: first.connectionString)
        let leftovers = try #require(DatabaseLeftovers(below: path))
        #expect(!leftovers.processes.isEmpty)
        first.stop()
        first.stop()
        #expect(leftovers.processes.isEmpty)
        #expect(events("database made") == 1)

        let second = try start()
        #expect(try Psql.run("select it from kept", on: second.connectionString) == "7")
        #expect(events("database made") == 1)
        #expect(events("database ready") == 2)
        // It was shut down in order, so that nothing had to be recovered.
        #expect(
            !String(decoding: try folder.read("postgres/postgres.log"), as: UTF8.self).contains("recovery"))
        second.stop()
    }

    @Test("it ends with the last reference to it")
    func forgotten() throws {
        _ = try start()
        #expect(DatabaseLeftovers(below: path)?.processes == [])
        #expect(failure() == nil)
    }

    @Test("its settings may be changed in its file")
    func changedSettings() throws {
        try start().stop()
        let file = try folder.read("postgres/data/postgresql.conf")
        try folder.write("postgres/data/postgresql.conf", file + Array("work_mem = 5MB\n".utf8))
        let postgres = try start()
        #expect(try Psql.run("show work_mem", on: postgres.connectionString) == "5MB")
        postgres.stop()
    }

    @Test("a second server is refused as long as the first one lives, and told by whom")
    func second() throws {
        let first = try start()
        #expect(failure() == .inUse(folder: path, by: Int(getpid())))
        #expect(failure()?.description == "\"\(path)\" is in use by another server (process \(getpid()))")
        #expect(try Psql.run("select 1", on: first.connectionString) == "1")
        first.stop()
        #expect(failure() == nil)
    }

    @Test("a start that was cut off leaves a draft, which is made anew")
    func draft() throws {
        try PrivateFile.makeFolder(path + "/data.new/base")
        try folder.write("postgres/data.new/PG_VERSION", "1\n".utf8)
        #expect(failure() == nil)
        #expect(try !folder.names.contains("data.new"))
    }

    @Test("files of one that was killed don't keep it from starting, whoever has its process number now")
    func stale() throws {
        try start().stop()
        // The number of a process that this PostgreSQL may ask about, as its own user's.
        let owner = try DatabaseFolder(path).owner
        let decoy = try ChildProcess(
            "setpriv", owner.privileges + ["sleep", "600"], environment: ["PATH=/usr/bin:/bin"],
            descriptors: [0, 1, 2])
        defer {
            decoy.send(SIGKILL)
            _ = decoy.reap()
        }
        let lines = "\(decoy.id)\n/proc/self/fd/3\n1\n5432\n/proc/self/fd/4\n\n 1 1\nready   \n"
        try folder.write("postgres/data/postmaster.pid", lines.utf8)
        try folder.write("postgres/socket/.s.PGSQL.5432.lock", lines.utf8)
        #expect(failure() == nil)
        #expect(!decoy.hasEnded)
    }

    @Test(
        "paths may be long, and of any characters",
        arguments: [
            String(repeating: "deep/", count: 60), "it's, \\ and \"so\" = on", "Grüße/数据",
        ])
    func odd(name: String) throws {
        let postgres = try EmbeddedPostgres.start(in: "\(folder.path)/\(name)", log: .disabled)
        // psql has not the descriptors of this process, but may look at them.
        let connection = postgres.connectionString.replacing("/proc/self/", with: "/proc/\(getpid())/")
        #expect(try Psql.run("select 2", on: connection) == "2")
        postgres.stop()
    }

    @Test("without PostgreSQL there is one line, which names the package")
    func missing() {
        #expect(failure(nil) == .notInstalled)
        #expect(
            failure(nil)?.description
                == "PostgreSQL is not installed: install the Debian package postgresql, "
                + "or name a database with --database")
    }

    @Test("a database of a version that is not installed names that version's package")
    func otherVersion() throws {
        try PrivateFile.makeFolder(path + "/data")
        try folder.write("postgres/data/PG_VERSION", "9\n".utf8)
        #expect(failure(nil) == .versionNotInstalled(folder: path, version: 9))
        #expect(failure(nil)?.description.hasSuffix("install the Debian package postgresql-9") == true)
    }

    @Test("where PostgreSQL does not start, it says why in PostgreSQL's words")
    func broken() throws {
        try start().stop()
        unlink(path + "/data/global/pg_control")
        guard case .notStarted(path, let reason) = failure() else {
            Issue.record("it starts without its control file")
            return
        }
        #expect(reason.contains("could not find the database system") || reason.contains("pg_control"))
    }

    @Test("where no database can be made, it says why, and nothing half made is taken for one")
    func notMade() throws {
        let broken = try folder.write("initdb", "#!/bin/sh\necho 'initdb: error: no'; exit 1\n".utf8)
        chmod(broken, 0o755)
        chmod(folder.path, 0o755)
        #expect(
            failure(DatabaseBinaries(folder: folder.path))
                == .notMade(folder: path, reason: "initdb: error: no"))
        #expect(failure() == nil)
    }

    @Test("a folder that can't be made is said to be")
    func noFolder() throws {
        try folder.write("postgres", [])
        #expect(failure() == .badFolder(path: path, reason: "Not a directory"))
    }
}

/// What holds for one that runs is asked of the one that all tests share.
@Suite("The embedded PostgreSQL while it runs", .ownThread, .timeLimit(.minutes(10)))
struct RunningPostgresTests {
    private let cluster: TestCluster

    init() throws {
        cluster = try TestCluster.shared
    }

    private func setting(_ name: String) throws -> String {
        try Psql.run("show \(name)", on: cluster.connectionString)
    }

    private func status(_ path: String) throws -> stat {
        var status = stat()
        try #require(lstat(path, &status) == 0, "\(path) is not there")
        return status
    }

    @Test("nobody else gets at it: no network, and folders that are closed")
    func closed() throws {
        #expect(try setting("listen_addresses") == "")
        for (name, mode) in [
            ("", 0o700), ("/data", 0o700), ("/socket", 0o700), ("/socket/.s.PGSQL.5432", 0o700),
            ("/postgres.log", 0o600), ("/lock", 0o600),
        ] {
            #expect(try status(cluster.folder + name).st_mode & 0o777 == mode, "\(name)")
        }
    }

    @Test("what it confirms is on the disk, and what was set for it holds")
    func settings() throws {
        let names = [
            "fsync", "synchronous_commit", "full_page_writes", "autovacuum", "data_checksums", "jit",
            "shared_buffers", "server_encoding", "lc_collate", "max_connections",
        ]
        #expect(
            try names.map(setting) == ["on", "on", "on", "on", "on", "off", "128MB", "UTF8", "C", "120"])
    }

    @Test("started by root it runs as another user, who need not be let into the folders above")
    func root() throws {
        let process = try #require(PostmasterFile.read(in: cluster.folder + "/data")?.process)
        let user = try status("/proc/\(process)").st_uid
        #expect(user != 0)
        if geteuid() == 0 {
            #expect(user == getpwnam("postgres")?.pointee.pw_uid)
            let above = try status(cluster.folder)
            #expect(above.st_uid == 0)
            #expect(above.st_mode & 0o077 == 0)
        }
    }
}
