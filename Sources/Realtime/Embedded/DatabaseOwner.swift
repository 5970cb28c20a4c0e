import Glibc

/// The user whom PostgreSQL runs as, who also owns the database's files. It is never root: PostgreSQL refuses.
struct DatabaseOwner: Equatable, Sendable {
    let user: uid_t
    let group: gid_t

    /// The user of this process, who may be root.
    static var ourselves: DatabaseOwner {
        DatabaseOwner(user: geteuid(), group: getegid())
    }

    /// The user whom the Debian package makes for it.
    static var postgres: DatabaseOwner? {
        guard let entry = getpwnam("postgres") else { return nil }
        return DatabaseOwner(user: entry.pointee.pw_uid, group: entry.pointee.pw_gid)
    }

    var isRoot: Bool { user == 0 }

    /// What `setpriv` is told, so that a program runs as this user.
    var privileges: [String] {
        self == .ourselves ? [] : ["--reuid=\(user)", "--regid=\(group)", "--clear-groups"]
    }
}
