import Testing

@testable import Realtime

@Suite("Authenticator")
struct AuthenticatorTests {
    private let time = ManualTime(date: Forge.now)

    private func authenticator(
        _ verifier: TokenVerifier? = nil, cache: VerifiedTokenCache = VerifiedTokenCache(),
        revocations: Revocations = Revocations(), worker: VerificationWorker = VerificationWorker()
    ) throws -> Authenticator {
        Authenticator(
            verifier: try verifier ?? Forge.verifier(), revocations: revocations, cache: cache,
            worker: worker,
            time: time.source)
    }

    private func refusal(of token: String, by authenticator: Authenticator) async -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try await authenticator.authenticate(token)
            return nil
        } catch {
            return error
        }
    }

    /// What is said at once; nil when the answer comes later.
    private func immediate(_ token: String, by authenticator: Authenticator) -> Authenticator.Outcome? {
        let answer = ExactText(token).withUTF8 { authenticator.authenticate($0) { _ in } }
        guard case .now(let outcome) = answer else { return nil }
        return outcome
    }

    @Test("A token that comes again is the same object, without being verified again")
    func remembered() async throws {
        let cache = VerifiedTokenCache()
        let authenticator = try authenticator(cache: cache)
        let first = try await authenticator.authenticate(Forge.token())
        let second = try await authenticator.authenticate(Forge.token())
        #expect(first === second)
        #expect(cache.count == 1)
    }

    @Test("A secret is used at once, a public key on another thread, and at once when it is remembered")
    func whereTheWorkIsDone() async throws {
        let secret = try authenticator()
        #expect(immediate(Forge.token(), by: secret) != nil)

        let (key, signer) = try Forge.pair(.es256)
        let token = Forge.token(header: #"{"alg":"ES256"}"#, by: signer)
        let authenticator = try authenticator(Forge.verifier(key))
        #expect(immediate(token, by: authenticator) == nil)
        #expect(await refusal(of: token, by: authenticator) == nil)
        #expect(immediate(token, by: authenticator) != nil)
    }

    @Test("What needs no key is refused at once, also for a public key")
    func refusedAtOnce() throws {
        let (key, signer) = try Forge.pair(.es256)
        let authenticator = try authenticator(Forge.verifier(key))
        let expired = Forge.token(header: #"{"alg":"ES256"}"#, payload: #"{"sub":"ada","exp":1}"#, by: signer)
        guard case .failure(.expired) = immediate(expired, by: authenticator) else {
            Issue.record("not refused at once")
            return
        }
        let long = String(repeating: "a", count: 9000)
        guard case .failure(.tooLong) = immediate(long, by: authenticator) else {
            Issue.record("not refused at once")
            return
        }
    }

    @Test("Bad tokens are not remembered")
    func badOnes() async throws {
        let cache = VerifiedTokenCache()
        let authenticator = try authenticator(cache: cache)
        #expect(
            await refusal(of: Forge.token(by: .secret(Forge.otherSecret)), by: authenticator) == .badSignature
        )
        #expect(await refusal(of: "x", by: authenticator) == .malformed)
        #expect(cache.count == 0)
    }

    @Test("A remembered token expires with its leeway, and is forgotten then")
    func expiry() async throws {
        let cache = VerifiedTokenCache()
        let authenticator = try authenticator(cache: cache)
        let token = Forge.token(payload: #"{"sub":"ada","exp":\#(Forge.second + 60)}"#)
        #expect(await refusal(of: token, by: authenticator) == nil)
        time.advance(by: .seconds(69))
        #expect(await refusal(of: token, by: authenticator) == nil)
        time.advance(by: .milliseconds(321))
        #expect(await refusal(of: token, by: authenticator) == nil)
        time.advance(by: .milliseconds(1))
        #expect(await refusal(of: token, by: authenticator) == .expired)
        #expect(cache.count == 0)
    }

    @Test("nbf is looked at again too, when the clock is set back")
    func notBefore() async throws {
        let authenticator = try authenticator()
        let token = Forge.token(
            payload: #"{"sub":"ada","exp":\#(Forge.second + 60),"nbf":\#(Forge.second - 60)}"#)
        #expect(await refusal(of: token, by: authenticator) == nil)
        time.setDate(Timestamp(milliseconds: Forge.now.milliseconds - 80_000))
        #expect(await refusal(of: token, by: authenticator) == .notYetValid)
    }

    @Test("After other keys are put in, nothing of the old ones is remembered")
    func reload() async throws {
        let cache = VerifiedTokenCache()
        let authenticator = try authenticator(cache: cache)
        #expect(await refusal(of: Forge.token(), by: authenticator) == nil)
        authenticator.replaceVerifier(try Forge.verifier(VerifyingKey(secret: Secret(Forge.otherSecret))))
        #expect(cache.count == 0)
        #expect(await refusal(of: Forge.token(), by: authenticator) == .badSignature)
        #expect(await refusal(of: Forge.token(by: .secret(Forge.otherSecret)), by: authenticator) == nil)
    }

    @Test("A revoked token is refused, remembered or not")
    func revoked() async throws {
        let revocations = Revocations()
        let authenticator = try authenticator(revocations: revocations)
        let token = Forge.token(payload: #"{"sub":"ada","jti":"t","exp":\#(Forge.second + 60)}"#)
        #expect(await refusal(of: token, by: authenticator) == nil)
        try revocations.revoke(jti: ExactText("t"), at: Forge.now)
        #expect(await refusal(of: token, by: authenticator) == .revoked)
        let other = Forge.token(payload: #"{"sub":"bob","jti":"t","exp":\#(Forge.second + 90)}"#)
        #expect(await refusal(of: other, by: authenticator) == .revoked)
    }

    @Test("When the worker has no room a public key's token is refused as unavailable, a secret's is not")
    func noRoom() async throws {
        let rsa = try Forge.pair(.rs256)
        let keys = try KeySet([rsa.key, VerifyingKey(secret: Secret(Forge.secret))])
        let busy = BusyWorker()
        let verifier = TokenVerifier(keys: keys)
        let authenticator = try authenticator(verifier, worker: busy.worker)
        let token = Forge.token(header: #"{"alg":"RS256"}"#, by: rsa.signer)
        await busy.occupy(with: try verifier.examine(token, at: Forge.now))
        #expect(await refusal(of: token, by: authenticator) == .unavailable)
        #expect(await refusal(of: Forge.token(), by: authenticator) == nil)
        busy.release()
    }
}
