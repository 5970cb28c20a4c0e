import COpenSSL
import Testing

@testable import Realtime

@Suite("TLS context")
struct TLSContextTests {
    let folder = TLSTestFolder()

    private func expect(_ expected: TLSError, certificate: String, key: String) {
        #expect(throws: expected) { try TLSContext(certificateFile: certificate, keyFile: key) }
        #expect(ERR_peek_error() == 0)
    }

    @Test("a chain is served so that a client who knows only the root believes it")
    func chain() throws {
        let root = TLSTestCertificate(name: "Root")
        let server = TLSTestCertificate(name: "localhost", issuer: root)
        let context = try folder.context(for: server, chain: [root])
        #expect(context.warnings.isEmpty)
        let trusted = folder.write("root.pem", root.certificate)
        let pair = try TLSTestPair(context, client: .init(trusted: trusted))
        #expect(pair.shakeHands().client == .complete(alpn: "http/1.1"))
        let stranger = folder.write("stranger.pem", TLSTestCertificate(name: "Stranger").certificate)
        let suspicious = try TLSTestPair(context, client: .init(trusted: stranger))
        #expect(suspicious.shakeHands().server == .failed(.handshakeFailed(reason: "tlsv1 alert unknown ca")))
    }

    @Test("one file may hold both, and RSA keys are served too")
    func oneFile() throws {
        let identity = TLSTestCertificate(rsaBits: 2048)
        let file = folder.write("both.pem", identity.key + identity.certificate)
        let context = try TLSContext(certificateFile: file, keyFile: file)
        #expect(try TLSTestPair(context).shakeHands().client == .complete(alpn: "http/1.1"))
    }

    @Test("a file that is not there or may not be read is named, with the system's reason")
    func unreadable() {
        let identity = TLSTestCertificate()
        let key = folder.write("key.pem", identity.key)
        let certificate = folder.write("certificate.pem", identity.certificate)
        expect(
            .unreadable(file: "/nowhere.pem", reason: "No such file or directory"),
            certificate: "/nowhere.pem", key: key)
        expect(
            .unreadable(file: "/nowhere.key", reason: "No such file or directory"), certificate: certificate,
            key: "/nowhere.key")
        expect(.unreadable(file: folder.path, reason: "Is a directory"), certificate: folder.path, key: key)
    }

    @Test("what is no PEM, or the wrong kind, is named")
    func notPEM() {
        let identity = TLSTestCertificate()
        let key = folder.write("key.pem", identity.key)
        let certificate = folder.write("certificate.pem", identity.certificate)
        let text = folder.write("text.pem", "not a certificate at all\n")
        let empty = folder.write("empty.pem", "")
        for file in [text, empty, key] { expect(.noCertificate(file: file), certificate: file, key: key) }
        for file in [text, empty, certificate] {
            expect(.noPrivateKey(file: file), certificate: certificate, key: file)
        }
    }

