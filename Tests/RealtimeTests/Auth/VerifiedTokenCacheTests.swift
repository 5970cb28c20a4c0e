import Testing

@testable import Realtime

@Suite("Verified token cache")
struct VerifiedTokenCacheTests {
    private func token(exp: Int = Forge.second + 3600) throws -> VerifiedToken {
        try Forge.verifier(policy: TokenPolicy(leeway: .seconds(1_000_000)))
            .verify(Forge.token(payload: #"{"sub":"ada","exp":\#(exp)}"#), at: Forge.now)
    }

    private func digest(_ number: Int) -> TokenDigest {
        ExactText("\(number)").withUTF8 { OpenSSLCrypto.sha256($0) }
    }

    @Test("The digest is SHA-256")
    func sha256() {
        let words = ExactText("abc").withUTF8 { OpenSSLCrypto.sha256($0) }.words
        let hex = [words.0, words.1, words.2, words.3].map { String($0.bigEndian, radix: 16) }.joined()
        #expect(hex == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test("A token is found by its digest alone, until it is removed")
    func found() throws {
        let cache = VerifiedTokenCache(capacity: 4)
        let token = try token()
        cache.insert(token, for: digest(1), of: cache.generation, at: Forge.now)
        #expect(cache.token(for: digest(1)) === token)
        #expect(cache.token(for: digest(2)) == nil)
        cache.remove(digest(1))
        cache.remove(digest(1))
        #expect(cache.token(for: digest(1)) == nil)
        #expect(cache.count == 0)
    }

    @Test("A token whose digest only begins like that of a remembered one is another token")
    func samePrefix() throws {
        let cache = VerifiedTokenCache(capacity: 4)
        let (known, other) = (TokenDigest(words: (1, 2, 3, 4)), TokenDigest(words: (1, 2, 3, 5)))
        let token = try token()
        cache.insert(token, for: known, of: cache.generation, at: Forge.now)
        #expect(cache.token(for: other) == nil)
        cache.insert(try self.token(), for: other, of: cache.generation, at: Forge.now)
        cache.remove(other)
        #expect(cache.token(for: known) === token)
        #expect(cache.token(for: other) == nil)
        #expect(cache.count == 1)
    }

    @Test("There are never more than its capacity, and one that is used stays while others only pass")
    func bounded() throws {
        let cache = VerifiedTokenCache(capacity: 8)
        let token = try token()
        cache.insert(token, for: digest(-1), of: cache.generation, at: Forge.now)
        for number in 0..<1000 {
            #expect(cache.token(for: digest(-1)) != nil)
            cache.insert(token, for: digest(number), of: cache.generation, at: Forge.now)
            #expect(cache.count == min(number + 2, 8))
        }
    }

    @Test("Expired tokens make room before any other does")
    func expired() throws {
        let cache = VerifiedTokenCache(capacity: 64)
        let old = try token(exp: Forge.second - 1)
        for number in 0..<64 {
            cache.insert(old, for: digest(number), of: cache.generation, at: Timestamp(milliseconds: 0))
        }
        #expect(cache.count == 64)
        let new = try token()
        for number in 100..<132 {
            cache.insert(new, for: digest(number), of: cache.generation, at: Forge.now)
        }
        #expect((100..<132).allSatisfy { cache.token(for: digest($0)) != nil })
        #expect((0..<64).allSatisfy { cache.token(for: digest($0)) == nil })
        #expect(cache.count == 32)
    }

    @Test("What was verified with keys that are gone is not taken")
    func generations() throws {
        let cache = VerifiedTokenCache(capacity: 8)
        let token = try token()
        let before = cache.generation
        cache.insert(token, for: digest(1), of: before, at: Forge.now)
        cache.removeAll()
        #expect(cache.count == 0)
        cache.insert(token, for: digest(2), of: before, at: Forge.now)
        #expect(cache.count == 0)
        cache.insert(token, for: digest(3), of: cache.generation, at: Forge.now)
        #expect(cache.count == 1)
    }

    @Test("A token that is inserted twice is there once")
    func twice() throws {
        let cache = VerifiedTokenCache(capacity: 2)
        for _ in 0..<5 { cache.insert(try token(), for: digest(1), of: cache.generation, at: Forge.now) }
        #expect(cache.count == 1)
        cache.insert(try token(), for: digest(2), of: cache.generation, at: Forge.now)
        #expect(cache.count == 2)
    }

    @Test(
        "Random use from a seed agrees with what must hold: bounded, right answers, nothing removed comes back"
    )
    func random() throws {
        var generator = SeededGenerator(seed: 17)
        let cache = VerifiedTokenCache(capacity: 16)
        let tokens = try (0..<40).map { _ in try token() }
        var present: Set<Int> = []
        for _ in 0..<20_000 {
            let number = Int.random(in: 0..<40, using: &generator)
            switch Int.random(in: 0..<8, using: &generator) {
            case 0:
                cache.remove(digest(number))
                present.remove(number)
            case 1...3:
                cache.insert(tokens[number], for: digest(number), of: cache.generation, at: Forge.now)
                present.insert(number)
                #expect(cache.token(for: digest(number)) === tokens[number])
            default:
                let found = cache.token(for: digest(number))
                #expect(found == nil || found === tokens[number] && present.contains(number))
            }
            #expect(cache.count <= 16)
        }
    }
}
