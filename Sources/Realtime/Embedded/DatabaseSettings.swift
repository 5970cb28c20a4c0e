/// How the embedded PostgreSQL is set up.
enum DatabaseSettings {
    /// Nothing listens on it; it only names the socket.
    static let port = 5432
    static let user = "realtime"
    /// The one that every cluster has.
    static let database = "postgres"

    /// What has to hold, given at each start, so that no file says otherwise.
    static let arguments = [
        // Nobody comes by the network, and by the socket only who may enter its folder.
        "listen_addresses=",
        "port=\(port)",
        "unix_socket_permissions=0700",
        // What it says comes to us, in a form that we can read, and without what is in the rows.
        "logging_collector=off",
        "log_destination=stderr",
        "log_line_prefix=\(DatabaseLogLine.prefix)",
        "lc_messages=C",
        "log_min_error_statement=panic",
        "log_error_verbosity=terse",
    ]

    /// What suits a small database beside the server, written into `postgresql.conf` when it is made. It may be
    /// changed there.
    static let file = """

        # Realtime's choices for its own database; change them as you like, they are written only once.
        # Connections: the pool has up to 100, the rest is for whoever looks in.
        max_connections = 120
        shared_buffers = 128MB
        # The server's statements are short: compiling one, or spreading it over processes, costs more than it saves.
        jit = off
        max_parallel_workers_per_gather = 0
        # After a crash the whole file system is flushed at once. File by file that takes seconds, when the rest of
        # the recovery takes a tenth of one.
        recovery_init_sync_method = syncfs
        timezone = 'UTC'
        log_timezone = 'UTC'

        """

    /// How `initdb` makes it. Text is compared byte by byte, and pages are checked for damage of the disk. Whoever
    /// gets as far as the socket is the server's user or root, and needs no password.
    static let making = [
        "--username=\(user)", "--auth=trust", "--encoding=UTF8", "--locale=C", "--data-checksums",
        "--no-instructions",
    ]

    /// What its programs see of the environment: nothing of ours, where a variable could change what they do.
    static func environment(_ binaries: DatabaseBinaries) -> [String] {
        ["PATH=\(binaries.folder):/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"]
    }
}
