import Testing

@testable import Realtime

@Suite("Revocations")
struct RevocationsTests {
    private func claims(_ user: String = "ada", jti: String? = nil, iat: Int? = nil) throws -> Claims {
        var members = #""sub":"\#(user)","exp":\#(Forge.second + 3600)"#
        if let jti { members += #","jti":"\#(jti)""# }
        if let iat { members += #","iat":\#(iat)"# }
        return try Forge.verifier(policy: TokenPolicy(leeway: .seconds(9999)))
            .verify(Forge.token(payload: "{\(members)}"), at: Forge.now).claims
    }

    private let ada = UserID("ada")

    private func later(_ seconds: Int) -> Timestamp {
        Timestamp(milliseconds: Forge.now.milliseconds + Int64(seconds) * 1000)
    }

    @Test("Nothing is revoked at first")
    func nothing() throws {
        #expect(try !Revocations().isRevoked(claims(jti: "t"), at: Forge.now))
    }

    @Test("A revoked token is refused for ever, or until the end that was said; others are not")
    func token() throws {
        let revocations = Revocations()
        try revocations.revoke(jti: ExactText("t"), at: Forge.now)
        try revocations.revoke(jti: ExactText("u"), until: later(60), at: Forge.now)
        #expect(try revocations.isRevoked(claims(jti: "t"), at: later(1_000_000)))
        #expect(try revocations.isRevoked(claims(jti: "u"), at: later(59)))
        #expect(try !revocations.isRevoked(claims(jti: "u"), at: later(60)))
        #expect(try !revocations.isRevoked(claims(jti: "v"), at: Forge.now))
        #expect(try !revocations.isRevoked(claims(), at: Forge.now))
    }

    @Test("A user's tokens from before the revocation are refused, and those from after it are not")
    func user() throws {
        let revocations = Revocations()
        try revocations.revoke(user: ada, at: Forge.now)
        #expect(try revocations.isRevoked(claims(iat: Forge.second - 5), at: later(5)))
        // Issued in the very second: that may have been before.
        #expect(try revocations.isRevoked(claims(iat: Forge.second), at: later(5)))
        #expect(try !revocations.isRevoked(claims(iat: Forge.second + 1), at: later(5)))
        #expect(try revocations.isRevoked(claims(), at: later(5)), "it does not say when it was issued")
        #expect(try !revocations.isRevoked(claims("bob"), at: later(5)))
    }

    @Test("With an end all of the user's tokens are refused until then, and none after it")
    func userUntil() throws {
        let revocations = Revocations()
        try revocations.revoke(user: ada, until: later(60), at: Forge.now)
        #expect(try revocations.isRevoked(claims(iat: Forge.second + 30), at: later(59)))
        #expect(try !revocations.isRevoked(claims(iat: Forge.second - 30), at: later(60)))
    }

    @Test("A second revocation never weakens the first")
    func twice() throws {
        let revocations = Revocations()
        try revocations.revoke(user: ada, until: later(60), at: Forge.now)
        try revocations.revoke(user: ada, until: later(10), at: Forge.now)
        try revocations.revoke(user: ada, at: later(20))
        try revocations.revoke(user: ada, at: later(5))
        #expect(try revocations.isRevoked(claims(iat: Forge.second + 40), at: later(59)))
        #expect(try revocations.isRevoked(claims(iat: Forge.second + 20), at: later(61)))
        #expect(try !revocations.isRevoked(claims(iat: Forge.second + 21), at: later(61)))
        try revocations.revoke(jti: ExactText("t"), at: Forge.now)
        try revocations.revoke(jti: ExactText("t"), until: later(1), at: Forge.now)
        #expect(try revocations.isRevoked(claims(jti: "t"), at: later(2)))
    }

    @Test("Names that only look the same are different ones")
    func exactNames() throws {
        let revocations = Revocations()
        try revocations.revoke(user: UserID("caf\u{E9}"), at: Forge.now)
        #expect(try revocations.isRevoked(claims("caf\u{E9}"), at: Forge.now))
        #expect(try !revocations.isRevoked(claims("cafe\u{301}"), at: Forge.now))
    }

    @Test("What has ended goes away when asked, and by itself as others come")
    func pruned() throws {
        let revocations = Revocations()
        for number in 0..<50 {
            try revocations.revoke(jti: ExactText("\(number)"), until: later(10), at: Forge.now)
        }
        try revocations.revoke(user: ada, until: later(10), at: Forge.now)
        try revocations.revoke(user: UserID("bob"), at: Forge.now)
        #expect(revocations.count == 52)
        revocations.prune(at: later(9))
        #expect(revocations.count == 52)
        revocations.prune(at: later(10))
        #expect(revocations.count == 1)
        for number in 0..<10_000 {
            try revocations.revoke(jti: ExactText("\(number)"), until: later(number + 1), at: later(number))
        }
        #expect(revocations.count < 100)
    }

    @Test("A full list refuses to take more until something ends, and forgets nothing for it")
    func full() throws {
        let revocations = Revocations(capacity: 3)
        for number in 0..<3 {
            try revocations.revoke(jti: ExactText("\(number)"), until: later(10), at: Forge.now)
        }
        #expect(throws: Revocations.Full()) { try revocations.revoke(jti: ExactText("x"), at: Forge.now) }
        #expect(try (0..<3).allSatisfy { try revocations.isRevoked(claims(jti: "\($0)"), at: Forge.now) })
        #expect(throws: Never.self) { try revocations.revoke(jti: ExactText("x"), at: later(10)) }
        #expect(revocations.count == 1)
    }
}
