import Glibc

@testable import Realtime

/// PostgreSQL's own client, for tests that ask a database something from outside.
///
/// Not by Foundation's `Process`: it looks through this process's descriptors, and where there are more than a
/// thousand, as among tests that run at once, it reads beyond the end of the list and may crash.
enum Psql {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs statements and gives what they print, columns separated by `|`.
    @discardableResult
    static func run(_ sql: String, on connection: String) throws -> String {
        guard let binaries = DatabaseBinaries.find() else { throw Failed(description: "no psql") }
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failed(description: "no pipe: \(errno)") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let nothing = open("/dev/null", O_RDONLY | O_CLOEXEC)
        defer {
            close(nothing)
            close(ends[0])
        }
        let result = Result { () throws(SmallFile.Failure) in
            try ChildProcess(
                binaries.folder + "/psql",
                [
                    "--no-psqlrc", "--no-align", "--tuples-only", "--quiet", "--set", "ON_ERROR_STOP=1",
                    "--command", sql, connection,
                ],
                environment: ["PATH=/usr/bin:/bin", "PGOPTIONS=-c client_min_messages=error"],
                descriptors: [nothing, ends[1], ends[1]])
        }
        close(ends[1])
        let child = try result.get()
        let printed = readToEnd(ends[0])
        let end = child.reap()
        guard end == .exit(0) else { throw Failed(description: "\(end): \(printed)") }
        return String(printed.reversed().drop { $0 == "\n" }.reversed())
    }

    private static func readToEnd(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &part, part.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += part.prefix(count)
        }
    }
}
