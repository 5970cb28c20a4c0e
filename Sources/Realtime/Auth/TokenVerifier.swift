/// A token whose signature was checked. Only a check makes one.
///
/// One object for all who hold it: the cache and every connection that came with the token.
final class VerifiedToken: Sendable {
    let claims: Claims
    /// The `kid` of the key that signed it.
    let keyID: String?

    fileprivate init(claims: Claims, keyID: String?) {
        self.claims = claims
        self.keyID = keyID
    }
}

/// Decides about tokens, with keys and a policy that never change; others are another verifier.
struct TokenVerifier: Sendable {
    let keys: KeySet
    let policy: TokenPolicy

    init(keys: KeySet, policy: TokenPolicy = TokenPolicy()) {
        self.keys = keys
        self.policy = policy
    }

    /// Does everything but the work with the key.
    ///
    /// The claims come before the signature, so that what would be refused anyway costs no such work, and
    /// libjwt sees only what has already been read strictly. They are believed after it.
    func examine(_ token: UnsafeRawBufferPointer, at now: Timestamp) throws(TokenRefusal) -> ExaminedToken {
        let compact = try CompactToken(token)
        let header = try TokenHeader(compact.header)
        let candidates = try keys.candidates(id: header.keyID, algorithm: header.algorithm)
        let reader = try ClaimsReader(compact.payload)
        try policy.check(reader.origin)
        try policy.checkTimes(of: reader.claims, at: now)
        return ExaminedToken(token: compact, header: header, candidates: candidates, claims: reader.claims)
    }

    /// The same for a string.
    func examine(_ token: String, at now: Timestamp) throws(TokenRefusal) -> ExaminedToken {
        // Borrowed bytes forget the error's type, so the outcome comes out as a value.
        try ExactText(token).withUTF8 { bytes in
            Result { () throws(TokenRefusal) in try examine(bytes, at: now) }
        }.get()
    }

    /// Does everything at once, which may take longer than an event loop has.
    func verify(_ token: String, at now: Timestamp) throws(TokenRefusal) -> VerifiedToken {
        try examine(token, at: now).checkSignature()
    }
}

/// A token that is good if its signature is.
struct ExaminedToken: Sendable {
    fileprivate let token: CompactToken
    fileprivate let header: TokenHeader
    fileprivate let candidates: ArraySlice<VerifyingKey>
    fileprivate let claims: Claims

    /// Whether the check is long work, for a thread that may do such (see `VerificationWorker`).
    var needsPublicKeyWork: Bool { candidates.contains { $0.isPublic } }

    /// Tries the keys that come into question.
    func checkSignature() throws(TokenRefusal) -> VerifiedToken {
        for key in candidates where key.signed(token, type: header.type) {
            return VerifiedToken(claims: claims, keyID: key.id)
        }
        throw .badSignature
    }
}
