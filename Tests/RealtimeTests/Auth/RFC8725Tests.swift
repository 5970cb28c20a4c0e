import Testing

@testable import Realtime

/// JSON Web Token Best Current Practices (RFC 8725), section 3, one after another. Where another suite goes
/// into detail, this one shows the heart of it.
@Suite("RFC 8725")
struct RFC8725Tests {
    @Test("3.1 Perform algorithm verification: each key has one algorithm, and the token does not choose")
    func algorithmVerification() throws {
        let (key, signer) = try Forge.pair(.rs256)
        let verifier = try Forge.verifier(key)
        #expect(
            try Forge.refusal(of: Forge.token(header: #"{"alg":"RS256"}"#, by: signer), by: verifier) == nil)
        for name in ["none", "HS256", "RS384", "ES256"] {
            let token = Forge.token(header: #"{"alg":"\#(name)"}"#, by: signer)
            #expect(try Forge.refusal(of: token, by: verifier) == .wrongAlgorithm)
        }
    }

    @Test("3.2 Use appropriate algorithms: none is not one of them")
    func appropriateAlgorithms() {
        #expect(SigningAlgorithm(rawValue: "none") == nil)
        #expect(SigningAlgorithm.allCases.count == 9)
        #expect(SigningAlgorithm.allCases.allSatisfy { ["HS", "RS", "ES"].contains($0.rawValue.prefix(2)) })
    }

    @Test(
        "3.3 Validate all cryptographic operations: a token of which one part was changed is refused as a whole"
    )
    func allOperations() throws {
        let mine = Forge.token().split(separator: ".").map(String.init)
        let payload = #"{"sub":"eve","exp":\#(Forge.second + 60)}"#
        let other = Forge.token(
            header: #"{"typ":"JWT","alg":"HS256"}"#, payload: payload, by: .secret(Forge.otherSecret)
        )
        .split(separator: ".").map(String.init)
        for (header, body, signature) in [
            (other[0], mine[1], mine[2]), (mine[0], other[1], mine[2]), (mine[0], mine[1], other[2]),
        ] {
            #expect(try Forge.refusal(of: "\(header).\(body).\(signature)") == .badSignature)
        }
    }

    @Test("3.4 Validate cryptographic inputs: a point that is not on its curve is no key")
    func invalidCurvePoint() throws {
        let key = SigningKey.p256
        let x = key.number("qx", size: 32)
        var y = key.number("qy", size: 32)
        #expect(throws: Never.self) { try PublicKey(der: SubjectPublicKeyInfo.ec(.p256, x: x, y: y)) }
        y[31] ^= 1
        #expect(throws: KeyRefusal.unreadable) {
            try PublicKey(der: SubjectPublicKeyInfo.ec(.p256, x: x, y: y))
        }
        let zero = [UInt8](repeating: 0, count: 32)
        #expect(throws: KeyRefusal.self) {
            try PublicKey(der: SubjectPublicKeyInfo.ec(.p256, x: zero, y: zero))
        }
    }

    @Test(
        "3.5 Ensure cryptographic keys have sufficient entropy: short secrets and small RSA keys are refused")
    func entropy() throws {
        #expect(throws: KeyRefusal.shortSecret(bytes: 8)) { try Secret(Array("password".utf8)) }
        #expect(throws: KeyRefusal.shortSecret(bytes: 31)) { try Secret([UInt8](repeating: 7, count: 31)) }
        #expect(throws: KeyRefusal.weakRSA(bits: 1024)) { try PublicKey(pem: SigningKey.weakRSA.publicPEM) }
    }

    @Test(
        "3.6 Avoid compression of encryption inputs: encrypted tokens, compressed or not, are no tokens here")
    func compression() throws {
        let header = Base64URL.encode(#"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#.utf8)
        #expect(try Forge.refusal(of: "\(header)..e30.e30.e30") == .malformed)
        #expect(try Forge.refusal(header: #"{"alg":"dir","enc":"A128GCM","zip":"DEF"}"#) == .wrongAlgorithm)
    }

    @Test("3.7 Use UTF-8: other encodings of JSON are refused")
    func utf8() throws {
        let header = Base64URL.encode(#"{"alg":"HS256"}"#.utf8)
        let utf16 = Forge.payload.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try Forge.refusal(of: Forge.signed(header + "." + Base64URL.encode(utf16))) == .badPayload)
        let withMark = [0xEF, 0xBB, 0xBF] + Array(Forge.payload.utf8)
        #expect(try Forge.refusal(of: Forge.signed(header + "." + Base64URL.encode(withMark))) == .badPayload)
    }

    @Test("3.8 Validate issuer and subject: both are compared byte by byte")
    func issuerAndSubject() throws {
        let policy = TokenPolicy(issuer: "https://issuer.example/é")
        let exp = Forge.second + 60
        func refusal(issuer: String) throws -> TokenRefusal? {
            try Forge.refusal(payload: #"{"sub":"ada","exp":\#(exp),"iss":"\#(issuer)"}"#, policy: policy)
        }
        #expect(try refusal(issuer: "https://issuer.example/é") == nil)
        #expect(try refusal(issuer: "https://issuer.example/\\u00e9") == nil)
        // Looks the same, and is the same for String: a letter and an accent.
        #expect(try refusal(issuer: "https://issuer.example/e\u{301}") == .wrongIssuer)
        #expect(try refusal(issuer: "https://issuer.example/É") == .wrongIssuer)
        #expect(try Forge.refusal(payload: #"{"exp":\#(exp)}"#) == .badSubject)
    }

    @Test("3.9 Use and validate audience: a token for somebody else is refused")
    func audience() throws {
        let policy = TokenPolicy(audience: "realtime")
        let start = #"{"sub":"ada","exp":\#(Forge.second + 60)"#
        #expect(try Forge.refusal(payload: start + #","aud":"realtime"}"#, policy: policy) == nil)
        #expect(try Forge.refusal(payload: start + #","aud":["mail","realtime"]}"#, policy: policy) == nil)
        for other in [#""mail""#, #"["mail"]"#, "[]", #""realtime ""#, #""Realtime""#] {
            #expect(
                try Forge.refusal(payload: start + #","aud":\#(other)}"#, policy: policy) == .wrongAudience)
        }
        #expect(try Forge.refusal(payload: start + "}", policy: policy) == .wrongAudience)
    }

    @Test("3.10 Do not trust received claims: kid is a name to look up, and no key comes from a token")
    func receivedClaims() throws {
        let key = try VerifyingKey(secret: Secret(Forge.secret), id: "main")
        let verifier = try Forge.verifier(key)
        for id in [
            "../../../../dev/null", "main' OR '1'='1", "/proc/self/environ", "https://evil.example/key", "",
        ] {
            #expect(
                try Forge.refusal(of: Forge.token(header: #"{"alg":"HS256","kid":"\#(id)"}"#), by: verifier)
                    == .unknownKey)
        }
        #expect(
            try Forge.refusal(of: Forge.token(header: #"{"alg":"HS256","kid":"main"}"#), by: verifier) == nil)
        let brought = #"{"alg":"HS256","jwk":{"kty":"oct","k":"\#(Base64URL.encode(Forge.otherSecret))"}}"#
        #expect(
            try Forge.refusal(of: Forge.token(header: brought, by: .secret(Forge.otherSecret)), by: verifier)
                == .forbiddenHeader)
    }

    @Test("3.11 Use explicit typing: a token that says it is of another type is refused")
    func explicitTyping() throws {
        #expect(try Forge.refusal(header: #"{"alg":"HS256","typ":"at+jwt"}"#) == nil)
        #expect(try Forge.refusal(header: #"{"alg":"HS256","typ":"secevent+jwt"}"#) == .wrongType)
    }

    @Test(
        "3.12 Use mutually exclusive validation rules: an issuer's tokens for other purposes can be told apart"
    )
    func exclusiveRules() throws {
        // A refresh or an id token of the same issuer and key differs in audience, type or claims.
        let policy = TokenPolicy(issuer: "https://issuer.example", audience: "realtime")
        let idToken =
            #"{"sub":"ada","iss":"https://issuer.example","aud":"web-app","exp":\#(Forge.second + 60)}"#
        #expect(try Forge.refusal(payload: idToken, policy: policy) == .wrongAudience)
        let withoutEnd = #"{"sub":"ada","iss":"https://issuer.example","aud":"realtime"}"#
        #expect(try Forge.refusal(payload: withoutEnd, policy: policy) == .noExpiry)
    }
}
