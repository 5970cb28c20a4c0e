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
