import Glibc

/// The folder in which an embedded database is kept, held by one server at a time.
///
///     lock            held while a server lives, with the number of its process
///     data/           the database; PostgreSQL's own
///     data.new/       one that is being made
///     socket/         the way to it
///     postgres.log    what PostgreSQL says, and postgres.log.1, what it said before
///
/// `data` and `socket` belong to the user whom PostgreSQL runs as and are closed to everybody else. What lies above
/// them is nothing to that user: PostgreSQL gets them as open descriptors, so they may well be below a folder that it
/// could not enter, and their paths may be as long as they like.
final class DatabaseFolder: Sendable {
    /// Absolute, without symbolic links.
    let path: String
    let owner: DatabaseOwner
    private let lock: Int32

    var data: String { path + "/data" }
    var draft: String { path + "/data.new" }
    var socket: String { path + "/socket" }
    var log: String { path + "/postgres.log" }

    /// Makes the folder where it is missing, and takes hold of it.
    init(_ path: String) throws(EmbeddedPostgresFailure) {
        do throws(SmallFile.Failure) {
            try PrivateFile.makeFolder(path)
        } catch {
            throw .badFolder(path: path, reason: error.description)
        }
        guard let absolute = realpath(path, nil) else { throw .badFolder(path: path, errno) }
        self.path = String(cString: absolute)
        free(absolute)
        lock = try Self.lock(self.path)
        do throws(EmbeddedPostgresFailure) {
            owner = try Self.owner(of: self.path)
        } catch {
            Self.release(lock)
            close(lock)
            throw error
        }
    }

    deinit {
        release()
        close(lock)
    }

    /// Lets other servers have it.
    func release() {
        Self.release(lock)
    }

    /// Closing alone is not enough: a process that is just being started has the descriptor too, until it has become
    /// another program.
    private static func release(_ lock: Int32) {
        flock(lock, LOCK_UN)
    }

    /// The lock goes with the process, however that ends; the number in the file is only for people.
    private static func lock(_ folder: String) throws(EmbeddedPostgresFailure) -> Int32 {
        let path = folder + "/lock"
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .badFolder(path: path, errno) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = (try? SmallFile.read(path, limit: 32)).flatMap { bytes in
                Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
            }
            close(descriptor)
            throw .inUse(folder: folder, by: holder)
        }
        giveToOwner(of: folder, descriptor)
        ftruncate(descriptor, 0)
        let text = Array("\(getpid())\n".utf8)
        _ = write(descriptor, text, text.count)
        return descriptor
    }

    /// Root runs PostgreSQL as the one whose the database is, or the folder, and otherwise as `postgres`.
    private static func owner(of folder: String) throws(EmbeddedPostgresFailure) -> DatabaseOwner {
        let data = status(folder + "/data")
        guard DatabaseOwner.ourselves.isRoot else {
            if let data, data.st_uid != geteuid() {
                throw .badFolder(path: folder + "/data", reason: "it belongs to another user")
            }
            return .ourselves
        }
        for place in [data, status(folder)] {
            if let place, place.st_uid != 0 { return DatabaseOwner(user: place.st_uid, group: place.st_gid) }
        }
        guard let postgres = DatabaseOwner.postgres else { throw .noUser }
        return postgres
    }

    /// Whether there is a database already.
    var hasDatabase: Bool { Self.status(data) != nil }

    /// The major version of the PostgreSQL that made it.
    var version: Int? {
        guard let bytes = try? SmallFile.read(data + "/PG_VERSION", limit: 32) else { return nil }
        return Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
    }

    /// Opens the database's folder, for PostgreSQL to work in.
    func openData() throws(EmbeddedPostgresFailure) -> Int32 {
        try open(data)
    }

    private func open(_ path: String) throws(EmbeddedPostgresFailure) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw .badFolder(path: path, errno) }
        return descriptor
    }

    /// Makes a folder for PostgreSQL where it is missing, and opens it.
    func openOrMake(_ path: String) throws(EmbeddedPostgresFailure) -> Int32 {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw .badFolder(path: path, errno) }
        let descriptor = try open(path)
        guard owner == .ourselves || fchown(descriptor, owner.user, owner.group) == 0,
            fchmod(descriptor, 0o700) == 0
        else {
            let code = errno
            close(descriptor)
            throw .badFolder(path: path, code)
        }
        return descriptor
    }

    /// Gives the finished database its settings and puts it in its place, for good.
    func adoptDraft(_ descriptor: Int32, with settings: String) throws(EmbeddedPostgresFailure) {
        let file = openat(descriptor, "postgresql.conf", O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { throw .badFolder(path: draft, errno) }
        defer { close(file) }
        let bytes = Array(settings.utf8)
        guard write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
            throw .badFolder(path: draft, errno)
        }
        guard rename(draft, data) == 0 else { throw .badFolder(path: data, errno) }
        let folder = try open(path)
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw .badFolder(path: path, errno) }
    }

    /// Removes what a PostgreSQL that was killed has left, when none works here any more. PostgreSQL looks at the
    /// process numbers in these files, and after a restart of the machine a number may be somebody else's.
    static func removeStaleFiles(data: Int32, socket: Int32) {
        unlinkat(data, PostmasterFile.name, 0)
        unlinkat(socket, ".s.PGSQL.\(DatabaseSettings.port).lock", 0)
    }

    /// What root makes in another user's folder belongs to that user, who could not run the server there otherwise.
    static func giveToOwner(of folder: String, _ descriptor: Int32) {
        guard DatabaseOwner.ourselves.isRoot, let status = status(folder) else { return }
        _ = fchown(descriptor, status.st_uid, status.st_gid)
    }

    private static func status(_ path: String) -> stat? {
        var status = stat()
        return lstat(path, &status) == 0 ? status : nil
    }
}

extension EmbeddedPostgresFailure {
    fileprivate static func badFolder(path: String, _ code: Int32) -> EmbeddedPostgresFailure {
        .badFolder(path: path, reason: SmallFile.Failure.system(code).description)
    }
}
