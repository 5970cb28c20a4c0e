import CLinux
import Glibc

/// What PostgreSQL and its tools say: all of it goes into a file of bounded size, trouble also into the server's log.
///
/// It comes by a pipe and not straight into the file, so that the file can be cut, and so that a full disk loses
/// lines instead of holding PostgreSQL up.
final class DatabaseOutput: Sendable {
    /// What threads that read share with the one that supervises.
    private struct State: ~Copyable {
        var file: RotatedFile
        var readers = 0
        /// The last thing that was said before giving up, and the last line of all.
        var complaint: String?
        var lastLine: String?
        var gate = LogGate(every: .seconds(1))
    }

    private let state: Monitor<State>
    private let log: Log
    private let time: TimeSource

    init(into file: consuming RotatedFile, log: Log, time: TimeSource = .system) {
        state = Monitor(State(file: file))
        self.log = log
        self.time = time
    }

    /// Opens a pipe for a program that is about to start, and reads from it on a thread of its own until nobody can
    /// write any more. The caller closes its end.
    func open() throws(SmallFile.Failure) -> Int32 {
        var ends: [Int32] = [-1, -1]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { throw .system(errno) }
        let (output, input) = (ends[0], ends[1])
        state.withLock { state in
            state.readers += 1
            state.complaint = nil
            state.lastLine = nil
        }
        startThread { [self] in
            follow(output)
            close(output)
            state.withLock { $0.readers -= 1 }
            state.wakeAll()
        }
        return input
    }

    /// Why the program that was opened for last has given up, in its own words, as far as it found any. It has ended;
    /// what it said last may still be on its way.
    func reason() -> String? {
        _ = state.wait(atMost: .seconds(1)) { $0.readers == 0 }
        return state.withLock { $0.complaint ?? $0.lastLine }
    }

    private func follow(_ descriptor: Int32) {
        var lines = LineCutter()
        var room = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &room, room.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            let bytes = room[..<count]
            state.withLock { $0.file.append(bytes) }
            lines.cut(bytes) { heed($0) }
        }
    }

    private func heed(_ text: String) {
        guard let line = DatabaseLogLine(text) else {
            // Another program's line, or a later one of a message, which is set in.
            guard !text.isEmpty, !text.hasPrefix("\t") else { return }
            return state.withLock { state in
                state.lastLine = text
                if text.contains("error: ") { state.complaint = text }
            }
        }
        let suppressed = state.withLock { state -> Int? in
            state.lastLine = line.message
            if line.isComplaint { state.complaint = line.message }
            return line.isTrouble ? state.gate.admit(at: time.now) : nil
        }
        guard let suppressed else { return }
        log.warning(
            "database in trouble",
            [
                "severity": .string(line.severity), "sqlstate": .string(line.state),
                "message": .string(line.message), "suppressed": .integer(suppressed),
            ])
    }
}

/// Cuts what comes in pieces into lines. Of a line that is very long only the beginning is kept.
struct LineCutter {
    static let longestLine = 4 << 10

    private var line: [UInt8] = []

    /// Calls `take` with each line that these bytes complete.
    mutating func cut(_ bytes: ArraySlice<UInt8>, _ take: (String) -> Void) {
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            take(String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
            rest = rest[(end + 1)...]
        }
        keep(rest)
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        line += bytes.prefix(Self.longestLine - line.count)
    }
}
