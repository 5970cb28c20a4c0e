import Glibc
import TestSupport
import Testing

@testable import Realtime

/// Runs a program with a file as its output, and gives the lines that this holds then.
private func lines(of program: String, _ arguments: [String], more: [Int32] = []) throws -> [String] {
    let folder = try TemporaryFolder()
    let file = open(folder.path + "/output", O_RDWR | O_CREAT, 0o600)
    defer { close(file) }
    let child = try ChildProcess(
        program, arguments, environment: ["PATH=/usr/bin:/bin", "A=b c"],
        descriptors: [file, file, file] + more)
    child.waitForEnd()
    #expect(child.hasEnded)
    #expect(child.reap() == .exit(0))
    return String(decoding: try folder.read("output"), as: UTF8.self).split(separator: "\n").map(String.init)
}

@Suite("Child processes", .ownThread)
struct ChildProcessTests {
    @Test("it has the environment that it is given, and the root as its folder")
    func environment() throws {
        #expect(try lines(of: "env", []) == ["PATH=/usr/bin:/bin", "A=b c"])
        #expect(try lines(of: "readlink", ["/proc/self/cwd"]) == ["/"])
    }

    @Test("it has the descriptors that it is given, in their order, and no others")
    func descriptors() throws {
        // Left open on purpose, as by a program around the server that does not care.
        let folders = [open("/usr", O_RDONLY), open("/etc", O_RDONLY)]
        defer { for folder in folders { close(folder) } }
        let more = [folders[1], folders[0]]
        #expect(
            try lines(of: "readlink", ["/proc/self/fd/3", "/proc/self/fd/4"], more: more) == ["/etc", "/usr"])
        // The last one is what the listing itself has open.
        #expect(try lines(of: "ls", ["/proc/self/fd"], more: more) == ["0", "1", "2", "3", "4", "5"])
    }

    @Test("no signal is blocked or ignored in it, and it leads a session of its own")
    func signals() throws {
        let result = Locked<[String]?>(nil)
        // Threads of ours block every signal, and a program begins with the mask of the thread that starts it.
        startThread {
            let status = try? lines(of: "grep", ["-E", "^(Pid|NSsid|SigBlk|SigIgn):", "/proc/self/status"])
            result.withLock { $0 = status ?? [] }
        }
        eventually { result.withLock { $0 != nil } }
        let values = result.withLock { $0 ?? [] }.map { line in
            String(line.drop { $0 != "\t" }.dropFirst())
        }
        try #require(values.count == 4)
        #expect(values[0] == values[1])
        // The C library keeps signals 32 and 33 to itself.
        #expect(values[2...].map { UInt64($0, radix: 16).map { $0 & 0x7FFF_FFFF } } == [0, 0])
    }

    @Test("its end is told as it was")
    func ends() throws {
        func end(_ command: String) throws -> ChildProcess.End {
            let child = try ChildProcess(
                "sh", ["-c", command], environment: ["PATH=/usr/bin:/bin"], descriptors: [0, 1, 2])
            return child.reap()
        }
        #expect(try end("exit 3") == .exit(3))
        #expect(try end("kill -9 $$") == .signal(9))
    }

    @Test("a program that does not exist is a failure")
    func missing() {
        let failure = #expect(throws: SmallFile.Failure.self) {
            try ChildProcess("/no/such/program", [], environment: [], descriptors: [0, 1, 2])
        }
        #expect(failure?.isMissing == true)
    }
}
