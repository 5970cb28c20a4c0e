import Glibc

/// What the kernel knows of a server: the CPU time it has used and the memory that it keeps resident,
/// summed over the process and all of its descendants.
struct ServerProbe {
    struct Sample: Equatable {
        var cpuNanoseconds: UInt64
        var residentKiB: UInt64
        /// The most that the first process alone has ever had resident: an embedded database is not counted.
        var peakKiB: UInt64
    }

    private let root: Int32

    /// The processes that were there when the probe was made: a server forks its workers before it serves.
    let processes: [Int32]

    init(root: Int32) throws(BenchFailure) {
        var parents: [Int32: Int32] = [:]
        for name in ProcFile.list("/proc") {
            guard let pid = Int32(name), let stat = ProcFile.read("/proc/\(pid)/stat") else { continue }
            parents[pid] = ProcFormat.parent(inStat: stat)
        }
        self.root = root
        guard parents[root] != nil else { throw BenchFailure("there is no process \(root)") }
        processes = Self.tree(of: root, parents: parents)
    }

    /// The CPU time so far. Threads that have ended are no longer counted by the kernel's per-thread files, and neither
    /// are processes that the server has started and that have ended, such as those of its database.
    func cpuNanoseconds() throws(BenchFailure) -> UInt64 {
        var sum: UInt64 = 0
        for pid in processes {
            let threads = ProcFile.list("/proc/\(pid)/task")
            guard pid != root || !threads.isEmpty else {
                throw BenchFailure("the server's process \(pid) has ended")
            }
            for thread in threads {
                let path = "/proc/\(pid)/task/\(thread)"
                if let text = ProcFile.read("\(path)/schedstat"),
                    let time = ProcFormat.runTime(inSchedstat: text)
                {
                    sum += time
                } else if let text = ProcFile.read("\(path)/stat"), let ticks = ProcFormat.ticks(inStat: text)
                {
                    sum += ticks * Clock.second / UInt64(sysconf(Int32(_SC_CLK_TCK)))
                }
            }
        }
        return sum
    }

    func sample() throws(BenchFailure) -> Sample {
        var resident: UInt64 = 0
        for pid in processes {
            let text = ProcFile.read("/proc/\(pid)/smaps_rollup") ?? ProcFile.read("/proc/\(pid)/status")
            let size = text.flatMap(ProcFormat.residentKiB)
            guard pid != root || size != nil else {
                throw BenchFailure("cannot read the memory of the server's process \(pid)")
            }
            resident += size ?? 0
        }
        guard let status = ProcFile.read("/proc/\(root)/status"), let peak = ProcFormat.peakKiB(in: status)
        else {
            throw BenchFailure("cannot read the peak memory of the server's process \(root)")
        }
        return Sample(cpuNanoseconds: try cpuNanoseconds(), residentKiB: resident, peakKiB: peak)
    }

    /// `root` and all whose chain of parents leads to it, in ascending order.
    static func tree(of root: Int32, parents: [Int32: Int32]) -> [Int32] {
        var members: Set<Int32> = [root]
        var grew = true
        while grew {
            grew = false
            for (pid, parent) in parents where members.contains(parent) {
                if members.insert(pid).inserted { grew = true }
            }
        }
        return members.sorted()
    }
}

/// The kernel's text formats under /proc, as far as they are needed here.
enum ProcFormat {
    /// The parent's id. The command name before it is in parentheses and may itself hold any character.
    static func parent(inStat text: String) -> Int32? {
        field(4, ofStat: text).flatMap { Int32($0) }
    }

    /// User and system time in clock ticks.
    static func ticks(inStat text: String) -> UInt64? {
        guard let user = field(14, ofStat: text).flatMap({ UInt64($0) }),
            let system = field(15, ofStat: text).flatMap({ UInt64($0) })
        else { return nil }
        return user + system
    }

    /// Nanoseconds on a CPU: the first of schedstat's three numbers.
    static func runTime(inSchedstat text: String) -> UInt64? {
        text.split(whereSeparator: \.isWhitespace).first.flatMap { UInt64($0) }
    }

    /// The resident size from smaps_rollup (`Rss:`) or status (`VmRSS:`).
    static func residentKiB(in text: String) -> UInt64? {
        size("Rss:", in: text) ?? size("VmRSS:", in: text)
    }

    /// The largest resident size so far, from status.
    static func peakKiB(in text: String) -> UInt64? {
        size("VmHWM:", in: text)
    }

    private static func size(_ name: String, in text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix(name) {
            let words = line.split(whereSeparator: \.isWhitespace)
            return words.count == 3 && words[2] == "kB" ? UInt64(words[1]) : nil
        }
        return nil
    }

    /// Fields are counted from 1, as in proc(5); those from 3 on come after the last `)`.
    private static func field(_ number: Int, ofStat text: String) -> Substring? {
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(whereSeparator: \.isWhitespace)
        return fields.indices.contains(number - 3) ? fields[number - 3] : nil
    }
}

/// Reading small kernel files and folders.
enum ProcFile {
    static func read(_ path: String) -> String? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            if count <= 0 { break }
            text += chunk[..<count]
        }
        return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
    }

    /// The entries whose name is a number.
    static func list(_ path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.allSatisfy(\.isNumber) { names.append(name) }
        }
        return names
    }
}
