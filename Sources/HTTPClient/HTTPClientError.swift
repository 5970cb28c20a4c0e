/// Why there is no response. A response of any status is none of these.
public struct HTTPClientError: Error, Equatable, Sendable {
    /// What went wrong.
    public enum Code: String, Sendable {
        /// The address is not one of http or https.
        case badURL
        /// A header that would break the request, or one that the client sets itself.
        case badHeader
        /// As many requests as allowed are on their way already.
        case overloaded
        /// The server's name is unknown, or nobody answers there.
        case cannotConnect
        /// The server's certificate is not to be trusted.
        case untrustedServer
        /// The time was up before the response was whole.
        case timedOut
        /// The task that asked was cancelled.
        case cancelled
        /// The connection ended before the response was whole.
        case connectionLost
        /// What came is no HTTP.
        case badResponse
        /// The response is larger than allowed.
        case responseTooLarge
        /// The client is gone.
        case closed
    }

    /// What went wrong.
    public let code: Code

    /// A sentence for a log. Nothing of the request is in it but the host.
    public let detail: String

    /// Whether the server may have got the request, and so have acted on it.
    public let mayHaveArrived: Bool

    init(_ code: Code, _ detail: String, mayHaveArrived: Bool = false) {
        self.code = code
        self.detail = detail
        self.mayHaveArrived = mayHaveArrived
    }
}

extension HTTPClientError: CustomStringConvertible {
    /// Code and sentence.
    public var description: String { "\(code.rawValue): \(detail)" }
}
