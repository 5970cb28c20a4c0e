import Testing

@testable import Realtime

@Suite("JSON Web Key Sets")
struct JSONWebKeySetTests {
    private static func rsa(_ key: SigningKey = .rsa, extra: String = "") -> String {
        let n = Base64URL.encode(key.number("n"))
        return #"{"kty":"RSA","n":"\#(n)","e":"AQAB"\#(extra)}"#
    }

    private static func ec(_ key: SigningKey, _ curve: EllipticCurve, extra: String = "") -> String {
        let x = Base64URL.encode(key.number("qx", size: curve.coordinateSize))
        let y = Base64URL.encode(key.number("qy", size: curve.coordinateSize))
        return #"{"kty":"EC","crv":"\#(curve.rawValue)","x":"\#(x)","y":"\#(y)"\#(extra)}"#
    }

    private static func oct(_ secret: [UInt8] = Forge.secret, extra: String = "") -> String {
        #"{"kty":"oct","k":"\#(Base64URL.encode(secret))"\#(extra)}"#
    }

    private func read(_ keys: String...) throws(KeyRefusal) -> JSONWebKeySet {
        try JSONWebKeySet(Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    @Test("Every kind of key verifies what its other half signed, with the algorithm of its kind")
    func kinds() throws {
        let set = try read(
            Self.rsa(extra: #","kid":"r""#), Self.ec(.p256, .p256, extra: #","kid":"e2""#),
            Self.ec(.p384, .p384, extra: #","kid":"e3""#), Self.ec(.p521, .p521, extra: #","kid":"e5""#),
            Self.oct(extra: #","kid":"o""#))
        #expect(set.keys.map(\.algorithm) == [.rs256, .es256, .es384, .es512, .hs256])
        let verifier = TokenVerifier(keys: try KeySet(set.keys))
        for key in set.keys {
            let signer = try Forge.pair(key.algorithm).signer
            let header = #"{"alg":"\#(key.algorithm.rawValue)","kid":"\#(try #require(key.id))"}"#
            #expect(try Forge.refusal(of: Forge.token(header: header, by: signer), by: verifier) == nil)
        }
    }

    @Test("A key from numbers is the same as from PEM")
    func sameAsPEM() throws {
        for (json, pair) in [
            (Self.rsa(), SigningKey.rsa), (Self.ec(.p256, .p256), .p256), (Self.ec(.p521, .p521), .p521),
        ] {
            #expect(try read(json).keys[0].withMaterial { Array($0) } == pair.publicPEM)
        }
    }

    @Test("alg pins another algorithm of the kind")
    func pinned() throws {
        let set = try read(
            Self.rsa(extra: #","alg":"RS512","kid":"1""#), Self.oct(extra: #","alg":"HS384","kid":"2""#))
        #expect(set.keys.map(\.algorithm) == [.rs512, .hs384])
        #expect(throws: KeyRefusal.inKeySet(key: 0, .wrongAlgorithm(.es256))) {
            try read(Self.rsa(extra: #","alg":"ES256""#))
        }
        #expect(throws: KeyRefusal.inKeySet(key: 0, .wrongAlgorithm(.es384))) {
            try read(Self.ec(.p256, .p256, extra: #","alg":"ES384""#))
        }
        #expect(throws: KeyRefusal.inKeySet(key: 0, .wrongAlgorithm(.rs256))) {
            try read(Self.oct(extra: #","alg":"RS256""#))
        }
    }

    @Test("What is not for us is left out and named: other kinds, algorithms, uses")
    func skipped() throws {
        let set = try read(
            #"{"kty":"OKP","crv":"Ed25519","x":"AA","kid":"0"}"#,
            #"{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA","kid":"1"}"#,
            Self.rsa(extra: #","alg":"PS256""#), Self.rsa(extra: #","use":"enc""#),
            Self.rsa(extra: #","key_ops":["encrypt"]"#),
            Self.oct(extra: #","use":"sig","key_ops":["sign","verify"]"#))
        #expect(set.keys.count == 1)
        #expect(
            set.skipped == [
                .init(key: 0, reason: .unknownKind), .init(key: 1, reason: .unknownKind),
                .init(key: 2, reason: .unknownAlgorithm), .init(key: 3, reason: .notForSignatures),
                .init(key: 4, reason: .notForSignatures),
            ])
        #expect(set.skipped[0].description.hasPrefix("key 0 is left out"))
    }

    @Test("A file of which nothing can be used is refused")
    func nothingUsable() {
        #expect(throws: KeyRefusal.noUsableKey) { try read() }
        #expect(throws: KeyRefusal.noUsableKey) { try read(#"{"kty":"OKP","crv":"Ed25519","x":"AA"}"#) }
    }

    @Test("Two keys of one name are refused, and so is a member that comes twice")
    func duplicates() {
        #expect(throws: KeyRefusal.duplicateKeyID) {
            try read(Self.rsa(extra: #","kid":"a""#), Self.oct(extra: #","kid":"a""#))
        }
        #expect(throws: KeyRefusal.self) { try read(Self.rsa(extra: #","kty":"RSA""#)) }
    }

    @Test("Weak and broken keys refuse the file, by their number")
    func broken() {
        #expect(throws: KeyRefusal.inKeySet(key: 1, .weakRSA(bits: 1024))) {
            try read(Self.oct(), Self.rsa(.weakRSA))
        }
        #expect(throws: KeyRefusal.inKeySet(key: 0, .shortSecret(bytes: 16))) {
            try read(Self.oct([UInt8](repeating: 1, count: 16)))
        }
        #expect(throws: KeyRefusal.inKeySet(key: 0, .pemAsSecret)) {
            try read(Self.oct(SigningKey.rsa.publicPEM))
        }
        #expect(throws: KeyRefusal.inKeySet(key: 0, .unreadable)) {
            try read(
                #"{"kty":"EC","crv":"P-256","x":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))","y":"\#(Base64URL.encode([UInt8](repeating: 1, count: 32)))"}"#
            )
        }
    }

    @Test(
        "A member that is missing or not as it must be is named",
        arguments: [
            (#"{"n":"AQAB","e":"AQAB"}"#, "kty"), (#"{"kty":1}"#, "kty"), (#"{"kty":"RSA","e":"AQAB"}"#, "n"),
            (#"{"kty":"RSA","n":"AQAB"}"#, "e"), (#"{"kty":"RSA","n":"A+/=","e":"AQAB"}"#, "n"),
            (#"{"kty":"RSA","n":1,"e":"AQAB"}"#, "n"), (#"{"kty":"EC","x":"AA","y":"AA"}"#, "crv"),
            (#"{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}"#, "x"), (#"{"kty":"oct"}"#, "k"),
            (#"{"kty":"oct","k":""}"#, "k"),
            (#"{"kty":"oct","k":"AAAA","kid":7}"#, "kid"), (#"{"kty":"oct","k":"AAAA","use":7}"#, "use"),
            (#"{"kty":"oct","k":"AAAA","key_ops":"verify"}"#, "key_ops"),
            (#"{"kty":"oct","k":"AAAA","alg":[]}"#, "alg"),
        ])
    func badMember(key: String, member: String) {
        #expect(throws: KeyRefusal.badMember(key: 0, member: member)) { try read(key) }
    }

    @Test("What is no key set is refused")
    func notASet() {
        #expect(throws: KeyRefusal.notAKeySet(JSONError(reason: .unexpectedEnd, offset: 0))) {
            try JSONWebKeySet([])
        }
        for text in ["{}", "[]", #"{"keys":{}}"#, #"{"keys":[1]}"#, Self.rsa()] {
            #expect(throws: KeyRefusal.noKeyList) { try JSONWebKeySet(Array(text.utf8)) }
        }
    }

    @Test("A file that gives the private half away says so, and its key works")
    func privateHalf() throws {
        let set = try read(Self.rsa(extra: #","d":"AQAB""#))
        #expect(set.holdsPrivateKeys)
        #expect(set.keys.count == 1)
        #expect(try !read(Self.rsa()).holdsPrivateKeys)
    }

    @Test("Rotation: a new key beside the old one, then without it")
    func rotation() throws {
        let old = Self.rsa(.rsa, extra: #","kid":"2025""#)
        let new = Self.rsa(.otherRSA, extra: #","kid":"2026""#)
        let oldToken = Forge.token(header: #"{"alg":"RS256","kid":"2025"}"#, by: .rsa(.rsa))
        let newToken = Forge.token(header: #"{"alg":"RS256","kid":"2026"}"#, by: .rsa(.otherRSA))
        func verifier(_ keys: [VerifyingKey]) throws -> TokenVerifier {
            TokenVerifier(keys: try KeySet(keys))
        }

        let before = try verifier(read(old).keys)
        #expect(try Forge.refusal(of: oldToken, by: before) == nil)
        #expect(try Forge.refusal(of: newToken, by: before) == .unknownKey)

        let during = try verifier(read(old, new).keys)
        #expect(try Forge.refusal(of: oldToken, by: during) == nil)
        #expect(try Forge.refusal(of: newToken, by: during) == nil)

        let after = try verifier(read(new).keys)
        #expect(try Forge.refusal(of: oldToken, by: after) == .unknownKey)
        #expect(try Forge.refusal(of: newToken, by: after) == nil)
        // The name of one key with the signature of the other.
        let swapped = Forge.token(header: #"{"alg":"RS256","kid":"2026"}"#, by: .rsa(.rsa))
        #expect(try Forge.refusal(of: swapped, by: during) == .badSignature)
    }
}
