import CLibpq
import Glibc

/// Why there is no connection to PostgreSQL. The text never has a password in it.
enum PostgresConnectFailure: Error, Equatable, Sendable {
    /// The connection string can't be understood. It may hold a password, so it is not repeated here.
    case malformed(String)
    /// The server is there and will have nothing to do with us until somebody changes something: the password,
    /// the database's name, the rights.
    case refused(sqlState: String, message: String)
    /// The server can't be reached, does not answer, or has no time yet.
    case away(String)

    /// One line for a person.
    var message: String {
        switch self {
        case .malformed(let message), .refused(_, let message), .away(let message): message
        }
    }
}

extension LibPQConnection {
    /// What every connection is opened with unless the connection string says otherwise.
    private static let defaults = [
        ("fallback_application_name", "realtime"),
        // A server that has been cut off is noticed within some 15 s, also by connections that only wait.
        ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "1"),
        ("tcp_user_timeout", "15000"),
        // Of several hosts the one that can be written to.
        ("target_session_attrs", "read-write"),
    ]

    /// Connects and introduces itself. It waits for names, sockets, handshakes and hashes of passwords: never to
    /// be called on an event loop.
    ///
    /// - Parameter limit: how long it may take in all but for looking up names, unless the connection string has
    ///   a `connect_timeout`.
    static func open(
        _ connectionString: String, within limit: Duration
    ) throws(PostgresConnectFailure) -> LibPQConnection {
        try examine(connectionString)
        let start = TimeSource.system.now
        guard let raw = begin(connectionString) else { throw .away("out of memory") }
        let connection = LibPQConnection(owning: raw)
        connection.takeNotices()
        // So that the server's reason comes with its code.
        PQsetErrorVerbosity(raw, PQERRORS_VERBOSE)
        let deadline = start + (connectTimeout(of: raw) ?? limit)
        var status = PQstatus(raw) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING
        while status != PGRES_POLLING_OK {
            guard status != PGRES_POLLING_FAILED else { throw failure(of: raw) }
            guard wait(for: PQsocket(raw), writable: status == PGRES_POLLING_WRITING, until: deadline) else {
                throw .away("the server does not answer")
            }
            status = PQconnectPoll(raw)
        }
        PQsetErrorVerbosity(raw, PQERRORS_DEFAULT)
        return connection
    }

    /// Makes an open connection ready for an event loop. False when it is lost already.
    func enterPipeline() -> Bool {
        PQsetnonblocking(raw, 1) == 0 && PQenterPipelineMode(raw) == 1
    }

    /// libpq's own complaints about a connection string quote it, with the password, so they are replaced.
    private static func examine(_ connectionString: String) throws(PostgresConnectFailure) {
        var complaint: UnsafeMutablePointer<CChar>?
        defer { PQfreemem(complaint) }
        guard let options = PQconninfoParse(connectionString, &complaint) else {
            throw .malformed(
                "neither a URL such as postgres://user@host/database nor pairs such as host=/run")
        }
        defer { PQconninfoFree(options) }
        // Where a password has such a character in it, its rest is taken for a host, a port or a name.
        let parts = ["host", "dbname"].compactMap { value(of: $0, in: options) }
        let ports = (value(of: "port", in: options) ?? "").split(separator: ",")
        guard !parts.contains(where: { $0.contains("@") }), ports.allSatisfy({ UInt16($0) != nil }) else {
            throw .malformed(
                "in a URL the characters @ / : ? # of a user's name or password are written as %40 %2F %3A %3F %23"
            )
        }
    }

    private static func begin(_ connectionString: String) -> OpaquePointer? {
        let pairs = defaults + [("dbname", connectionString), ("client_encoding", "UTF8")]
        let keywords = pairs.map { strdup($0.0) }
        let values = pairs.map { strdup($0.1) }
        defer {
            for text in keywords + values { free(text) }
        }
        let ended = { (texts: [UnsafeMutablePointer<CChar>?]) in texts.map { UnsafePointer($0) } + [nil] }
        // A connection string as the database's name is taken apart, and stands over what is before it.
        return PQconnectStartParams(ended(keywords), ended(values), 1)
    }

    /// What the connection string asks for, which libpq itself heeds only when it does the waiting.
    private static func connectTimeout(of raw: OpaquePointer) -> Duration? {
        guard let options = PQconninfo(raw) else { return nil }
        defer { PQconninfoFree(options) }
        guard let seconds = value(of: "connect_timeout", in: options).flatMap({ Int($0) }), seconds > 0 else {
            return nil
        }
        return .seconds(seconds)
    }

    private static func value(
        of keyword: String, in options: UnsafeMutablePointer<PQconninfoOption>
    ) -> String? {
        var option = options
        while let name = option.pointee.keyword {
            if strcmp(name, keyword) == 0 { return option.pointee.val.map { String(cString: $0) } }
            option += 1
        }
        return nil
    }

    private static func wait(for descriptor: Int32, writable: Bool, until deadline: Instant) -> Bool {
        var entry = pollfd(
            fd: descriptor, events: Int16(truncatingIfNeeded: writable ? POLLOUT : POLLIN), revents: 0)
        while true {
            let rest = (deadline - TimeSource.system.now).milliseconds
            guard rest > 0 else { return false }
            let count = poll(&entry, 1, Int32(clamping: rest))
            if count > 0 { return true }
            if count < 0, errno != EINTR { return false }
        }
    }

    private static func failure(of raw: OpaquePointer) -> PostgresConnectFailure {
        let text = String(cString: PQerrorMessage(raw))
        guard let (line, state) = serverComplaint(in: text) else {
            if PQconnectionNeedsPassword(raw) == 1 {
                return .refused(sqlState: "28P01", message: "the server wants a password")
            }
            return .away(text.firstLine)
        }
        // Wrong credentials, no such database, no right to connect, a server that speaks otherwise.
        let isLasting = state.hasPrefix("28") || state.hasPrefix("0A") || ["3D000", "42501"].contains(state)
        return isLasting ? .refused(sqlState: state, message: line) : .away(line)
    }

    /// The line of a message that has one of the server's codes in it, as in "FATAL:  28P01: …". The word before
    /// it is in the server's language.
    static func serverComplaint(in text: String) -> (line: String, sqlState: String)? {
        for line in text.split(whereSeparator: \.isNewline) {
            let bytes = Array(line.utf8)
            for start in bytes.indices.dropLast(8) where bytes[start...].starts(with: ":  ".utf8) {
                let code = bytes[start + 3..<start + 8]
                let isCode = code.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
                if isCode, bytes[start + 8] == UInt8(ascii: ":") {
                    return (String(line), String(decoding: code, as: UTF8.self))
                }
            }
        }
        return nil
    }
}
