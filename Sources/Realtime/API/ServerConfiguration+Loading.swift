extension ServerConfiguration {
    /// Reads a configuration as `realtime-server` does: flags beat environment variables, which beat the
    /// JSON file that `--config` names, which beats the defaults.
    ///
    /// `arguments` are the flags alone, without the name of the program. All mistakes are reported at once.
    public static func load(
        arguments: [String], environment: [String: String]
    ) throws(InvalidConfiguration) -> ServerConfiguration {
        let loaded = settings.load(arguments: arguments, environment: environment)
        guard loaded.mistakes.isEmpty else { throw InvalidConfiguration(mistakes: loaded.mistakes) }
        return loaded.value
    }
}

/// Everything that is wrong with a configuration.
public struct InvalidConfiguration: Error, CustomStringConvertible {
    /// Each mistake, in the order file, environment, flags, and then what does not fit together.
    public let mistakes: [ConfigurationMistake]

    /// One line for each mistake.
    public var description: String {
        mistakes.map(\.description).joined(separator: "\n")
    }
}

/// One thing that is wrong with a configuration. It never contains the value of a secret.
public struct ConfigurationMistake: Error, Equatable, CustomStringConvertible {
    /// Where the mistake stands: a flag, a variable, or a file and its key.
    public let place: String
    /// What is wrong, and what would be right.
    public let problem: String

    /// Both in one line.
    public var description: String { "\(place): \(problem)" }
}
