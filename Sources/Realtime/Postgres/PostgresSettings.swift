/// How connections to PostgreSQL are made and used.
struct PostgresSettings: Sendable {
    /// A URL or pairs of `keyword=value`, as libpq understands them. It may hold a password: never log it.
    var connectionString: String
    /// How many connections a pool keeps.
    var size = 2
    /// What the server may take for one statement.
    var statementTimeout = Duration.seconds(5)
    /// How much longer its answer is waited for before the connection is given up: its own time-out is to come first,
    /// and leave the connection whole.
    var answerGrace = Duration.seconds(1)
    /// How long making a connection may take, unless the connection string has a `connect_timeout`.
    var connectTimeout = Duration.seconds(10)
    /// How many statements one connection has on its way at most. The answer to one then comes with no pause
    /// before the next, and few are in doubt when the connection breaks.
    var pipelineDepth = 4
    /// How many statements wait for a connection at most, and how many bytes of parameters they have.
    var queueCount = 1024
    var queueBytes = 64 << 20
    /// A statement with a larger result is given up together with its connection, before its result fills the memory.
    var resultBytes = 64 << 20

    init(connectionString: String) {
        self.connectionString = connectionString
    }

    /// What each session is told first. `jit` would compile a plan for longer than our statements run.
    static let sessionStatement = PostgresStatement(
        name: "realtime_session",
        sql: """
            select set_config('statement_timeout', $1, false), set_config('jit', 'off', false),
                set_config('client_min_messages', 'error', false)
            """,
        parameterTypes: [.text])

    var sessionParameters: PostgresParameters {
        var parameters = PostgresParameters()
        parameters.append(text: String(statementTimeout.milliseconds))
        return parameters
    }
}
