import CJWT
import Glibc

/// libjwt, which decides whether a signature is right and signs our own tokens.
///
/// It is asked only about tokens that were taken apart and read strictly before, because it believes more
/// than it should: it takes the algorithm from the token, the last of two equal names, and text that is
/// not base64. What it says about a payload is not used.
enum LibJWT {
    /// Whether the token, which ends with a zero byte, was signed with this key and its algorithm.
    ///
    /// Also false for the few payloads that are JSON and that libjwt can't read: with a whole number of more
    /// than 64 bits, or U+0000 in a text.
    static func isSigned(_ token: [UInt8], by key: VerifyingKey) -> Bool {
        defer { OpenSSLCrypto.forgetErrors() }
        var decoded: OpaquePointer?
        let failure = key.withMaterial { material in
            token.withUnsafeBytes { token in
                jwt_decode(
                    &decoded, token.baseAddress?.assumingMemoryBound(to: CChar.self),
                    material.baseAddress?.assumingMemoryBound(to: UInt8.self), Int32(material.count))
            }
        }
        guard let decoded else { return false }
        defer { jwt_free(decoded) }
        return failure == 0 && jwt_get_alg(decoded) == key.algorithm.libjwt
    }

    /// A token with this payload, a JSON object, signed with a secret; nil when libjwt can't.
    static func sign(payload: String, with key: VerifyingKey) -> String? {
        guard key.algorithm.family == .hmac else { return nil }
        var token: OpaquePointer?
        guard jwt_new(&token) == 0, let token else { return nil }
        defer { jwt_free(token) }
        if let id = key.id, jwt_add_header(token, "kid", id) != 0 { return nil }
        let isReady = key.withMaterial { material in
            jwt_add_grants_json(token, payload) == 0
                && jwt_set_alg(
                    token, key.algorithm.libjwt, material.baseAddress?.assumingMemoryBound(to: UInt8.self),
                    Int32(material.count)) == 0
        }
        guard isReady, let text = jwt_encode_str(token) else { return nil }
        defer { free(text) }
        return String(cString: text)
    }
}

extension SigningAlgorithm {
    fileprivate var libjwt: jwt_alg_t {
        switch self {
        case .hs256: JWT_ALG_HS256
        case .hs384: JWT_ALG_HS384
        case .hs512: JWT_ALG_HS512
        case .rs256: JWT_ALG_RS256
        case .rs384: JWT_ALG_RS384
        case .rs512: JWT_ALG_RS512
        case .es256: JWT_ALG_ES256
        case .es384: JWT_ALG_ES384
        case .es512: JWT_ALG_ES512
        }
    }
}
