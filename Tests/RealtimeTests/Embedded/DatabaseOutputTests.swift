import Glibc
import Testing

@testable import Realtime

@Suite("What PostgreSQL says")
struct DatabaseLogLineTests {
    private func line(_ rest: String) -> DatabaseLogLine? {
        DatabaseLogLine("2026-11-21 08:56:33.776 UTC [25035] " + rest)
    }

    @Test("a line is taken apart")
    func parts() {
        let line = line("53100 PANIC:  could not write to file \"pg_wal/x\":  No space left on device")
        #expect(line?.state == "53100")
        #expect(line?.severity == "PANIC")
        #expect(line?.message == "could not write to file \"pg_wal/x\":  No space left on device")
        #expect(line?.isComplaint == true)
    }

    @Test(
        "another program's line is none",
        arguments: [
            "", "\tsecond line", "initdb: error: [1] no:  x", "] ", "[1] 00000 LOG", "x] 0 LOG:  y",
            "x] 00000 A LOG:  y",
        ])
    func others(text: String) {
        #expect(DatabaseLogLine(text) == nil)
    }

    @Test(
        "an operator hears of trouble, and not of what a statement or a connection did",
        arguments: [
            ("XX000 PANIC:  anything", true),
            ("53300 FATAL:  sorry, too many clients already", true),
            ("XX001 ERROR:  invalid page in block 0", true),
            ("58030 ERROR:  could not read block", true),
            ("53100 ERROR:  could not extend file", true),
            ("00000 LOG:  server process (PID 7) was terminated by signal 9: Killed", true),
            ("23505 ERROR:  duplicate key value violates unique constraint \"x\"", false),
            ("57P01 FATAL:  terminating connection due to administrator command", false),
            ("57P03 FATAL:  the database system is starting up", false),
            ("3D000 FATAL:  database \"x\" does not exist", false),
            ("28000 FATAL:  role \"x\" does not exist", false),
            ("00000 LOG:  database system is ready to accept connections", false),
        ])
    func trouble(text: String, isTrouble: Bool) {
        #expect(line(text)?.isTrouble == isTrouble)
    }
}

@Suite("Lines out of pieces")
struct LineCutterTests {
    @Test("cut anywhere, the lines are the same")
    func split() {
        let bytes = Array("one\n\ntwo\r\nthree\nfour".utf8)
        for cut in 0...bytes.count {
            var (cutter, lines) = (LineCutter(), [String]())
            cutter.cut(bytes[..<cut]) { lines.append($0) }
            cutter.cut(bytes[cut...]) { lines.append($0) }
            #expect(lines == ["one", "", "two\r", "three"])
        }
    }

    @Test("of a line without end only the beginning is kept")
    func long() {
        var (cutter, lines) = (LineCutter(), [String]())
        for _ in 0..<1000 {
            cutter.cut(Array(repeating: UInt8(ascii: "x"), count: 1000)[...]) { lines.append($0) }
        }
        cutter.cut([UInt8(ascii: "\n"), UInt8(ascii: "y"), UInt8(ascii: "\n")]) { lines.append($0) }
        #expect(lines.map(\.utf8.count) == [LineCutter.longestLine, 1])
    }
}

@Suite("The delay before a restart")
struct RestartDelayTests {
    @Test("it grows while PostgreSQL does not get ready, up to a bound, and is short again after it did")
    func growth() {
        var delay = RestartDelay()
        let delays = (0..<8).map { _ in delay.ended(wasReady: false).milliseconds }
        #expect(delays == [100, 200, 400, 800, 1600, 3200, 5000, 5000])
        #expect(delay.ended(wasReady: true) == .milliseconds(100))
        #expect(delay.ended(wasReady: true) == .milliseconds(100))
        #expect(delay.ended(wasReady: false) == .milliseconds(200))
    }
}
