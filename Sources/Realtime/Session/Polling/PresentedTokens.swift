/// What the tokens of one session's requests said, of the last few.
///
/// Requests cross each other: one that still had an older token may come after the first with a newer one, and may not
/// undo that. One that comes again is not news, whatever is in force by then.
struct PresentedTokens {
    private static let most = 8

    private var claims: [Claims]

    init(_ first: Claims) {
        claims = [first]
    }

    /// Whether a token renews the session, whose token in force says `inForce`.
    mutating func isNews(_ presented: Claims, inForce: Claims) -> Bool {
        guard !claims.contains(presented) else { return false }
        if claims.count == Self.most { claims.removeFirst() }
        claims.append(presented)
        return presented != inForce
            && inForce.expiresAt ?? .latest <= presented.expiresAt ?? .latest
    }
}
