/// The one door for tokens: remembers what it has verified, knows what has been revoked, and keeps long work
/// away from the event loops.
///
/// Any thread may ask. The keys can be replaced while it runs; connections that were authenticated with the
/// old ones are not its matter.
final class Authenticator: Sendable {
    /// What comes of a token.
    typealias Outcome = Result<VerifiedToken, TokenRefusal>

    /// The answer, or the promise of one.
    enum Answer {
        case now(Outcome)
        /// The answer goes to the closure, later and on another thread.
        case later
    }

    private let verifier: Locked<TokenVerifier>
    private let cache: VerifiedTokenCache
    private let worker: VerificationWorker
    private let time: TimeSource
    private let tally = Locked(Tally())

    /// What came of all tokens since the start.
    struct Tally: Sendable {
        var accepted = 0
        var refused: [TokenRefusal: Int] = [:]

        fileprivate mutating func note(_ outcome: Outcome) {
            switch outcome {
            case .success: accepted += 1
            case .failure(let refusal): refused[refusal, default: 0] += 1
            }
        }
    }

    /// Which tokens no longer count.
    let revocations: Revocations

    init(
        verifier: TokenVerifier, revocations: Revocations = Revocations(),
        cache: VerifiedTokenCache = VerifiedTokenCache(), worker: VerificationWorker = VerificationWorker(),
        time: TimeSource = .system
    ) {
        self.verifier = Locked(verifier)
        self.revocations = revocations
        self.cache = cache
        self.worker = worker
        self.time = time
    }

    /// Uses other keys, or another policy, from now on. What was remembered is forgotten.
    func replaceVerifier(_ new: TokenVerifier) {
        verifier.withLock { $0 = new }
        // In this order: what a thread verifies with the old keys after this line is of an old generation.
        cache.removeAll()
    }

    /// How many tokens there were, and what came of them.
    var outcomes: Tally { tally.withLock { $0 } }

    /// Decides about a token: at once, unless a public key must be used for it.
    func authenticate(
        _ token: UnsafeRawBufferPointer, later completion: @escaping VerificationWorker.Completion
    ) -> Answer {
        let answer = decide(token) { [tally] outcome in
            tally.withLock { $0.note(outcome) }
            completion(outcome)
        }
        if case .now(let outcome) = answer { tally.withLock { $0.note(outcome) } }
        return answer
    }

    private func decide(
        _ token: UnsafeRawBufferPointer, later completion: @escaping VerificationWorker.Completion
    ) -> Answer {
        // Nothing so long is ever remembered, and nobody makes us hash it.
        guard token.count <= CompactToken.longest else { return .now(.failure(.tooLong)) }
        let now = time.date
        let digest = OpenSSLCrypto.sha256(token)
        // The generation first: keys that are replaced after this line make the answer one not to remember.
        let generation = cache.generation
        let verifier = verifier.withLock { $0 }
        if let known = cache.token(for: digest) {
            return .now(outcome(for: known, of: digest, verifier.policy, at: now))
        }
        let examined: ExaminedToken
        do throws(TokenRefusal) {
            examined = try verifier.examine(token, at: now)
        } catch {
            return .now(.failure(error))
        }
        guard examined.needsPublicKeyWork else {
            return .now(
                finish(
                    Outcome { () throws(TokenRefusal) in try examined.checkSignature() }, digest, generation))
        }
        let isWaiting = worker.check(examined) { [self] outcome in
            completion(finish(outcome, digest, generation))
        }
        return isWaiting ? .later : .now(.failure(.unavailable))
    }

    /// Decides about a token.
    func authenticate(_ token: String) async throws(TokenRefusal) -> VerifiedToken {
        let outcome = await withCheckedContinuation { continuation in
            let answer = ExactText(token).withUTF8 { token in
                authenticate(token) { continuation.resume(returning: $0) }
            }
            if case .now(let outcome) = answer { continuation.resume(returning: outcome) }
        }
        return try outcome.get()
    }

    /// Looks again at a token that was accepted before.
    private func outcome(
        for token: VerifiedToken, of digest: TokenDigest, _ policy: TokenPolicy, at now: Timestamp
    ) -> Outcome {
        do throws(TokenRefusal) {
            try policy.checkTimes(of: token.claims, at: now)
        } catch {
            if error == .expired { cache.remove(digest) }
            return .failure(error)
        }
        return revocations.isRevoked(token.claims, at: now) ? .failure(.revoked) : .success(token)
    }

    /// Remembers a good token, and asks at the very end whether it was revoked.
    private func finish(
        _ outcome: Outcome, _ digest: TokenDigest, _ generation: VerifiedTokenCache.Generation
    ) -> Outcome {
        guard case .success(let token) = outcome else { return outcome }
        let now = time.date
        cache.insert(token, for: digest, of: generation, at: now)
        return revocations.isRevoked(token.claims, at: now) ? .failure(.revoked) : outcome
    }
}
