import Glibc
import TestSupport
import Testing

@testable import Realtime

@Suite("Crashes of the embedded PostgreSQL", .serialized, .ownThread, .timeLimit(.minutes(10)))
struct DatabaseCrashTests {
    private let folder: TemporaryFolder
    private let captured = CapturedLines()
    private var log: Log { Log(level: .info, style: .json, sink: captured) }
    private var data: String { folder.path + "/data" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private var processes: [pid_t] { DatabaseLeftovers(below: folder.path)?.processes ?? [] }

    private func answers(_ postgres: EmbeddedPostgres, _ sql: String, _ answer: String) -> Bool {
        (try? Psql.run(sql, on: postgres.connectionString)) == answer
    }

    @Test("killed with all its processes it comes back by itself, with everything that it had confirmed")
    func wholeTree() throws {
        let postgres = try EmbeddedPostgres.start(in: folder.path, log: log)
        try Psql.run("create table kept (it int)", on: postgres.connectionString)
        for round in 1...3 {
            try Psql.run("insert into kept values (\(round))", on: postgres.connectionString)
            for process in processes { kill(process, SIGKILL) }
            eventually { answers(postgres, "select count(*) from kept", "\(round)") }
        }
        #expect(captured.lines.count { $0.contains(#""event":"database ended","reason":"signal 9""#) } == 3)
        #expect(captured.lines.count { $0.contains(#""event":"database ready""#) } == 4)
        postgres.stop()
        #expect(processes.isEmpty)
    }

    @Test("a process that is left behind and does not listen does not keep it from coming back")
    func leftBehind() throws {
        let postgres = try EmbeddedPostgres.start(in: folder.path, log: log)
        let first = try #require(PostmasterFile.read(in: data)?.process)
        let old = processes
        for process in old { kill(process, SIGSTOP) }
        kill(pid_t(first), SIGKILL)
        eventually { answers(postgres, "select 1", "1") }
        #expect(Set(old).isDisjoint(with: processes))
        postgres.stop()
    }

    @Test("a crash of one connection's process is told, and PostgreSQL goes on")
    func oneProcess() throws {
        let postgres = try EmbeddedPostgres.start(in: folder.path, log: log)
        _ = try? Psql.run(
            "copy (select 1) to program 'kill -9 $PPID'", on: postgres.connectionString)
        eventually { answers(postgres, "select 1", "1") }
        eventually { captured.lines.contains { $0.contains("was terminated by signal 9") } }
        postgres.stop()
    }

    @Test("it goes down with its server, however that ends, and the next server has everything")
    func parent() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            let postgres = try EmbeddedPostgres.start(in: path, log: .disabled)
            try Psql.run("create table kept as select 5 as it", on: postgres.connectionString)
            kill(getpid(), SIGKILL)
        }
        // The next server need not wait for that.
        let postgres = try EmbeddedPostgres.start(in: folder.path, log: log)
        #expect(try Psql.run("select it from kept", on: postgres.connectionString) == "5")
        postgres.stop()
        #expect(processes.isEmpty)
    }

    @Test("a server that is killed leaves nothing running")
    func orphans() async throws {
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = folder.path as String] in
            _ = Unmanaged.passRetained(try EmbeddedPostgres.start(in: path, log: .disabled))
            kill(getpid(), SIGKILL)
        }
        eventually { processes.isEmpty }
    }

    @Test("the thread that started it may end")
    func threads() throws {
        final class Holder: Sendable {
            let postgres = Locked<EmbeddedPostgres?>(nil)
        }
        let holder = Holder()
        let (path, log) = (folder.path, log)
        startThread {
            let started = try? EmbeddedPostgres.start(in: path, log: log)
            holder.postgres.withLock { $0 = started }
        }
        eventually { holder.postgres.withLock { $0 != nil } }
        let postgres = try #require(holder.postgres.withLock { $0 })
        // Its first process has the signal pending at once, if it gets one.
        for _ in 0..<3 { #expect(answers(postgres, "select pg_sleep(0.05)", "")) }
        #expect(!captured.lines.contains { $0.contains("database ended") })
        postgres.stop()
    }

    @Test("stopped while it starts, nothing is left", arguments: [0, 5, 50, 300])
    func stopped(after milliseconds: Int) throws {
        let binaries = try #require(DatabaseBinaries.find())
        let supervisor = DatabaseSupervisor(try DatabaseFolder(folder.path), binaries, log: .disabled)
        startThread { try? supervisor.start() }
        usleep(useconds_t(milliseconds) * 1000)
        supervisor.stop()
        #expect(processes.isEmpty)
    }
}

extension DatabaseLeftovers {
    /// Those that work in the database of this folder.
    init?(below folder: String) {
        let descriptor = open(folder + "/data", O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        self.init(in: descriptor)
    }
}
