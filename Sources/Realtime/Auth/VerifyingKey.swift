/// Bytes that nobody else may know. They show up in no description, dump or error.
struct Secret: Sendable {
    /// What the shortest HMAC's output has: random bytes of this number can't be guessed, and no algorithm
    /// with a longer output makes them easier to guess.
    static let minimumSize = 32

    /// Nobody needs as much; a file that has more was meant for something else.
    static let maximumSize = 64 << 10

    private let bytes: [UInt8]

    /// Takes the bytes as they are.
    init(_ bytes: [UInt8]) throws(KeyRefusal) {
        guard bytes.count >= Secret.minimumSize else { throw .shortSecret(bytes: bytes.count) }
        guard bytes.count <= Secret.maximumSize else { throw .tooLong }
        // Whoever gives a public key where a secret belongs would let everybody sign.
        guard !Secret.looksLikePEM(bytes) else { throw .pemAsSecret }
        self.bytes = bytes
    }

    /// Takes what a file holds, without the newline that editors leave at its end.
    init(fileContents: [UInt8]) throws(KeyRefusal) {
        var bytes = fileContents[...]
        if bytes.last == UInt8(ascii: "\n") {
            bytes = bytes.dropLast()
            if bytes.last == UInt8(ascii: "\r") { bytes = bytes.dropLast() }
        }
        try self.init(Array(bytes))
    }

    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes(body)
    }

    private static func looksLikePEM(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes, as: UTF8.self).uppercased().contains("-----BEGIN")
    }
}

extension Secret: CustomStringConvertible, CustomReflectable {
    var description: String { "(hidden)" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// A key that tokens are checked with, bound to one algorithm: what a token says about itself never
/// changes how a key is used.
struct VerifyingKey: Sendable {
    private enum Material: Sendable {
        case secret(Secret)
        case publicKey(PublicKey)
    }

    /// The `kid` by which tokens may ask for it.
    let id: String?
    let algorithm: SigningAlgorithm
    private let material: Material

    /// A secret for one of the HMAC algorithms.
    init(
        secret: Secret, algorithm: SigningAlgorithm = .hs256, id: String? = nil
    ) throws(KeyRefusal) {
        guard algorithm.family == .hmac else { throw .wrongAlgorithm(algorithm) }
        self.id = id
        self.algorithm = algorithm
        material = .secret(secret)
    }

    /// A public key; without an algorithm it is RS256 for RSA, and for EC the one of the curve.
    init(
        publicKey: PublicKey, algorithm: SigningAlgorithm? = nil, id: String? = nil
    ) throws(KeyRefusal) {
        switch publicKey.kind {
        case .rsa:
            self.algorithm = algorithm ?? .rs256
            guard self.algorithm.family == .rsa else { throw .wrongAlgorithm(self.algorithm) }
        case .ec(let curve):
            self.algorithm = algorithm ?? curve.algorithm
            guard self.algorithm == curve.algorithm else { throw .wrongAlgorithm(self.algorithm) }
        }
        self.id = id
        material = .publicKey(publicKey)
    }

    /// Whether verifying with it takes so long that it is no work for an event loop.
    var isPublic: Bool { algorithm.family != .hmac }

    /// The secret's bytes or the public key's PEM, as libjwt wants them.
    func withMaterial<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        switch material {
        case .secret(let secret): secret.withBytes(body)
        case .publicKey(let key): key.pem.withUnsafeBytes(body)
        }
    }

    /// Whether it made the token's signature, by libjwt, or by OpenSSL alone for the type of token that
    /// libjwt 1.10 refuses to look at.
    func signed(_ token: CompactToken, type: TokenHeader.TokenType) -> Bool {
        switch type {
        case .jwt: LibJWT.isSigned(token.zeroTerminated, by: self)
        case .accessToken: signedAccessToken(token)
        }
    }

    private func signedAccessToken(_ token: CompactToken) -> Bool {
        token.withSignedPart { message in
            switch material {
            case .secret(let secret):
                secret.withBytes { secret in
                    OpenSSLCrypto.isTag(token.signature, of: message, with: algorithm, secret: secret)
                }
            case .publicKey(let key):
                key.isSignature(token.signature, of: message, with: algorithm)
            }
        }
    }
}
