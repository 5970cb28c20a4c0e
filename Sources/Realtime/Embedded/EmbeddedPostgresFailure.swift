/// Why there is no embedded PostgreSQL, as one line for whoever started the server.
enum EmbeddedPostgresFailure: Error, Equatable {
    case notInstalled
    /// The database is there, and the PostgreSQL that made it is not.
    case versionNotInstalled(folder: String, version: Int)
    /// Another server holds the folder.
    case inUse(folder: String, by: Int?)
    case badFolder(path: String, reason: String)
    /// It refuses to run as root, and there is nobody else to run as.
    case noUser
    /// The program that starts PostgreSQL could not be started itself.
    case cannotRun(program: String, reason: String)
    /// The database could not be made.
    case notMade(folder: String, reason: String)
    /// The database is there, and PostgreSQL does not run on it.
    case notStarted(folder: String, reason: String)
    /// `stop` was faster than the start.
    case stopped
}

extension EmbeddedPostgresFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .notInstalled:
            "PostgreSQL is not installed: install the Debian package postgresql, "
                + "or name a database with --database"
        case .versionNotInstalled(let folder, let version):
            "\(folder.inQuotes) holds a database of PostgreSQL \(version), which is not installed: "
                + "install the Debian package postgresql-\(version)"
        case .inUse(let folder, let process):
            "\(folder.inQuotes) is in use by another server"
                + (process.map { " (process \($0))" } ?? "")
        case .badFolder(let path, let reason):
            "the database can't be kept in \(path.inQuotes): \(reason)"
        case .noUser:
            "PostgreSQL does not run as root, and there is no user postgres, whom the Debian package "
                + "postgresql makes"
        case .cannotRun(let program, let reason):
            "PostgreSQL can't be started, as \(program) can't be run: \(reason)"
        case .notMade(let folder, let reason):
            "no database could be made in \(folder.inQuotes): \(reason)"
        case .notStarted(let folder, let reason):
            "PostgreSQL does not start in \(folder.inQuotes): \(reason)"
        case .stopped:
            "PostgreSQL was stopped before it was ready"
        }
    }
}

extension String {
    /// Escaped, so that a line stays one line whatever a path is made of.
    fileprivate var inQuotes: String {
        var buffer = ByteBuffer()
        buffer.append(quoted: self)
        return String(decoding: buffer.unsafeBytes, as: UTF8.self)
    }
}
