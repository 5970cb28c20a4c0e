/// Whom an event comes from.
public struct Sender: Sendable {
    /// The user, as the token says; nil when it comes from the application itself.
    public let user: UserID?
    /// What others see: the token's name, else the id.
    public let username: String
    /// Which of the user's devices, where the token says so.
    public let device: DeviceID?
    let connectionID: ConnectionID?
    /// Whether it is the application: its Swift code, or a backend with a service token.
    public let isApplication: Bool

    /// The connection's name; nil for what did not come over one.
    public var connection: String? { connectionID?.description }

    /// The application's own code.
    static let application = Sender(
        user: nil, username: "", device: nil, connectionID: nil, isApplication: true)
}
