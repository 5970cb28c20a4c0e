/// What the configuration asks of every token, beside a good signature.
struct TokenPolicy: Sendable, Equatable {
    /// The only `iss` that is accepted. Default nil: unchecked.
    var issuer: String?
    /// What `aud` must name. Default nil: unchecked.
    var audience: String?
    /// By how much the clock of the issuer may differ from ours. Default 10 s: more than machines that ask
    /// a time server are ever apart.
    var leeway: Duration = .seconds(10)
    /// Whether a token must say when it ends. Default true: one that never ends can only be revoked.
    var requiresExpiry = true

    /// Checks who made the token, and for whom.
    func check(_ origin: TokenOrigin) throws(TokenRefusal) {
        if let issuer {
            guard origin.issuer == ExactText(issuer) else { throw .wrongIssuer }
        }
        if let audience {
            guard origin.audiences.contains(ExactText(audience)) else { throw .wrongAudience }
        }
    }

    /// Checks the times against now, which is done again each time a remembered token comes back.
    func checkTimes(of claims: Claims, at now: Timestamp) throws(TokenRefusal) {
        let leeway = leeway.milliseconds
        if let expiry = claims.expiresAt {
            guard now.milliseconds < expiry.milliseconds + leeway else { throw .expired }
        } else if requiresExpiry {
            throw .noExpiry
        }
        if let start = claims.notBefore {
            guard now.milliseconds >= start.milliseconds - leeway else { throw .notYetValid }
        }
        if let issued = claims.issuedAt {
            guard now.milliseconds >= issued.milliseconds - leeway else { throw .issuedInFuture }
        }
    }
}