    @Test("a damaged file is named, in the chain and in the key")
    func damaged() {
        let identity = TLSTestCertificate()
        let key = folder.write("key.pem", identity.key)
        let certificate = folder.write("certificate.pem", identity.certificate)
        let damage = { (text: String) in text.replacing("\nM", with: "\n!") }
        for (name, text) in [
            ("first", damage(identity.certificate)),
            ("second", identity.certificate + damage(identity.certificate)),
        ] {
            let file = folder.write(name, text)
            #expect {
                try TLSContext(certificateFile: file, keyFile: key)
            } throws: { error in
                if case .malformed(file, _)? = error as? TLSError { true } else { false }
            }
        }
        let damagedKey = folder.write("damaged.key", damage(identity.key))
        expect(
            .malformed(file: damagedKey, reason: "the private key cannot be decoded"),
            certificate: certificate,
            key: damagedKey)
        let huge = folder.write("huge.pem", String(repeating: "a", count: 2 << 20))
        expect(.tooLarge(file: huge), certificate: huge, key: key)
    }

    @Test("a key of another certificate is refused")
    func mismatch() {
        let certificate = folder.write("certificate.pem", TLSTestCertificate().certificate)
        let key = folder.write("key.pem", TLSTestCertificate().key)
        expect(.keyMismatch(certificateFile: certificate, keyFile: key), certificate: certificate, key: key)
        let rsa = folder.write("rsa.pem", TLSTestCertificate(rsaBits: 2048).key)
        expect(.keyMismatch(certificateFile: certificate, keyFile: rsa), certificate: certificate, key: rsa)
    }

    @Test("a key behind a passphrase is refused without asking for it")
    func passphrase() {
        let identity = TLSTestCertificate()
        let certificate = folder.write("certificate.pem", identity.certificate)
        let key = folder.write("key.pem", identity.encryptedKey)
        expect(.encryptedKey(file: key), certificate: certificate, key: key)
    }

    @Test("a key too weak to be served is refused")
    func weakKey() {
        let identity = TLSTestCertificate(rsaBits: 1024)
        let certificate = folder.write("certificate.pem", identity.certificate)
        let key = folder.write("key.pem", identity.key)
        expect(.unusable(file: certificate, reason: "ee key too small"), certificate: certificate, key: key)
    }

    @Test("dates are looked at, and only warned about")
    func dates() throws {
        let identity = TLSTestCertificate(days: -10..<90)
        let certificate = folder.write("certificate.pem", identity.certificate)
        let key = folder.write("key.pem", identity.key)
        let now = TimeSource.system.date
        func warnings(inDays days: Int64) throws -> [TLSWarning] {
            let moment = Timestamp(milliseconds: now.milliseconds + days * 86_400_000)
            return try TLSContext(certificateFile: certificate, keyFile: key, now: moment).warnings
        }
        #expect(try warnings(inDays: 0) == [])
        let expired = try #require(try warnings(inDays: 91).first)
        let early = try #require(try warnings(inDays: -11).first)
        let soon = try #require(try warnings(inDays: 80).first)
        guard case .expired(certificate, let end) = expired, case .expiresSoon(certificate, end) = soon,
            case .notYetValid(certificate, let start) = early
        else {
            Issue.record("\(expired), \(soon), \(early)")
            return
        }
        #expect(abs(end.milliseconds - now.milliseconds - 90 * 86_400_000) < 60_000)
        #expect(abs(now.milliseconds - start.milliseconds - 10 * 86_400_000) < 60_000)
    }

    @Test("a private key that everybody may read is warned about")
    func openKey() throws {
        let identity = TLSTestCertificate()
        let certificate = folder.write("certificate.pem", identity.certificate, mode: 0o644)
        let key = folder.write("key.pem", identity.key, mode: 0o644)
        #expect(
            try TLSContext(certificateFile: certificate, keyFile: key).warnings == [
                .keyReadableByOthers(file: key)
            ])
    }

    @Test("a reload is for new connections; open ones go on, and a bad one changes nothing")
    func reload() throws {
        let old = TLSTestCertificate(name: "old")
        let certificate = folder.write("certificate.pem", old.certificate)
        let key = folder.write("key.pem", old.key)
        let trustsOld = TLSTestPair.Client(trusted: folder.write("old.pem", old.certificate))
        let provider = try TLSContextProvider(certificateFile: certificate, keyFile: key)
        let open = try TLSTestPair(provider.current, client: trustsOld)
        #expect(open.shakeHands().client == .complete(alpn: "http/1.1"))

        let new = TLSTestCertificate(name: "new", days: -2 ..< -1)
        folder.write("certificate.pem", new.certificate)
        let before = provider.current
        #expect(throws: TLSError.keyMismatch(certificateFile: certificate, keyFile: key)) {
            try provider.reload()
        }
        #expect(provider.current === before)
        #expect(
            try TLSTestPair(provider.current, client: trustsOld).shakeHands().client
                == .complete(alpn: "http/1.1"))

        folder.write("key.pem", new.key)
        #expect(try provider.reload().count == 1)
        #expect(provider.current !== before)
        #expect(
            try TLSTestPair(provider.current, client: trustsOld).shakeHands().client
                != .complete(alpn: "http/1.1"))
        try open.clientWrites([5])
        #expect(open.serverReads().plaintext == [5])
    }
}
