import Testing

@testable import Realtime

@Suite("Keys")
struct KeyTests {
    // MARK: Secrets

    @Test("A secret's file loses one newline at its end and nothing else")
    func trailingNewline() throws {
        let secret = Forge.secret
        func bytes(_ contents: [UInt8]) throws -> [UInt8] {
            try Secret(fileContents: contents).withBytes { Array($0) }
        }
        #expect(try bytes(secret) == secret)
        #expect(try bytes(secret + [0x0A]) == secret)
        #expect(try bytes(secret + [0x0D, 0x0A]) == secret)
        #expect(try bytes(secret + [0x0A, 0x0A]) == secret + [0x0A])
        #expect(try bytes([0x20] + secret + [0x20]) == [0x20] + secret + [0x20])
    }

    @Test("The newline does not count for the length")
    func shortWithNewline() {
        let short = [UInt8](repeating: 7, count: 31) + [0x0A]
        #expect(throws: KeyRefusal.shortSecret(bytes: 31)) { try Secret(fileContents: short) }
        #expect(throws: KeyRefusal.shortSecret(bytes: 1)) { try Secret([7]) }
        #expect(throws: KeyRefusal.shortSecret(bytes: 0)) { try Secret([]) }
    }

    @Test("A PEM file is no secret, whatever it holds")
    func pemAsSecret() {
        for pem in [
            SigningKey.rsa.publicPEM, SigningKey.p256.publicPEM, SigningKey.rsa.privatePEM,
            Array("\n \n-----begin X-----and so on and on".utf8),
        ] {
            #expect(throws: KeyRefusal.pemAsSecret) { try Secret(fileContents: pem) }
        }
    }

