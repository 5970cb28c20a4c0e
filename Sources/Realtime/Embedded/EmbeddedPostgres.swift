import Glibc

/// A private PostgreSQL of this server: made in a folder the first time, found there the next time, and running as
/// long as the server.
///
/// It is reached by a Unix socket in that folder alone, which only the server's user and root may enter. When it
/// crashes, or all of it is killed, it is started again, and goes on with everything that it had confirmed. It ends
/// with `stop`, with the last reference to this object, or with the process, however that ends.
final class EmbeddedPostgres: Sendable {
    private let folder: DatabaseFolder
    private let supervisor: DatabaseSupervisor
    /// The socket's folder, open, so that it has a short name in this process.
    private let socket: Int32

    /// Starts it, and makes the database first where the folder has none; returns when it takes connections. Blocks
    /// for half a second, or as long as recovering after a crash takes, so it is not for an event loop.
    ///
    /// - Parameter folder: made where it is missing; for the database alone.
    static func start(in folder: String, log: Log) throws(EmbeddedPostgresFailure) -> EmbeddedPostgres {
        try start(in: folder, log: log) { DatabaseBinaries.find(version: $0) }
    }

    /// - Parameter find: gives PostgreSQL's programs, of the version that made the database where there is one.
    static func start(
        in folder: String, log: Log, find: (_ version: Int?) -> DatabaseBinaries?
    ) throws(EmbeddedPostgresFailure) -> EmbeddedPostgres {
        let postgres = try EmbeddedPostgres(in: folder, log: log, find: find)
        try postgres.supervisor.start()
        return postgres
    }

    private init(
        in path: String, log: Log, find: (_ version: Int?) -> DatabaseBinaries?
    ) throws(EmbeddedPostgresFailure) {
        folder = try DatabaseFolder(path)
        let version = folder.version
        guard let binaries = find(version) else {
            guard let version else { throw .notInstalled }
            throw .versionNotInstalled(folder: folder.path, version: version)
        }
        socket = try folder.openOrMake(folder.socket)
        supervisor = DatabaseSupervisor(folder, binaries, log: log)
    }

    deinit {
        stop()
        close(socket)
    }

    /// Where it is, for libpq in this process.
    var connectionString: String { connectionString(to: DatabaseSettings.database) }

    /// Where another of its databases is.
    func connectionString(to database: String) -> String {
        "host=\(Self.quoted(host)) port=\(DatabaseSettings.port) "
            + "user=\(DatabaseSettings.user) dbname=\(Self.quoted(database))"
    }

    /// Stops it in order, and returns when it has ended; the folder is free then. Blocks for as long as writing down
    /// what is in memory takes. May be called again.
    func stop() {
        supervisor.stop()
        folder.release()
    }

    /// The socket's folder: its path, unless that is longer than the address of a socket can be, or has a comma in it,
    /// which separates hosts.
    private var host: String {
        let longest = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        let socketPath = "\(folder.socket)/.s.PGSQL.\(DatabaseSettings.port)"
        let isUsable = socketPath.utf8.count <= longest && !socketPath.contains(",")
        return isUsable ? folder.socket : "/proc/self/fd/\(socket)"
    }

    private static func quoted(_ value: String) -> String {
        var text = "'"
        for character in value.unicodeScalars {
            if character == "'" || character == "\\" { text += "\\" }
            text.unicodeScalars.append(character)
        }
        return text + "'"
    }
}
