import Testing

@testable import Realtime

@Suite("Token minter")
struct TokenMinterTests {
    private let ada = UserID("ada")

    @Test(
        "What is minted is accepted and says what was asked for",
        arguments: [SigningAlgorithm.hs256, .hs384, .hs512])
    func accepted(algorithm: SigningAlgorithm) throws {
        let policy = TokenPolicy(issuer: "me", audience: "realtime")
        let key = try VerifyingKey(secret: Secret(Forge.secret), algorithm: algorithm, id: "k1")
        var request = TokenRequest(user: UserID(#"a "quoted" é name"#))
        request.name = "Ada \u{1F680}"
        request.device = DeviceID("laptop")
        request.isService = true
        request.tokenID = "t-1"
        request.lifetime = .seconds(90)
        request.rooms = try RoomGrants(argument: "project_*=rw,news=r")
        let token = try TokenMinter(key: key, policy: policy).mint(request, at: Forge.now)
        let verified = try Forge.verifier(key, policy: policy).verify(token, at: Forge.now)
        let claims = verified.claims
        #expect(verified.keyID == "k1")
        #expect(claims.user == request.user)
        #expect(claims.name == request.name)
        #expect(claims.device == request.device)
        #expect(claims.isService)
        #expect(claims.tokenID == ExactText("t-1"))
        #expect(claims.rooms == request.rooms)
        #expect(claims.issuedAt == Timestamp(milliseconds: Int64(Forge.second) * 1000))
        #expect(claims.expiresAt == Timestamp(milliseconds: Int64(Forge.second + 90) * 1000))
    }

    @Test("What was not asked for is not in it")
    func plain() throws {
        let key = try VerifyingKey(secret: Secret(Forge.secret))
        let token = try TokenMinter(key: key).mint(TokenRequest(user: ada), at: Forge.now)
        let claims = try Forge.verifier().verify(token, at: Forge.now).claims
        #expect(claims.name == nil && claims.device == nil && claims.tokenID == nil && claims.rooms == nil)
        #expect(!claims.isService)
    }

    @Test("Without a secret there is nothing to sign with")
    func publicKey() throws {
        let key = try Forge.pair(.rs256).key
        #expect(throws: TokenMinter.Refusal.noSecret) { try TokenMinter(key: key) }
    }

    @Test("What would be longer than a token may be is refused")
    func tooLong() throws {
        var request = TokenRequest(user: ada)
        request.rooms = try RoomGrants(
            (0..<500).map { RoomGrants.Grant("a room of some length \($0)", .read) })
        let minter = try TokenMinter(key: VerifyingKey(secret: Secret(Forge.secret)))
        #expect(throws: TokenMinter.Refusal.tooLong) { try minter.mint(request, at: Forge.now) }
    }
}
