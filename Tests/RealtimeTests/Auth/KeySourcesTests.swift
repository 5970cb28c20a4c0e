import Testing

@testable import Realtime

@Suite("Key sources")
struct KeySourcesTests {
    @Test("All sources together are one set, the secret first")
    func together() throws {
        let n = Base64URL.encode(SigningKey.otherRSA.number("n"))
        let sources = KeySources(
            secret: .file(Forge.secret + [0x0A]), publicKey: SigningKey.p256.publicPEM,
            keySet: Array(#"{"keys":[{"kty":"RSA","kid":"a","n":"\#(n)","e":"AQAB"}]}"#.utf8))
        let loaded = try sources.load()
        #expect(loaded.keys.keys.map(\.algorithm) == [.hs256, .es256, .rs256])
        #expect(loaded.warnings == [])
        let verifier = TokenVerifier(keys: loaded.keys)
        #expect(try Forge.refusal(of: Forge.token(), by: verifier) == nil)
        let rs = Forge.token(header: #"{"alg":"RS256","kid":"a"}"#, by: .rsa(.otherRSA))
        #expect(try Forge.refusal(of: rs, by: verifier) == nil)
        let es = Forge.token(
            header: #"{"alg":"ES256","kid":"a name that only its issuer knows"}"#, by: .ec(.p256, .p256))
        #expect(try Forge.refusal(of: es, by: verifier) == nil)
    }

    @Test("A configured algorithm counts instead of the usual one")
    func algorithms() throws {
        let sources = KeySources(
            secret: .text(String(decoding: Forge.secret, as: UTF8.self)), secretAlgorithm: .hs512,
            publicKey: SigningKey.rsa.publicPEM, publicKeyAlgorithm: .rs384)
        #expect(try sources.load().keys.keys.map(\.algorithm) == [.hs512, .rs384])
    }

    @Test("The newline at the end of a text is a part of it, other than that of a file")
    func newline() throws {
        let text = String(decoding: Forge.secret, as: UTF8.self) + "\n"
        let verifier = TokenVerifier(keys: try KeySources(secret: .text(text)).load().keys)
        #expect(try Forge.refusal(of: Forge.token(by: .secret(Array(text.utf8))), by: verifier) == nil)
    }

    @Test("A source that can't be used is named with the reason")
    func refused() {
        #expect(throws: KeySources.Refusal(source: .secret, reason: .shortSecret(bytes: 5))) {
            try KeySources(secret: .text("short"), publicKey: SigningKey.rsa.publicPEM).load()
        }
        #expect(throws: KeySources.Refusal(source: .publicKey, reason: .notPEM)) {
            try KeySources(publicKey: Forge.secret).load()
        }
        #expect(throws: KeySources.Refusal(source: .keySet, reason: .noKeyList)) {
            try KeySources(keySet: Array("{}".utf8)).load()
        }
        #expect(throws: KeySources.Refusal(source: .all, reason: .noUsableKey)) { try KeySources().load() }
        let refusal = KeySources.Refusal(source: .secret, reason: .shortSecret(bytes: 5))
        #expect(refusal.description == "JWT secret: the secret has 5 bytes, and must have at least 32")
    }

    @Test("What was left out of a key set, and private keys in it, are told")
    func warnings() throws {
        let k = Base64URL.encode(Forge.secret)
        let n = Base64URL.encode(SigningKey.rsa.number("n"))
        let file = #"""
            {"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"oct","k":"\#(k)"},
             {"kty":"RSA","n":"\#(n)","e":"AQAB","d":"AQAB"}]}
            """#
        let loaded = try KeySources(keySet: Array(file.utf8)).load()
        #expect(loaded.keys.keys.count == 2)
        #expect(loaded.warnings.count == 2)
        #expect(
            loaded.warnings.allSatisfy { $0.hasPrefix("JWKS file: ") && !$0.contains(k) && !$0.contains(n) })
    }
}
