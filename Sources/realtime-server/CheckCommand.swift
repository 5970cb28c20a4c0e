import Realtime

/// `check`: what the server would run with, and everything that is wrong with it.
enum CheckCommand {
    static func run(_ flags: [String], _ environment: [String: String]) -> ExitCode {
        let settings = ServerConfiguration.settings
        let loaded = settings.load(arguments: flags, environment: environment)
        let mistakes = loaded.mistakes + settings.unreadableFiles(loaded) + settings.unusableKeys(loaded)

        Output.print(settings.report(loaded))
        for mistake in mistakes { Output.complain(mistake.description) }
        return mistakes.isEmpty ? .done : .misused
    }
}
