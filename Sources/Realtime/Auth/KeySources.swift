/// What the configuration gives as keys: the contents of its files, which somebody else has read.
struct KeySources: Sendable {
    /// Where a secret comes from, which decides whether an editor may have put a newline behind it.
    enum SecretSource: Sendable {
        case file([UInt8])
        /// As from the environment.
        case text(String)
    }

    /// Which of them can't be used, and why.
    struct Refusal: Error, Equatable, Sendable, CustomStringConvertible {
        enum Source: String, Sendable {
            case secret = "JWT secret"
            case publicKey = "JWT public key"
            case keySet = "JWKS file"
            /// All of them together.
            case all = "JWT keys"
        }

        let source: Source
        let reason: KeyRefusal

        var description: String { "\(source.rawValue): \(reason)" }
    }

    /// What came of them.
    struct Loaded: Sendable {
        let keys: KeySet
        /// What an operator should be told, in whole sentences.
        let warnings: [String]
    }

    var secret: SecretSource?
    var secretAlgorithm = SigningAlgorithm.hs256
    /// A PEM file.
    var publicKey: [UInt8]?
    /// Nil is the one of the key's kind: RS256, or that of its curve.
    var publicKeyAlgorithm: SigningAlgorithm?
    /// A JWKS file.
    var keySet: [UInt8]?

    /// Reads all that are there. A set is all or nothing: what can't be used never leaves a part in force.
    func load() throws(Refusal) -> Loaded {
        var keys: [VerifyingKey] = []
        var warnings: [String] = []
        if let secret {
            keys.append(try Self.naming(.secret) { () throws(KeyRefusal) in try key(from: secret) })
        }
        if let publicKey {
            keys.append(
                try Self.naming(.publicKey) { () throws(KeyRefusal) in
                    try VerifyingKey(publicKey: PublicKey(pem: publicKey), algorithm: publicKeyAlgorithm)
                })
        }
        if let keySet {
            let set = try Self.naming(.keySet) { () throws(KeyRefusal) in try JSONWebKeySet(keySet) }
            keys += set.keys
            warnings += set.skipped.map { "JWKS file: \($0)" }
            if set.holdsPrivateKeys {
                warnings.append("JWKS file: it holds private keys, which the server does not need")
            }
        }
        let set = try Self.naming(.all) { () throws(KeyRefusal) in try KeySet(keys) }
        return Loaded(keys: set, warnings: warnings)
    }

    private func key(from source: SecretSource) throws(KeyRefusal) -> VerifyingKey {
        let secret =
            switch source {
            case .file(let contents): try Secret(fileContents: contents)
            case .text(let text): try Secret(Array(text.utf8))
            }
        return try VerifyingKey(secret: secret, algorithm: secretAlgorithm)
    }

    private static func naming<Value>(
        _ source: Refusal.Source, _ body: () throws(KeyRefusal) -> Value
    ) throws(Refusal) -> Value {
        do throws(KeyRefusal) {
            return try body()
        } catch {
            throw Refusal(source: source, reason: error)
        }
    }
}
