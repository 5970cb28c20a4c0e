/// That a user's tokens, or one token, no longer count.
struct Revocation: Hashable, Sendable {
    /// Whom or what it is about.
    enum Subject: Hashable, Sendable {
        case user(UserID)
        /// A `jti`.
        case token(ExactText)
    }

    let subject: Subject
    /// When it was said.
    let since: Timestamp
    /// When it ends, where it does.
    ///
    /// For a user, all tokens are refused until then; with no end, those that were issued up to `since`, so
    /// that the user may come back with a new one.
    let until: Timestamp?
}

/// What has been revoked, asked for every token that comes.
///
/// Bounded by count, so that whoever may revoke can't fill the memory. What has ended goes away by itself.
final class Revocations: Sendable {
    /// The list is full; nothing was revoked.
    struct Full: Error, Equatable {}

    /// What is known about a user.
    private struct UserEntry {
        /// Tokens issued up to here are refused.
        var issuedUpTo: Timestamp?
        /// All tokens are refused until here.
        var allUntil: Timestamp?
    }

    private struct State {
        var users: [UserID: UserEntry] = [:]
        /// When each ends; `latest` for never.
        var tokens: [ExactText: Timestamp] = [:]
        /// When there are so many, it is time to look for what has ended: double what was left the last
        /// time, so that looking costs each revocation a constant.
        var pruneAt = 64

        var count: Int { users.count + tokens.count }

        mutating func prune(at now: Timestamp) {
            users = users.compactMapValues { entry in
                var entry = entry
                if let until = entry.allUntil, until <= now { entry.allUntil = nil }
                return entry.allUntil == nil && entry.issuedUpTo == nil ? nil : entry
            }
            tokens = tokens.filter { now < $0.value }
            pruneAt = max(64, 2 * count)
        }
    }

    private let state = Locked(State())
    private let capacity: Int

    init(capacity: Int = 1_000_000) {
        self.capacity = capacity
    }

    /// How many users and tokens are in the list.
    var count: Int {
        state.withLock { $0.count }
    }

    /// Refuses the user's tokens: all until a time, or those issued up to now.
    func revoke(user: UserID, until: Timestamp? = nil, at now: Timestamp) throws(Full) {
        try apply(Revocation(subject: .user(user), since: now, until: until), at: now)
    }

    /// Refuses one token, until a time or for ever.
    func revoke(jti: ExactText, until: Timestamp? = nil, at now: Timestamp) throws(Full) {
        try apply(Revocation(subject: .token(jti), since: now, until: until), at: now)
    }

    /// Adds one to what is there, which it never weakens.
    func apply(_ revocation: Revocation, at now: Timestamp) throws(Full) {
        try state.withLock { state throws(Full) in
            if state.count >= min(state.pruneAt, capacity) { state.prune(at: now) }
            guard state.count < capacity else { throw Full() }
            switch revocation.subject {
            case .user(let user):
                var entry = state.users[user] ?? UserEntry()
                if let until = revocation.until {
                    entry.allUntil = max(entry.allUntil ?? until, until)
                } else {
                    entry.issuedUpTo = max(entry.issuedUpTo ?? revocation.since, revocation.since)
                }
                state.users[user] = entry
            case .token(let id):
                let until = revocation.until ?? .latest
                state.tokens[id] = max(state.tokens[id] ?? until, until)
            }
        }
    }

    /// Whether a token with these claims is refused. One that does not say when it was issued may have been
    /// issued before the revocation.
    func isRevoked(_ claims: Claims, at now: Timestamp) -> Bool {
        state.withLock { state in
            if let id = claims.tokenID, let until = state.tokens[id], now < until { return true }
            guard let entry = state.users[claims.user] else { return false }
            if let until = entry.allUntil, now < until { return true }
            guard let issuedUpTo = entry.issuedUpTo else { return false }
            return claims.issuedAt.map { $0 <= issuedUpTo } ?? true
        }
    }

    /// Takes away what has ended.
    func prune(at now: Timestamp) {
        state.withLock { $0.prune(at: now) }
    }
}
