import Realtime

/// How the process ends, for whoever started it.
enum ExitCode: Int32 {
    /// It was asked to stop, or did what it was asked to do.
    case done = 0
    /// It was asked for something that makes sense, and could not do it.
    case failed = 1
    /// What it was asked for makes no sense: wrong usage or configuration.
    case misused = 2

    /// Whether the configuration is to blame, or what the server found when it went by it.
    init(_ error: ServerError) {
        self =
            switch error.code {
            case .noKeys, .badKeys, .badConfiguration: .misused
            case .cannotListen, .badCertificate, .badRoute, .badDataDirectory, .noDatabase: .failed
            }
    }
}

/// The words after the name of the program, put to a command.
struct CommandLineTool {
    static let name = "realtime-server"

    let environment: [String: String]

    func run(_ arguments: [String]) -> ExitCode {
        switch Request(arguments) {
        case .version:
            Output.print("\(Self.name) \(RealtimeVersion.current)\n")
            return .done
        case .help(let command):
            Output.print(Help.text(for: command))
            return .done
        case .command(let command, let flags):
            return command.run(flags, environment)
        case .unclear(let problem):
            Output.complain(problem)
            return .misused
        }
    }
}

/// What the arguments ask for.
enum Request: Equatable {
    case command(Command, flags: [String])
    case help(Command?)
    case version
    /// What is wrong, as one sentence.
    case unclear(String)

    /// The first word is the command; flags alone are for the one that may be left out.
    init(_ arguments: [String]) {
        let word = arguments.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
        let rest = Array(word == nil ? arguments : Array(arguments.dropFirst()))
        let asksForHelp = rest.contains("--help") || rest.contains("-h")

        if word == "help" {
            self = Request.help(about: rest)
        } else if let word {
            guard let command = Command(rawValue: word) else {
                self = .unclear(Command.unknown(word))
                return
            }
            self = asksForHelp ? .help(command) : .command(command, flags: rest)
        } else if asksForHelp {
            self = .help(nil)
        } else if rest.contains("--version") {
            self = rest.count == 1 ? .version : .unclear("--version: stands alone")
        } else if let command = Command.byDefault {
            self = .command(command, flags: rest)
        } else {
            self = .unclear("no command; see \(CommandLineTool.name) --help")
        }
    }

    private static func help(about words: [String]) -> Request {
        guard let word = words.first, word != "--help", word != "-h" else { return .help(nil) }
        guard words.count == 1 else { return .unclear("help: takes one command") }
        return Command(rawValue: word).map { .help($0) } ?? .unclear(Command.unknown(word))
    }
}