    @Test("A secret may have any bytes in it, zeros too")
    func binarySecret() throws {
        let secret = [UInt8](0..<64)
        let verifier = try Forge.verifier(VerifyingKey(secret: Secret(secret)))
        for type in ["JWT", "at+jwt"] {
            let header = #"{"alg":"HS256","typ":"\#(type)"}"#
            #expect(
                try Forge.refusal(of: Forge.token(header: header, by: .secret(secret)), by: verifier) == nil)
            #expect(
                try Forge.refusal(of: Forge.token(header: header, by: .secret([])), by: verifier)
                    == .badSignature)
        }
    }

    @Test("A secret shows up in no description and no dump")
    func hidden() throws {
        let key = try VerifyingKey(secret: Secret(Forge.secret), id: "main")
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), dumped, "\(try Secret(Forge.secret))"] {
            #expect(
                !text.contains("HMAC secret") && !text.contains("\(Forge.secret[0]), \(Forge.secret[1])"),
                "\(text)")
        }
    }

    // MARK: Public keys

    @Test("RSA from 2048 bits and EC on the three curves are read")
    func kinds() throws {
        #expect(try PublicKey(pem: SigningKey.rsa.publicPEM).kind == .rsa(bits: 2048))
        #expect(try PublicKey(pem: SigningKey.p256.publicPEM).kind == .ec(.p256))
        #expect(try PublicKey(pem: SigningKey.p384.publicPEM).kind == .ec(.p384))
        #expect(try PublicKey(pem: SigningKey.p521.publicPEM).kind == .ec(.p521))
    }

    @Test("Text around the key is dropped: what libjwt gets is the key alone")
    func normalised() throws {
        let pem = SigningKey.rsa.publicPEM
        #expect(try PublicKey(pem: Array("my key\n".utf8) + pem + Array("\nthe end".utf8)).pem == pem)
    }

    @Test("Weak and unknown keys are refused")
    func refusedKeys() {
        #expect(throws: KeyRefusal.weakRSA(bits: 1024)) { try PublicKey(pem: SigningKey.weakRSA.publicPEM) }
        #expect(throws: KeyRefusal.unsupportedKind) { try PublicKey(pem: SigningKey.secp256k1.publicPEM) }
        #expect(throws: KeyRefusal.unsupportedKind) { try PublicKey(pem: SigningKey.ed25519.publicPEM) }
    }

    @Test("An RSA key with which everybody could sign is refused")
    func unsoundExponent() {
        let modulus = SigningKey.rsa.number("n")
        for exponent: [UInt8] in [[1], [0], [2], [1, 0, 0]] {
            #expect(throws: KeyRefusal.self) {
                try PublicKey(der: SubjectPublicKeyInfo.rsa(modulus: modulus, exponent: exponent))
            }
        }
        #expect(throws: Never.self) {
            try PublicKey(der: SubjectPublicKeyInfo.rsa(modulus: modulus, exponent: [1, 0, 1]))
        }
        #expect(throws: Never.self) {
            try PublicKey(der: SubjectPublicKeyInfo.rsa(modulus: modulus, exponent: [3]))
        }
    }

    @Test("A file with a private key, two keys, or none is refused by what it is")
    func otherFiles() {
        let pem = SigningKey.rsa.publicPEM
        #expect(throws: KeyRefusal.privateKey) { try PublicKey(pem: SigningKey.rsa.privatePEM) }
        #expect(throws: KeyRefusal.severalKeys) { try PublicKey(pem: pem + SigningKey.p256.publicPEM) }
        #expect(throws: KeyRefusal.notPEM) { try PublicKey(pem: []) }
        #expect(throws: KeyRefusal.notPEM) { try PublicKey(pem: Forge.secret) }
        #expect(throws: KeyRefusal.unreadable) { try PublicKey(pem: Array(pem.dropLast(60))) }
        #expect(throws: KeyRefusal.unreadable) {
            try PublicKey(pem: Array("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n".utf8))
        }
        #expect(throws: KeyRefusal.tooLong) {
            try PublicKey(pem: pem + [UInt8](repeating: 0x20, count: 70_000))
        }
    }

    @Test("An encrypted file is refused without asking anybody for a password")
    func encrypted() {
        let text = """
            -----BEGIN PUBLIC KEY-----
            Proc-Type: 4,ENCRYPTED
            DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF

            AAAAAAAAAAAAAAAAAAAAAA==
            -----END PUBLIC KEY-----
            """
        #expect(throws: KeyRefusal.unreadable) { try PublicKey(pem: Array(text.utf8)) }
    }

    // MARK: Sets

    @Test("A set needs a key, and no two of one name")
    func sets() throws {
        let secret = try Secret(Forge.secret)
        #expect(throws: KeyRefusal.noUsableKey) { try KeySet([]) }
        #expect(throws: KeyRefusal.duplicateKeyID) {
            try KeySet([
                VerifyingKey(secret: secret, id: "a"),
                VerifyingKey(secret: secret, algorithm: .hs512, id: "a"),
            ])
        }
        #expect(throws: Never.self) {
            try KeySet([VerifyingKey(secret: secret), VerifyingKey(secret: secret)])
        }
    }

    @Test("A kid takes its key alone; one that no key has takes those without a name")
    func lookUp() throws {
        let named = try VerifyingKey(secret: Secret(Forge.secret), id: "a")
        let other = try VerifyingKey(secret: Secret(Forge.otherSecret), id: "b")
        let nameless = try VerifyingKey(publicKey: PublicKey(pem: SigningKey.rsa.publicPEM))
        let keys = try KeySet([named, other, nameless])
        #expect(try keys.candidates(id: "a", algorithm: .hs256).map(\.id) == ["a"])
        #expect(try keys.candidates(id: nil, algorithm: .hs256).map(\.id) == ["a", "b"])
        #expect(try keys.candidates(id: "x", algorithm: .rs256).map(\.id) == [nil])
        #expect(throws: TokenRefusal.wrongAlgorithm) { try keys.candidates(id: "a", algorithm: .rs256) }
        #expect(throws: TokenRefusal.wrongAlgorithm) { try keys.candidates(id: "x", algorithm: .hs256) }
        #expect(throws: TokenRefusal.wrongAlgorithm) { try keys.candidates(id: nil, algorithm: .es256) }
        #expect(throws: TokenRefusal.unknownKey) {
            try KeySet([named]).candidates(id: "x", algorithm: .hs256)
        }
    }

    @Test("A token without a kid is tried with a few keys and no more")
    func boundedTries() throws {
        let secrets = (0..<8).map { index in Forge.secret + [UInt8(index)] }
        let keys = try secrets.enumerated().map { index, secret in
            try VerifyingKey(secret: Secret(secret), id: "\(index)")
        }
        let verifier = TokenVerifier(keys: try KeySet(keys))
        #expect(KeySet.mostTries == 4)
        for (index, secret) in secrets.enumerated() {
            let nameless = try Forge.refusal(of: Forge.token(by: .secret(secret)), by: verifier)
            #expect(nameless == (index < 4 ? nil : .badSignature))
            let named = Forge.token(header: #"{"alg":"HS256","kid":"\#(index)"}"#, by: .secret(secret))
            #expect(try Forge.refusal(of: named, by: verifier) == nil)
        }
    }

    @Test("No refusal of a key says anything of the key")
    func silentRefusals() {
        let refusals: [KeyRefusal] = [
            .shortSecret(bytes: 3), .pemAsSecret, .notPEM, .privateKey, .unreadable, .noUsableKey,
            .duplicateKeyID,
            .inKeySet(key: 1, .weakRSA(bits: 1024)), .badMember(key: 0, member: "k"),
        ]
        #expect(refusals.allSatisfy { !$0.description.isEmpty })
        #expect(
            KeyRefusal.inKeySet(key: 1, .weakRSA(bits: 1024)).description
                == "key 1: the RSA key has 1024 bits, and must have at least 2048")
    }
}
