import Glibc
import Testing

@testable import realtime_bench

@Suite("What /proc says of a server")
struct ServerProbeTests {
    private let stat =
        "4242 (a ) b (c) S 17 4242 4242 0 -1 4194304 100 0 0 0 700 300 0 0 20 0 9 0 12345 1000 200"

    @Test("a command name with parentheses and blanks does not move the fields")
    func statFields() {
        #expect(ProcFormat.parent(inStat: stat) == 17)
        #expect(ProcFormat.ticks(inStat: stat) == 1000)
    }

    @Test("a text that is no stat line has no fields", arguments: ["", "1 (x", "1 (x)", "1 (x) S"])
    func brokenStat(text: String) {
        #expect(ProcFormat.parent(inStat: text) == nil)
        #expect(ProcFormat.ticks(inStat: text) == nil)
    }

    @Test("the time on a CPU is schedstat's first number")
    func schedstat() {
        #expect(ProcFormat.runTime(inSchedstat: "568875 92317 1\n") == 568_875)
        #expect(ProcFormat.runTime(inSchedstat: "") == nil)
    }

    @Test("the resident size is read from either file")
    func resident() {
        let rollup =
            "55b150a2e000-7fff403c3000 ---p 00000000 00:00 0  [rollup]\nRss:    1676 kB\nPss:  357 kB\n"
        let status = "Name:\tx\nVmHWM:\t  9000 kB\nVmRSS:\t    8124 kB\nThreads:\t1\n"
        #expect(ProcFormat.residentKiB(in: rollup) == 1676)
        #expect(ProcFormat.residentKiB(in: status) == 8124)
        #expect(ProcFormat.residentKiB(in: "Name:\tx\n") == nil)
        #expect(ProcFormat.peakKiB(in: status) == 9000)
        #expect(ProcFormat.peakKiB(in: rollup) == nil)
    }

    @Test("a tree holds the descendants, in whatever order they are listed, and nobody else")
    func tree() {
        let parents: [Int32: Int32] = [1: 0, 10: 1, 11: 10, 12: 11, 13: 10, 20: 1, 21: 20]
        #expect(ServerProbe.tree(of: 10, parents: parents) == [10, 11, 12, 13])
        #expect(ServerProbe.tree(of: 21, parents: parents) == [21])
    }

    @Test("this process has used time and memory")
    func live() throws {
        let probe = try ServerProbe(root: getpid())
        #expect(probe.processes.contains(getpid()))
        let first = try probe.sample()
        #expect(first.residentKiB > 1000)
        #expect(first.cpuNanoseconds > 0)
        #expect(try probe.cpuNanoseconds() > 0)
    }

    @Test("a process that is not there is an error")
    func absent() {
        #expect(throws: BenchFailure.self) { try ServerProbe(root: 4_194_304) }
    }
}
