import Glibc

/// Making folders and files that nobody but this process's user may look into. It may block, as
/// `SmallFile` does.
enum PrivateFile {
    /// Makes a folder, and those above it that are missing; leaves one that is there as it is.
    static func makeFolder(_ path: String) throws(SmallFile.Failure) {
        let isAbsolute = path.hasPrefix("/")
        var made = isAbsolute ? "" : "."
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw .system(errno) }
        }
        var status = stat()
        guard stat(path, &status) == 0 else { throw .system(errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw .system(ENOTDIR) }
    }

    /// Makes a file that is there whole or not at all, also when several processes make it at once: the
    /// first one's stays. Says whether it was this one.
    static func create(_ path: String, _ bytes: [UInt8]) throws(SmallFile.Failure) -> Bool {
        let draft = "\(path).\(getpid()).\(UInt64.random(in: .min ... .max))"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .system(errno) }
        defer { unlink(draft) }
        let failure = write(bytes, to: descriptor)
        close(descriptor)
        if let failure { throw failure }
        // A second name for the draft, and not a new name: that one would replace what is there.
        if link(draft, path) == 0 { return true }
        guard errno == EEXIST else { throw .system(errno) }
        return false
    }

    /// Whether every user of this machine can read what is at this path.
    static func isPublic(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IROTH != 0
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> SmallFile.Failure? {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                return .system(errno)
            }
        }
        return fsync(descriptor) == 0 ? nil : .system(errno)
    }
}
