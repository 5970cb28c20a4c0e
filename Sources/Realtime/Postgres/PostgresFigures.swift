/// How connections to PostgreSQL stand, and what was done over them.
struct PostgresFigures: Sendable {
    /// Connections that can be used now.
    var connections = 0
    /// Statements on their way, and those that wait for a connection.
    var statements = 0
    /// Statements that have ended since the beginning.
    var ended = 0
    /// Those of them that were refused, or whose end nobody knows.
    var failed = 0
    /// From sending each to its end, added up. Statements that overlap count each.
    var time = Duration.zero

    mutating func add(_ other: PostgresFigures) {
        connections += other.connections
        statements += other.statements
        ended += other.ended
        failed += other.failed
        time += other.time
    }
}
