import CLinux
import Glibc

/// A program that this process has started and not reaped yet.
///
/// It begins with as little of this process as can be: no signal is blocked or ignored, its folder is the root, it
/// has a session of its own, so that Ctrl-C on a terminal is not for it, and no descriptors but those it is given.
struct ChildProcess: Sendable {
    /// How a program ended.
    enum End: Equatable {
        /// It returned, with this status.
        case exit(Int32)
        /// A signal ended it.
        case signal(Int32)
        /// Somebody else in this process has reaped it.
        case unknown
    }

    let id: pid_t

    /// Starts a program that is looked up on the `PATH`. What it finds as descriptors 0, 1, 2 and so on are copies
    /// of the given ones.
    init(
        _ program: String, _ arguments: [String], environment: [String], descriptors: [Int32]
    ) throws(SmallFile.Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addchdir_np(&actions, "/")
        // Copied above their places first, so that taking one place never overwrites what another is to get.
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for (place, descriptor) in descriptors.enumerated() {
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, Int32(descriptors.count))
            guard copy >= 0 else { throw .system(errno) }
            copies.append(copy)
            posix_spawn_file_actions_adddup2(&actions, copy, Int32(place))
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(descriptors.count))

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
                | Int16(REALTIME_SPAWN_NEW_SESSION))

        var id = pid_t()
        let failure = withCStrings([program] + arguments) { arguments in
            withCStrings(environment) { environment in
                posix_spawnp(&id, program, &actions, &attributes, arguments, environment)
            }
        }
        guard failure == 0 else { throw .system(failure) }
        self.id = id
    }

    /// Has no effect on one that has ended. Not to be called once it is reaped: the number may be another's then.
    func send(_ signal: Int32) {
        kill(id, signal)
    }

    /// Whether it has ended; it is not reaped.
    var hasEnded: Bool {
        var info = siginfo_t()
        return waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT | WNOHANG) != 0 || info.si_signo != 0
    }

    /// Sleeps until it has ended; it is not reaped.
    func waitForEnd() {
        var info = siginfo_t()
        while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    }

    /// Says how it ended, when it has, and gives its number back to the system.
    func reap() -> End {
        var status: Int32 = 0
        var result = waitpid(id, &status, 0)
        while result < 0, errno == EINTR { result = waitpid(id, &status, 0) }
        guard result == id else { return .unknown }
        let signal = status & 0x7F
        return signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
    }
}

extension ChildProcess.End: CustomStringConvertible {
    var description: String {
        switch self {
        case .exit(let status): "exit status \(status)"
        case .signal(let number): "signal \(number)"
        case .unknown: "unknown"
        }
    }
}

/// Runs `body` with the texts as C wants them: pointers to each, and a null at the end.
private func withCStrings<Result>(
    _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
    let copies = texts.map { strdup($0) }
    defer { for copy in copies { free(copy) } }
    return body(copies + [nil])
}
