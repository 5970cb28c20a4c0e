/// Why something was refused: a code that programs decide by, and a sentence for people.
///
/// A handler throws one to refuse an event; whoever sent the event gets it as it is, so it must not tell
/// anything internal. Any other error that a handler throws is a fault of the handler.
public struct RealtimeError: Error, Equatable, Sendable {
    /// What kind of refusal it is.
    public let code: ErrorCode
    /// A plain sentence for whoever asked.
    public let message: String
    /// After which time it makes sense to try again, where that is known.
    public let retryAfter: Duration?

    /// Makes an error.
    public init(_ code: ErrorCode, _ message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    static let stopped = RealtimeError(.unavailable, "The server has stopped.")
    static let tooLate = RealtimeError(.handlerFailed, "The event took too long to handle.")

    init(_ failure: EnvelopeFailure) {
        self.init(failure.code, failure.sentence)
    }
}

extension RealtimeError: CustomStringConvertible {
    /// Code and sentence.
    public var description: String { "\(code.rawValue): \(message)" }
}
