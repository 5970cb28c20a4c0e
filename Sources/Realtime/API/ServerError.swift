/// Why a server could not do what it was asked to.
public struct ServerError: Error, Equatable, CustomStringConvertible {
    /// What kind of thing went wrong; stable, for code that decides by it.
    public enum Code: String, Sendable {
        /// The address is taken, unknown, or not this machine's.
        case cannotListen = "cannot_listen"
        /// The certificate or its key can't be used.
        case badCertificate = "bad_certificate"
        /// A configured path can't be served.
        case badRoute = "bad_route"
        /// No key to check tokens with is configured.
        case noKeys = "no_keys"
        /// A key can't be read or used.
        case badKeys = "bad_keys"
        /// The data directory can't be made, read or written.
        case badDataDirectory = "bad_data_directory"
        /// The private database can't be started, or the configured one can never be used.
        case noDatabase = "no_database"
        /// A setting has a value that it can't have.
        case badConfiguration = "bad_configuration"
    }

    /// What kind of thing went wrong.
    public let code: Code
    /// One line for a person.
    public let message: String

    /// Makes an error.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
    }

    /// The line for a person.
    public var description: String { message }
}
