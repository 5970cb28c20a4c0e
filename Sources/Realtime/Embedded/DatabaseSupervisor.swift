import Glibc

/// Keeps one PostgreSQL running in a folder, on a thread that lives as long as it is wanted: makes the database where
/// there is none, starts PostgreSQL, and starts it again whenever it ends.
///
/// Every program is started from this one thread, because the kernel takes the end of the thread that started a
/// program for the end of its parent, and PostgreSQL is told to quit then.
final class DatabaseSupervisor: Sendable {
    private struct State {
        /// The program that is running, not reaped: its number is nobody else's as long as it stands here.
        var child: ChildProcess?
        var isStopping = false
        /// What came of the first start.
        var outcome: Result<Void, EmbeddedPostgresFailure>?
        var hasEnded = false
    }

    private let state = Monitor(State())
    private let folder: DatabaseFolder
    private let binaries: DatabaseBinaries
    private let output: DatabaseOutput
    private let log: Log
    private let time: TimeSource

    init(_ folder: DatabaseFolder, _ binaries: DatabaseBinaries, log: Log, time: TimeSource = .system) {
        self.folder = folder
        self.binaries = binaries
        self.log = log
        self.time = time
        let path = folder.path
        let file = RotatedFile(folder.log) { DatabaseFolder.giveToOwner(of: path, $0) }
        output = DatabaseOutput(into: file, log: log, time: time)
    }

    /// Returns when PostgreSQL takes connections.
    func start() throws(EmbeddedPostgresFailure) {
        startThread { [self] in
            work()
            state.withLock { state in
                state.hasEnded = true
                if state.outcome == nil { state.outcome = .failure(.stopped) }
            }
            state.wakeAll()
        }
        try state.wait { $0.outcome }.get()
    }

    /// Ends PostgreSQL and returns when it has ended: in order, which takes as long as writing down what is in memory;
    /// at once, when that takes too long; by force, when it does not listen. May be called again.
    func stop() {
        for (signal, patience) in [(SIGINT, 30), (SIGQUIT, 10), (SIGKILL, 10)] {
            state.withLock { state in
                state.isStopping = true
                if !state.hasEnded { state.child?.send(signal) }
            }
            state.wakeAll()
            if state.wait(atMost: .seconds(patience), until: { $0.hasEnded }) { return }
        }
        log.error("database does not stop", ["folder": .string(folder.path)])
    }

    private var isStopping: Bool { state.withLock { $0.isStopping } }

    private func work() {
        do throws(EmbeddedPostgresFailure) {
            let socket = try folder.openOrMake(folder.socket)
            defer { close(socket) }
            if !folder.hasDatabase { try makeDatabase() }
            try serve(socket)
        } catch {
            decide(.failure(error))
        }
    }

    /// Tells the one that waits in `start`.
    private func decide(_ outcome: Result<Void, EmbeddedPostgresFailure>) {
        state.withLock { if $0.outcome == nil { $0.outcome = outcome } }
        state.wakeAll()
    }

    // MARK: Making the database

    /// Makes it beside its place, so that it is there whole or not at all.
    private func makeDatabase() throws(EmbeddedPostgresFailure) {
        let began = time.now
        try run("rm", ["-rf", "--", folder.draft], as: .ourselves, folders: [])
        let draft = try folder.openOrMake(folder.draft)
        defer { close(draft) }
        try run(
            binaries.initdb, ["-D", Self.path(ofFolder: 0)] + DatabaseSettings.making, as: folder.owner,
            folders: [draft])
        try folder.adoptDraft(draft, with: DatabaseSettings.file)
        log.info("database made", ["folder": .string(folder.path), "took": .duration(time.now - began)])
    }

    /// Runs a program to its end, which has to be a good one.
    private func run(
        _ program: String, _ arguments: [String], as user: DatabaseOwner, folders: [Int32]
    ) throws(EmbeddedPostgresFailure) {
        let end = finish(try launch(program, arguments, as: user, folders: folders))
        guard end != .exit(0) else { return }
        if isStopping { throw .stopped }
        throw .notMade(folder: folder.path, reason: output.reason() ?? "\(program): \(end)")
    }

