import Glibc

/// Processes of a PostgreSQL that is not there any more: when its first process is killed the others go on for as
/// long as their present work takes, and so long no new PostgreSQL starts in the folder.
///
/// Who holds the folder's lock knows that they are nobody's.
struct DatabaseLeftovers {
    private let device: dev_t
    private let inode: ino_t

    /// Those that work in this open folder.
    init?(in folder: Int32) {
        var status = stat()
        guard fstat(folder, &status) == 0 else { return nil }
        (device, inode) = (status.st_dev, status.st_ino)
    }

    /// The processes that are there now.
    var processes: [pid_t] {
        guard let directory = opendir("/proc") else { return [] }
        defer { closedir(directory) }
        var found: [pid_t] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if let id = pid_t(name), worksHere(id) { found.append(id) }
        }
        return found
    }

    /// Ends them, by force where they don't listen, and waits until they are gone; false when some stay. They lose
    /// nothing that was confirmed: it is in the log that the next start reads.
    func end(patience: Duration = .seconds(1)) -> Bool {
        for (signal, patience) in [(SIGQUIT, patience), (SIGKILL, .seconds(5))] {
            let end = TimeSource.system.now + patience
            var rest = processes
            for id in rest { kill(id, signal) }
            while !rest.isEmpty, TimeSource.system.now < end {
                usleep(5_000)
                rest = processes
            }
            if rest.isEmpty { return true }
        }
        return false
    }

    /// Whether it is PostgreSQL, at work in the folder. One that has ended and waits to be reaped is not.
    private func worksHere(_ id: pid_t) -> Bool {
        var status = stat()
        guard stat("/proc/\(id)/cwd", &status) == 0, status.st_dev == device, status.st_ino == inode else {
            return false
        }
        let program = String(unsafeUninitializedCapacity: Int(PATH_MAX)) { room in
            let count = room.withMemoryRebound(to: CChar.self) { room in
                readlink("/proc/\(id)/exe", room.baseAddress.unsafelyUnwrapped, room.count)
            }
            return max(0, count)
        }
        // An update of the package leaves the running program without a name.
        return program.hasSuffix("/postgres") || program.hasSuffix("/postgres (deleted)")
    }
}
