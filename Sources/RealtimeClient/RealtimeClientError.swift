/// Why a call failed: the server's refusal, or what kept its answer away. No token is ever in it.
public struct RealtimeClientError: Error, Sendable {
    /// What went wrong: the server's own code, or one of this library's, which are written in camel case.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// As the server writes it.
        public let rawValue: String

        /// Any code, also one that this version of the library has not heard of.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }
    }

    /// What went wrong.
    public let code: Code
    /// A plain sentence.
    public let message: String
    /// The status of the server's answer; nil where there was none.
    public let status: Int?
    /// How long the server wants to be left alone.
    public let retryAfter: Duration?
    /// Whether the same call may succeed later.
    public let isWorthRetrying: Bool
    /// Whether the server may have done what it was asked for, in this attempt or one before it.
    public internal(set) var mayHaveHappened: Bool
    /// What the application's own code threw: the token's provider, or an event that could not be encoded.
    public let cause: (any Error)?

    init(
        _ code: Code, _ message: String, status: Int? = nil, retryAfter: Duration? = nil,
        isWorthRetrying: Bool = false, mayHaveHappened: Bool = false, cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.retryAfter = retryAfter
        self.isWorthRetrying = isWorthRetrying
        self.mayHaveHappened = mayHaveHappened
        self.cause = cause
    }
}

extension RealtimeClientError.Code {
    /// The server could not read the request, or something in it is not allowed.
    public static let malformed = Self(rawValue: "malformed")
    /// The token is missing, expired or no good.
    public static let unauthenticated = Self(rawValue: "unauthenticated")
    /// The token is good, but not for this: backends need `"scope": "service"`.
    public static let forbidden = Self(rawValue: "forbidden")
    /// There is no such room.
    public static let roomNotFound = Self(rawValue: "room_not_found")
    /// The same idempotency key came with another body.
    public static let conflict = Self(rawValue: "conflict")
    /// The body is larger than the server takes.
    public static let tooLarge = Self(rawValue: "too_large")
    /// Too many requests.
    public static let rateLimited = Self(rawValue: "rate_limited")
    /// The server is stopping, or without its database.
    public static let unavailable = Self(rawValue: "unavailable")
    /// The server has no handler for this type of event.
    public static let unknownType = Self(rawValue: "unknown_type")
    /// The handler of this event failed.
    public static let handlerFailed = Self(rawValue: "handler_failed")
    /// A mistake in the server.
    public static let internalError = Self(rawValue: "internal")

    /// The server's address is none.
    public static let badURL = Self(rawValue: "badURL")
    /// The token's provider gave none, or what it gave is no token. Its error is the `cause`.
    public static let noToken = Self(rawValue: "noToken")
    /// The event can't be written as JSON. The encoder's error is the `cause`.
    public static let notEncodable = Self(rawValue: "notEncodable")
    /// Nobody answers at the server's address.
    public static let unreachable = Self(rawValue: "unreachable")
    /// The server's certificate is not to be trusted.
    public static let untrustedServer = Self(rawValue: "untrustedServer")
    /// The answer did not come in time.
    public static let timedOut = Self(rawValue: "timedOut")
    /// The connection ended before the answer was whole.
    public static let connectionLost = Self(rawValue: "connectionLost")
    /// What came is not an answer of this API, as when a proxy answers in the server's place.
    public static let badAnswer = Self(rawValue: "badAnswer")
    /// Too many calls are on their way at a time.
    public static let overloaded = Self(rawValue: "overloaded")
    /// The task was cancelled.
    public static let cancelled = Self(rawValue: "cancelled")
}

extension RealtimeClientError: CustomStringConvertible {
    /// Code, status and sentence.
    public var description: String {
        "\(code.rawValue)\(status.map { " (\($0))" } ?? ""): \(message)"
    }
}