    // MARK: Running PostgreSQL

    /// Keeps it running until `stop`. Only what fails the first time is a failure; after that it is tried again, for
    /// ever: a full disk may be emptied.
    private func serve(_ socket: Int32) throws(EmbeddedPostgresFailure) {
        var delay = RestartDelay()
        var hasServed = false
        while !isStopping {
            let began = time.now
            let outcome = runOnce(socket)
            if isStopping { return }
            if !outcome.wasReady, !hasServed {
                throw .notStarted(folder: folder.path, reason: outcome.reason)
            }
            hasServed = true
            log.warning(
                "database ended",
                ["reason": .string(outcome.reason), "ran": .duration(time.now - began)])
            _ = state.wait(atMost: delay.ended(wasReady: outcome.wasReady)) { $0.isStopping }
        }
    }

    /// Runs it until it ends; says whether it took connections in between, and why it ended.
    private func runOnce(_ socket: Int32) -> (wasReady: Bool, reason: String) {
        let began = time.now
        let child: ChildProcess
        do throws(EmbeddedPostgresFailure) {
            let data = try folder.openData()
            defer { close(data) }
            if let leftovers = DatabaseLeftovers(in: data), leftovers.end() {
                DatabaseFolder.removeStaleFiles(data: data, socket: socket)
            }
            let settings = DatabaseSettings.arguments.flatMap { ["-c", $0] }
            child = try launch(
                binaries.postgres, ["-D", Self.path(ofFolder: 0), "-k", Self.path(ofFolder: 1)] + settings,
                as: folder.owner, folders: [data, socket])
        } catch {
            return (false, error.description)
        }
        let isReady = waitUntilReady(child)
        if isReady {
            decide(.success(()))
            log.info(
                "database ready", ["folder": .string(folder.path), "took": .duration(time.now - began)])
        }
        let end = finish(child)
        // A killed one has said nothing of it, and what its last words were is no reason.
        if case .exit = end { return (isReady, output.reason() ?? end.description) }
        return (isReady, end.description)
    }

    /// Whether it takes connections now; otherwise it has ended or is about to.
    private func waitUntilReady(_ child: ChildProcess) -> Bool {
        var gate = LogGate(every: .seconds(10))
        let began = time.now
        _ = gate.admit(at: began)
        while !child.hasEnded {
            if let file = PostmasterFile.read(in: folder.data), file.process == child.id, file.isReady {
                return true
            }
            if state.wait(atMost: .milliseconds(5), until: { $0.isStopping }) { return false }
            if gate.admit(at: time.now) != nil {
                log.info("database is still starting", ["so_far": .duration(time.now - began)])
            }
        }
        return false
    }

    // MARK: Programs

    /// Where a program finds a folder that it was given: behind its descriptor, whatever lies above it.
    private static func path(ofFolder number: Int) -> String { "/proc/self/fd/\(3 + number)" }

    /// Starts a program that quits when this process ends, however that happens. `setpriv` sees to that, and becomes
    /// the program.
    private func launch(
        _ program: String, _ arguments: [String], as user: DatabaseOwner, folders: [Int32]
    ) throws(EmbeddedPostgresFailure) -> ChildProcess {
        let child: ChildProcess
        do throws(SmallFile.Failure) {
            let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
            guard nothing >= 0 else { throw .system(errno) }
            defer { close(nothing) }
            let pipe = try output.open()
            defer { close(pipe) }
            child = try ChildProcess(
                "setpriv", user.privileges + ["--pdeathsig=QUIT", "--", program] + arguments,
                environment: DatabaseSettings.environment(binaries),
                descriptors: [nothing, pipe, pipe] + folders)
        } catch {
            throw .cannotRun(program: "setpriv", reason: error.description)
        }
        state.withLock { state in
            state.child = child
            if state.isStopping { child.send(SIGINT) }
        }
        return child
    }

    /// Waits for a program's end. It is reaped under the lock, so that `stop` never means another process.
    private func finish(_ child: ChildProcess) -> ChildProcess.End {
        child.waitForEnd()
        return state.withLock { state in
            state.child = nil
            return child.reap()
        }
    }
}
