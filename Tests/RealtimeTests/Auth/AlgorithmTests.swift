import Testing

@testable import Realtime

@Suite("Algorithms")
struct AlgorithmTests {
    @Test(
        "Each algorithm is accepted with its key, as JWT and as at+jwt", arguments: SigningAlgorithm.allCases)
    func accepted(algorithm: SigningAlgorithm) throws {
        let (key, signer) = try Forge.pair(algorithm)
        for type in ["JWT", "at+jwt"] {
            let token = Forge.token(header: #"{"typ":"\#(type)","alg":"\#(algorithm.rawValue)"}"#, by: signer)
            #expect(try Forge.refusal(of: token, by: Forge.verifier(key)) == nil)
        }
    }

    @Test(
        "Each algorithm is refused by a key of each other, whoever signed and whatever the header says",
        arguments: SigningAlgorithm.allCases, SigningAlgorithm.allCases)
    func crossed(keyAlgorithm: SigningAlgorithm, tokenAlgorithm: SigningAlgorithm) throws {
        guard keyAlgorithm != tokenAlgorithm else { return }
        let verifier = try Forge.verifier(Forge.pair(keyAlgorithm).key)
        let signer = try Forge.pair(tokenAlgorithm).signer
        for type in ["JWT", "at+jwt"] {
            let honest = Forge.token(
                header: #"{"typ":"\#(type)","alg":"\#(tokenAlgorithm.rawValue)"}"#, by: signer)
            #expect(try Forge.refusal(of: honest, by: verifier) == .wrongAlgorithm)
            // It says what the key wants to hear, and the signature is of the other algorithm.
            let lying = Forge.token(
                header: #"{"typ":"\#(type)","alg":"\#(keyAlgorithm.rawValue)"}"#, by: signer)
            #expect(try Forge.refusal(of: lying, by: verifier) == .badSignature)
        }
    }

    @Test("A key does not work for an algorithm of another kind", arguments: SigningAlgorithm.allCases)
    func keyKinds(algorithm: SigningAlgorithm) throws {
        let rsa = try PublicKey(pem: SigningKey.rsa.publicPEM)
        let p384 = try PublicKey(pem: SigningKey.p384.publicPEM)
        let secret = try Secret(Forge.secret)
        if algorithm.family != .hmac {
            #expect(throws: KeyRefusal.wrongAlgorithm(algorithm)) {
                try VerifyingKey(secret: secret, algorithm: algorithm)
            }
        }
        if algorithm.family != .rsa {
            #expect(throws: KeyRefusal.wrongAlgorithm(algorithm)) {
                try VerifyingKey(publicKey: rsa, algorithm: algorithm)
            }
        }
        if algorithm != .es384 {
            #expect(throws: KeyRefusal.wrongAlgorithm(algorithm)) {
                try VerifyingKey(publicKey: p384, algorithm: algorithm)
            }
        }
    }

    @Test("Without an algorithm a secret is HS256, RSA is RS256, and EC is that of its curve")
    func defaults() throws {
        #expect(try VerifyingKey(secret: Secret(Forge.secret)).algorithm == .hs256)
        for (key, algorithm) in [
            (SigningKey.rsa, SigningAlgorithm.rs256), (.p256, .es256), (.p384, .es384), (.p521, .es512),
        ] {
            #expect(try VerifyingKey(publicKey: PublicKey(pem: key.publicPEM)).algorithm == algorithm)
        }
    }
}
