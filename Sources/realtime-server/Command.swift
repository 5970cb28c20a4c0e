import Realtime

/// What the program can do. A new command is a case here and a file of its own.
enum Command: String, CaseIterable {
    case serve
    case check
    case token
    case migrate

    /// The one that runs when none is named.
    static let byDefault: Command? = .serve

    /// A few words for the list in `--help`.
    var summary: String {
        switch self {
        case .serve: "run the server; this is what happens without a command"
        case .check: "print the configuration it would run with, and everything that is wrong with it"
        case .token: "print a token made with the configured secret, for trying out"
        case .migrate: "bring the database up to date, and end"
        }
    }

    /// What `help COMMAND` says before the flags.
    var explanation: String {
        switch self {
        case .serve:
            """
            Starts the server and prints one line on standard output when it is ready: where it listens.
            SIGTERM or SIGINT stops it cleanly, a second one at once; SIGHUP reloads keys and the
            certificate.
            """
        case .check:
            """
            Reads flags, environment and configuration file as the server does, prints every setting with
            its value and where that comes from, and starts nothing. Secrets are hidden. What is wrong is
            printed on standard error, one line for each mistake; then the exit status is 2, else 0.
            """
        case .token:
            """
            Prints a token on standard output, and nothing else. It is made with the secret of the same
            configuration as the server's, so that the server accepts it; with --dev that is the secret
            in the data directory.

                \(CommandLineTool.name) token --dev --sub alice --rooms 'project_*=rw,news=r'
            """
        case .migrate:
            """
            Applies what the schema of the configured database lacks, as the server does at its start, and
            ends: for those who want it done before they start anything. Without --database it is the
            private one in the data directory. A database that a newer version has used is refused.
            """
        }
    }

    /// The flags that only this command has, for `help COMMAND`.
    var ownFlags: String? {
        switch self {
        case .serve, .check, .migrate: nil
        case .token: TokenCommandLine.settings.helpOnFlags()
        }
    }

    func run(_ flags: [String], _ environment: [String: String]) -> ExitCode {
        switch self {
        case .serve: ServeCommand.run(flags, environment)
        case .check: CheckCommand.run(flags, environment)
        case .token: TokenCommand.run(flags, environment)
        case .migrate: MigrateCommand.run(flags, environment)
        }
    }

    static func unknown(_ word: String) -> String {
        let suggestion = Suggestion.sentence(for: word, among: allCases.map(\.rawValue) + ["help"])
        return "\(word.quotedForPeople): there is no such command\(suggestion)"
    }
}
