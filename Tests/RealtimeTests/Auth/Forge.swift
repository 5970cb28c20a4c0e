@testable import Realtime

/// Makes tokens of any kind, good ones and forged ones, without libjwt's help.
enum Forge {
    /// The moment at which the tests take place: 2026-01-02T03:04:05.678Z.
    static let now = Timestamp(milliseconds: 1_767_323_045_678)
    static let second = 1_767_323_045

    static let secret = Array("an HMAC secret for tests, 32 bytes or more".utf8)
    static let otherSecret = Array("another HMAC secret, which nobody gave to us".utf8)

    /// A payload that nothing is wrong with.
    static let payload = #"{"sub":"ada","exp":\#(second + 3600)}"#

    /// With what a token is signed.
    enum Signer {
        case secret([UInt8], HashFunction = .sha256)
        case rsa(SigningKey, HashFunction = .sha256)
        case ec(SigningKey, EllipticCurve)
        /// These bytes, whatever the message.
        case bytes([UInt8])

        func signature(of message: [UInt8]) -> [UInt8] {
            switch self {
            case .secret(let secret, let hash): SigningKey.tag(of: message, with: hash, secret: secret)
            case .rsa(let key, let hash): key.signature(of: message, with: hash)
            case .ec(let key, let curve):
                key.signature(
                    of: message, with: curve.algorithm.hash, coordinateSize: curve.coordinateSize)
            case .bytes(let bytes): bytes
            }
        }
    }

    /// A token with just this header and payload.
    static func token(
        header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String = payload,
        by signer: Signer = .secret(secret)
    ) -> String {
        signed(Base64URL.encode(header.utf8) + "." + Base64URL.encode(payload.utf8), by: signer)
    }

    /// Signs what stands before the second dot, whatever it is.
    static func signed(_ message: String, by signer: Signer = .secret(secret)) -> String {
        message + "." + Base64URL.encode(signer.signature(of: Array(message.utf8)))
    }

    /// A key and what signs for it, for each algorithm.
    static func pair(_ algorithm: SigningAlgorithm) throws -> (key: VerifyingKey, signer: Signer) {
        switch algorithm.family {
        case .hmac:
            (
                try VerifyingKey(secret: Secret(secret), algorithm: algorithm),
                .secret(secret, algorithm.hash)
            )
        case .rsa:
            (
                try VerifyingKey(publicKey: PublicKey(pem: SigningKey.rsa.publicPEM), algorithm: algorithm),
                .rsa(SigningKey.rsa, algorithm.hash)
            )
        case .ec:
            try ellipticPair(algorithm)
        }
    }

    private static func ellipticPair(
        _ algorithm: SigningAlgorithm
    ) throws -> (key: VerifyingKey, signer: Signer) {
        let (pair, curve): (SigningKey, EllipticCurve) =
            switch algorithm.hash {
            case .sha256: (.p256, .p256)
            case .sha384: (.p384, .p384)
            case .sha512: (.p521, .p521)
            }
        return (try VerifyingKey(publicKey: PublicKey(pem: pair.publicPEM)), .ec(pair, curve))
    }

    /// A verifier with one key, the secret's unless told otherwise.
    static func verifier(
        _ key: VerifyingKey? = nil, policy: TokenPolicy = TokenPolicy()
    ) throws -> TokenVerifier {
        let key = try key ?? VerifyingKey(secret: Secret(secret))
        return TokenVerifier(keys: try KeySet([key]), policy: policy)
    }

    /// Why a token is refused by the verifier with the secret; nil when it is not.
    static func refusal(of token: String, by verifier: TokenVerifier? = nil) throws -> TokenRefusal? {
        let verifier = try verifier ?? Forge.verifier()
        do throws(TokenRefusal) {
            _ = try verifier.verify(token, at: now)
            return nil
        } catch {
            return error
        }
    }

    /// The same for a token with this payload.
    static func refusal(payload: String, policy: TokenPolicy = TokenPolicy()) throws -> TokenRefusal? {
        try refusal(of: token(payload: payload), by: verifier(policy: policy))
    }

    /// The same for a token with this header.
    static func refusal(header: String) throws -> TokenRefusal? {
        try refusal(of: token(header: header))
    }

    /// What a verifier makes of the payload.
    static func claims(_ payload: String) throws -> Claims {
        try verifier().verify(token(payload: payload), at: now).claims
    }
}
