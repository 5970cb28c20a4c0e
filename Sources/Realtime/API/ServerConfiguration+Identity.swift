extension ServerConfiguration {
    /// Whose tokens are accepted. One key at least must be there, unless `isDevelopment` makes one.
    public struct Identity: Sendable, Equatable {
        /// The file with the secret that signs tokens, 32 bytes or more; a newline at its end is dropped.
        /// Default nil.
        public var secretFile: String?
        /// The secret itself, where no file holds it. Default nil.
        public var secret: HiddenText?
        /// What the secret signs with. Default `HS256`, which is what libraries choose.
        public var secretAlgorithm = SecretAlgorithm.hs256
        /// The file with the public key that tokens are checked with, PEM. Default nil.
        public var publicKeyFile: String?
        /// What the public key's owner signs with. Default nil: RS256 for RSA, and for an elliptic curve the one
        /// that belongs to it.
        public var publicKeyAlgorithm: PublicKeyAlgorithm?
        /// The file with several keys, found by `kid`: a JSON Web Key Set. Default nil.
        public var keySetFile: String?
        /// The only `iss` that is accepted. Default nil: it is not looked at, as the key already says whose the
        /// token is.
        public var issuer: String?
        /// What `aud` must name. Default nil: it is not looked at. Set it where one key signs for several
        /// services.
        public var audience: String?
        /// By how much the issuer's clock may differ from this one's. Default 10 s: more than machines that ask
        /// a time server are ever apart.
        public var leeway: Duration = .seconds(10)
        /// Whether a token must say when it ends. Default true: one that never ends can only be revoked.
        public var requiresExpiry = true
        /// How long a connection that brought no token may take to send one. Default 10 s: a round trip on a bad
        /// line, and no place for those who only want to hold connections.
        public var authenticationTimeout: Duration = .seconds(10)
    }

    /// What a secret signs with.
    public enum SecretAlgorithm: String, CaseIterable, Sendable {
        /// HMAC with SHA-256.
        case hs256 = "HS256"
        /// HMAC with SHA-384.
        case hs384 = "HS384"
        /// HMAC with SHA-512.
        case hs512 = "HS512"
    }

    /// What a private key signs with, so that the public key checks it.
    public enum PublicKeyAlgorithm: String, CaseIterable, Sendable {
        /// RSA with SHA-256.
        case rs256 = "RS256"
        /// RSA with SHA-384.
        case rs384 = "RS384"
        /// RSA with SHA-512.
        case rs512 = "RS512"
        /// ECDSA on P-256.
        case es256 = "ES256"
        /// ECDSA on P-384.
        case es384 = "ES384"
        /// ECDSA on P-521.
        case es512 = "ES512"
    }

    /// Which pages may connect, and whose word about a request is believed.
    public struct Access: Sendable, Equatable {
        /// The origins of pages that may connect, such as `https://app.example.com`; `*` is any. Default none:
        /// pages of the server's own host. What is no browser's page sends no origin, and is not held up.
        public var origins: [String] = []
        /// The proxies in front of the server, addresses and networks such as `10.0.0.0/8`, whose
        /// `X-Forwarded-…` fields are believed. Default none: anybody can send such fields.
        public var trustedProxies: [String] = []
    }
}

/// A text that nobody may read over a shoulder: no description, dump or log shows it.
public struct HiddenText: Sendable, Equatable, ExpressibleByStringLiteral {
    /// The text itself.
    public let text: String

    /// Hides a text.
    public init(_ text: String) {
        self.text = text
    }

    /// Hides a text that stands in the source, as in a test.
    public init(stringLiteral text: String) {
        self.text = text
    }
}

extension HiddenText: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `(hidden)`
    public var description: String { "(hidden)" }
    /// `(hidden)`
    public var debugDescription: String { description }
    /// Nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
