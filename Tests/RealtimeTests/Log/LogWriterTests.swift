import Glibc
import TestSupport
import Testing

@testable import Realtime

/// A pipe whose two ends are closed with it.
private final class Pipe {
    let reader: Int32
    private(set) var writer: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let result = pipe(&ends)
        precondition(result == 0)
        (reader, writer) = (ends[0], ends[1])
    }

    deinit {
        close(reader)
        if writer >= 0 { close(writer) }
    }

    /// Leaves no room for another byte.
    func fill() {
        let flags = fcntl(writer, F_GETFL)
        _ = fcntl(writer, F_SETFL, flags | O_NONBLOCK)
        let block = [UInt8](repeating: UInt8(ascii: "-"), count: 4096)
        while write(writer, block, block.count) > 0 {}
        while write(writer, block, 1) > 0 {}
        _ = fcntl(writer, F_SETFL, flags)
    }

    func read(_ count: Int) -> String {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = Glibc.read(reader, &bytes, count)
        return String(decoding: bytes.prefix(max(length, 0)), as: UTF8.self)
    }

    /// Everything until the writing end is closed.
    func readAll() -> String {
        close(writer)
        writer = -1
        var text = ""
        while true {
            let part = read(65_536)
            if part.isEmpty { return text }
            text += part
        }
    }
}

extension LogSink {
    fileprivate func accept(_ line: String) {
        Array((line + "\n").utf8).withUnsafeBytes { accept($0) }
    }
}

private func reportDrops(_ count: Int, _ line: inout ByteBuffer) {
    line.append("dropped \(count)\n")
}

@Suite("Log writer", .ownThread)
struct LogWriterTests {
    @Test("lines arrive in order and whole once they are flushed")
    func order() {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writer, dropReport: reportDrops)
        for number in 0..<100 { writer.accept("line \(number)") }
        #expect(writer.flush(within: Patience.limit))
        #expect(pipe.readAll() == (0..<100).map { "line \($0)\n" }.joined())
    }

    @Test("lines of several threads are not mixed into each other")
    func threads() async {
        let pipe = Pipe()
        let writer = LogWriter(descriptor: pipe.writer, dropReport: reportDrops)
        await withTaskGroup(of: Void.self) { group in
            for thread in 0..<4 {
                group.addTask { for number in 0..<100 { writer.accept("\(thread):\(number)") } }
            }
        }
        #expect(writer.flush(within: Patience.limit))
        let lines = pipe.readAll().split(separator: "\n")
        for thread in 0..<4 {
            #expect(lines.filter { $0.hasPrefix("\(thread):") } == (0..<100).map { "\(thread):\($0)" })
        }
    }

    @Test("nobody waits for a reader that has stopped: what does not fit is dropped, counted and told")
    func stuckReader() {
        let pipe = Pipe()
        pipe.fill()
        let writer = LogWriter(descriptor: pipe.writer, limit: 1000, dropReport: reportDrops)
        for _ in 0..<50 { writer.accept(String(repeating: "x", count: 99)) }
        #expect(!writer.flush(within: .milliseconds(1)))

        // At most one full buffer is in the hands of the thread, and one more is waiting.
        var text = ""
        while !text.hasSuffix("\n") || !text.contains("dropped") { text += pipe.read(65_536) }
        #expect(writer.flush(within: Patience.limit))
        text += pipe.readAll()
        let written = text.split(separator: "\n").count { $0.hasSuffix("x") }
        // Told in two parts where the thread took the first lines late.
        let dropped = text.matches(of: /dropped ([0-9]+)/).compactMap { Int($0.1) }
        #expect(written <= 20)
        #expect(dropped.reduce(0, +) == 50 - written)
    }

    @Test("a writer that is let go of still writes what was waiting")
    func lastLines() {
        let pipe = Pipe()
        do {
            let writer = LogWriter(descriptor: dup(pipe.writer), dropReport: reportDrops)
            writer.accept("goodbye")
        }
        #expect(pipe.read(100) == "goodbye\n")
    }

    @Test("a reader that has gone away ends nothing")
    func brokenPipe() {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        close(ends[0])
        let writer = LogWriter(descriptor: ends[1], dropReport: reportDrops)
        writer.accept("to nobody")
        #expect(writer.flush(within: Patience.limit))
        close(ends[1])
    }

    @Test("a descriptor that somebody made non-blocking loses no line")
    func nonBlocking() async {
        let pipe = Pipe()
        #expect(fcntl(pipe.writer, F_SETFL, O_WRONLY | O_NONBLOCK) == 0)
        let writer = LogWriter(descriptor: pipe.writer, dropReport: reportDrops)
        let line = String(repeating: "n", count: 9_999)
        for _ in 0..<50 { writer.accept(line) }
        var text = ""
        while text.utf8.count < 500_000 { text += pipe.read(65_536) }
        #expect(text == String(repeating: line + "\n", count: 50))
        #expect(writer.flush(within: Patience.limit))
    }
}
