import Glibc
import Testing

@testable import Realtime

@Suite("Identity service")
struct IdentityServiceTests {
    private let folder: TemporaryFolder
    private let time = ManualTime(date: Forge.now)
    private let captured = CapturedLines()

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A configuration whose data directory is this test's.
    private func configuration(
        _ change: (inout ServerConfiguration) throws -> Void = { _ in }
    ) rethrows -> ServerConfiguration {
        var configuration = ServerConfiguration()
        configuration.storage.dataDirectory = folder.path + "/data"
        try change(&configuration)
        return configuration
    }

    private func service(_ change: (inout ServerConfiguration) throws -> Void) throws -> IdentityService {
        try IdentityService(
            configuration(change), log: Log(level: .debug, style: .json, sink: captured), time: time.source)
    }

    private func error(_ change: (inout ServerConfiguration) throws -> Void) -> ServerError? {
        #expect(throws: ServerError.self) { try service(change) }
    }

    /// Why a token is refused; nil when it is not.
    private func refusal(of token: String, by service: IdentityService) async -> TokenRefusal? {
        do throws(TokenRefusal) {
            _ = try await service.authenticator.authenticate(token)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Where keys come from

    @Test("a secret comes from a file, whose newline at the end is dropped", arguments: ["", "\n", "\r\n"])
    func secretFile(end: String) async throws {
        let path = try folder.write("secret", Forge.secret + Array(end.utf8))
        let service = try service { $0.identity.secretFile = path }
        #expect(await refusal(of: Forge.token(), by: service) == nil)
        #expect(await refusal(of: Forge.token(by: .secret(Forge.otherSecret)), by: service) == .badSignature)
    }

    @Test("a secret comes as a text")
    func secretText() async throws {
        let service = try service {
            $0.identity.secret = HiddenText(String(decoding: Forge.secret, as: UTF8.self))
        }
        #expect(await refusal(of: Forge.token(), by: service) == nil)
    }

    @Test("every algorithm that can be set is used", arguments: ServerConfiguration.SecretAlgorithm.allCases)
    func secretAlgorithm(algorithm: ServerConfiguration.SecretAlgorithm) async throws {
        let service = try service {
            $0.identity.secretFile = try folder.write("secret", Forge.secret)
            $0.identity.secretAlgorithm = algorithm
        }
        for other in [SigningAlgorithm.hs256, .hs384, .hs512] {
            let token = Forge.token(
                header: #"{"alg":"\#(other.rawValue)"}"#, by: .secret(Forge.secret, other.hash))
            let expected: TokenRefusal? = other.rawValue == algorithm.rawValue ? nil : .wrongAlgorithm
            #expect(await refusal(of: token, by: service) == expected)
        }
    }

    @Test("a public key and a key set are used beside a secret")
    func publicKeys() async throws {
        let n = Base64URL.encode(SigningKey.otherRSA.number("n"))
        let service = try service {
            $0.identity.secretFile = try folder.write("secret", Forge.secret)
            $0.identity.publicKeyFile = try folder.write("key.pem", SigningKey.rsa.publicPEM)
            $0.identity.publicKeyAlgorithm = .rs384
            $0.identity.keySetFile = try folder.write(
                "set.json", #"{"keys":[{"kty":"RSA","kid":"a","n":"\#(n)","e":"AQAB"}]}"#.utf8)
        }
        let named = Forge.token(header: #"{"alg":"RS256","kid":"a"}"#, by: .rsa(.otherRSA))
        let plain = Forge.token(header: #"{"alg":"RS384"}"#, by: .rsa(.rsa, .sha384))
        for token in [Forge.token(), named, plain] {
            #expect(await refusal(of: token, by: service) == nil)
        }
    }

    @Test("issuer, audience, leeway and expiry are those of the configuration")
    func policy() throws {
        let identity = configuration {
            $0.identity.issuer = "me"
            $0.identity.audience = "you"
            $0.identity.leeway = .seconds(3)
            $0.identity.requiresExpiry = false
        }.identity
        #expect(
            TokenPolicy(identity)
                == TokenPolicy(issuer: "me", audience: "you", leeway: .seconds(3), requiresExpiry: false))
        #expect(TokenPolicy(ServerConfiguration().identity) == TokenPolicy())
    }

    @Test("what was left out of a key set is told in the log, without the key")
    func warnings() throws {
        let k = Base64URL.encode(Forge.secret)
        _ = try service {
            $0.identity.keySetFile = try folder.write(
                "set.json",
                #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA"},{"kty":"oct","k":"\#(k)"}]}"#.utf8)
        }
        #expect(captured.lines.count == 1)
        #expect(captured.lines[0].contains(#""event":"keys","problem":"JWKS file: "#))
        #expect(!captured.lines[0].contains(k))
    }

    @Test("a secret that every user of the machine can read is told in the log")
    func readableByOthers() throws {
        let path = try folder.write("secret", Forge.secret)
        for (permissions, count) in [(0o640, 0), (0o644, 1)] as [(mode_t, Int)] {
            chmod(path, permissions)
            _ = try service { $0.identity.secretFile = path }
            #expect(captured.lines.count == count)
        }
        #expect(
            captured.lines[0].hasSuffix(
                #""problem":"JWT secret: every user of this machine can read the file"}"#))
    }

    // MARK: Without keys

    @Test("without a key, outside development, nothing starts")
    func noKeys() {
        let error = error { _ in }
        #expect(error?.code == .noKeys)
        #expect(error?.message.contains("jwt-secret-file") == true)
    }

    @Test("a file that is missing, no file, or no key is named with the reason")
    func badKeys() throws {
        let short = try folder.write("short", "0123456789012345678901234567890\n".utf8)
        let pem = try folder.write("key.pem", SigningKey.rsa.publicPEM)
        let empty = try folder.write("empty", [])
        typealias Change = (inout ServerConfiguration) -> Void
        let cases: [(Change, String)] = [
            (
                { $0.identity.secretFile = "/nowhere" },
                #"JWT secret: "/nowhere" can't be read: No such file or directory"#
            ),
            ({ $0.identity.secretFile = "/tmp" }, #"JWT secret: "/tmp" can't be read: Is a directory"#),
            (
                { $0.identity.secretFile = short },
                "JWT secret: the secret has 31 bytes, and must have at least 32"
            ),
            (
                { $0.identity.secretFile = empty },
                "JWT secret: the secret has 0 bytes, and must have at least 32"
            ),
            (
                { $0.identity.secretFile = pem },
                "JWT secret: a PEM file is no secret: its public key is known to others"
            ),
            (
                { $0.identity.publicKeyFile = "/nowhere" },
                #"JWT public key: "/nowhere" can't be read: No such file or directory"#
            ),
            ({ $0.identity.publicKeyFile = short }, "JWT public key: it is not a PEM file"),
            (
                {
                    $0.identity.publicKeyFile = pem
                    $0.identity.publicKeyAlgorithm = .es256
                }, "JWT public key: it is no key for ES256"
            ),
            (
                { $0.identity.keySetFile = "/nowhere" },
                #"JWKS file: "/nowhere" can't be read: No such file or directory"#
            ),
        ]
        for (change, message) in cases {
            #expect(error(change) == ServerError(code: .badKeys, message: message))
        }
    }

    @Test("one key that can't be used leaves the others out of force too, also in development")
    func allOrNothing() throws {
        let error = error {
            $0.identity.secretFile = try folder.write("secret", Forge.secret)
            $0.identity.keySetFile = "/nowhere"
            $0.isDevelopment = true
        }
        #expect(error?.code == .badKeys)
        #expect(try folder.names == ["secret"])
    }

    // MARK: Reloading

    @Test("a new key set is in force after a reload, and the old keys are not")
    func reload() async throws {
        func set(_ secret: [UInt8], _ id: String) -> [UInt8] {
            Array(#"{"keys":[{"kty":"oct","kid":"\#(id)","k":"\#(Base64URL.encode(secret))"}]}"#.utf8)
        }
        let old = Forge.token(header: #"{"alg":"HS256","kid":"old"}"#)
        let new = Forge.token(header: #"{"alg":"HS256","kid":"new"}"#, by: .secret(Forge.otherSecret))
        let service = try service {
            $0.identity.keySetFile = try folder.write("set.json", set(Forge.secret, "old"))
        }
        #expect(await refusal(of: old, by: service) == nil)
        #expect(await refusal(of: new, by: service) == .unknownKey)

        try folder.write("set.json", set(Forge.otherSecret, "new"))
        service.reload()
        #expect(await refusal(of: old, by: service) == .unknownKey)
        #expect(await refusal(of: new, by: service) == nil)
        #expect(captured.lines.last?.hasSuffix(#""event":"keys reloaded","keys":1}"#) == true)
    }

    @Test("when the new keys can't be used the old ones stay, and the log says why")
    func failedReload() async throws {
        let service = try service { $0.identity.secretFile = try folder.write("secret", Forge.secret) }
        try folder.write("secret", "short\n".utf8)
        service.reload()
        #expect(await refusal(of: Forge.token(), by: service) == nil)
        let line = try #require(captured.lines.last)
        #expect(line.contains(#""level":"error","event":"keys not reloaded""#))
        #expect(line.contains("the secret has 5 bytes, and must have at least 32"))
        #expect(service.minter != nil)
    }

    @Test("tokens are made with the key that is in force")
    func minterAfterReload() async throws {
        let service = try service { $0.identity.secretFile = try folder.write("secret", Forge.secret) }
        try folder.write("secret", Forge.otherSecret)
        service.reload()
        let token = try #require(service.minter).mint(TokenRequest(user: UserID("ada")), at: Forge.now)
        #expect(await refusal(of: token, by: service) == nil)
    }

    // MARK: Making tokens

    @Test("what the service makes it accepts, with issuer and audience")
    func minter() async throws {
        let service = try service {
            $0.identity.secretFile = try folder.write("secret", Forge.secret)
            $0.identity.secretAlgorithm = .hs512
            $0.identity.issuer = "me"
            $0.identity.audience = "you"
        }
        let token = try #require(service.minter).mint(TokenRequest(user: UserID("ada")), at: Forge.now)
        #expect(await refusal(of: token, by: service) == nil)
    }

    @Test("with public keys alone nothing is made")
    func noMinter() throws {
        let service = try service {
            $0.identity.publicKeyFile = try folder.write("key.pem", SigningKey.rsa.publicPEM)
        }
        #expect(service.minter == nil)
    }

    // MARK: Development

    @Test("development makes a secret for this user alone, says that it is development, and keeps the secret")
    func development() async throws {
        let first = try service { $0.isDevelopment = true }
        #expect(try folder.permissions(of: "data") == 0o700)
        #expect(try folder.permissions(of: "data/dev-secret") == 0o600)
        let secret = try folder.read("data/dev-secret")
        // 32 bytes as base64url, and a newline.
        #expect(secret.count == 44 && secret.last == 0x0A)
        #expect(captured.lines.count == 1)
        #expect(captured.lines[0].contains(#""level":"warning","event":"development mode""#))
        #expect(!captured.lines[0].contains(String(decoding: secret.dropLast(), as: UTF8.self)))

        let token = try #require(first.minter).mint(TokenRequest(user: UserID("ada")), at: Forge.now)
        let second = try service { $0.isDevelopment = true }
        #expect(await refusal(of: token, by: second) == nil)
        #expect(try folder.read("data/dev-secret") == secret)
    }

    @Test("two data directories have two secrets")
    func random() throws {
        let paths = ["/a", "/b"].map { folder.path + $0 }
        let secrets = try paths.map { try DevelopmentSecret.readOrMake(in: $0) }
        #expect(secrets[0] != secrets[1])
    }

    @Test("the secret's file can be used as any other secret file")
    func sameFile() async throws {
        let development = try service { $0.isDevelopment = true }
        let token = try #require(development.minter).mint(TokenRequest(user: UserID("ada")), at: Forge.now)
        let service = try service { $0.identity.secretFile = folder.path + "/data/dev-secret" }
        #expect(await refusal(of: token, by: service) == nil)
    }

    @Test("development with a key of one's own makes none")
    func ownKey() throws {
        _ = try service {
            $0.isDevelopment = true
            $0.identity.secretFile = try folder.write("secret", Forge.secret)
        }
        #expect(try folder.names == ["secret"])
    }

    @Test("a generated secret that was damaged is not replaced: it is named, with what to do")
    func damaged() throws {
        try PrivateFile.makeFolder(folder.path + "/data")
        let path = try folder.write("data/dev-secret", "x".utf8)
        let error = error { $0.isDevelopment = true }
        #expect(
            error
                == ServerError(
                    code: .badKeys,
                    message: "\"\(path)\": the secret has 1 bytes, and must have at least 32; "
                        + "remove it to get a new one"))
        #expect(try folder.read("data/dev-secret") == Array("x".utf8))
    }

    @Test("a data directory that can't be made is named with the reason")
    func noDataDirectory() throws {
        try folder.write("data", [])
        let error = error { $0.isDevelopment = true }
        #expect(error?.code == .badDataDirectory)
        #expect(error?.message.hasSuffix("data/dev-secret\": can't be made or read: Not a directory") == true)
    }
}
