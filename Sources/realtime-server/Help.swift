import Realtime

/// The pages of `--help`. The flags in them come from the table of settings.
enum Help {
    static func text(for command: Command?) -> String {
        var blocks: [String] = []
        if let command {
            blocks.append("Usage: \(CommandLineTool.name) \(command.rawValue) [FLAG…]\n")
            blocks.append(command.explanation + "\n")
            if let flags = command.ownFlags { blocks.append(flags) }
        } else {
            blocks.append(overview)
        }
        blocks.append(ServerConfiguration.settings.help())
        blocks.append(conventions)
        return blocks.joined(separator: "\n")
    }

    private static var overview: String {
        let commands =
            Command.allCases.map { ($0.rawValue, $0.summary) } + [
                ("help COMMAND", "explain a command, as COMMAND --help does")
            ]
        let list = commands.map { name, summary in
            "  " + name + String(repeating: " ", count: 14 - name.count) + summary + "\n"
        }
        let name = CommandLineTool.name
        let usages =
            (Command.byDefault.map { ["[\($0.rawValue)] [FLAG…]"] } ?? [])
            + ["COMMAND [FLAG…]", "--help | --version"]
        return """
            \(name) \(RealtimeVersion.current), a realtime server for tasks and notifications

            Usage: \(usages.map { "\(name) \($0)" }.joined(separator: "\n       "))

            Commands:
            \(list.joined())
            """
    }

    private static let conventions = """
        Every flag is also an environment variable, REALTIME_ and its name in capitals with underscores
        (REALTIME_MAX_MESSAGE), and a key of the configuration file ("max-message"). Flags beat variables,
        which beat the file, which beats the defaults. Unknown names are errors everywhere.

        TIME is written 250ms, 5s, 10m or 24h; SIZE is 64KiB, 1MiB or a number of bytes.
        A value may also follow the flag with an equals sign: --port=8765.

        Exit status: 0 stopped as asked, 1 could not run, 2 wrong usage or configuration.

        """
}
