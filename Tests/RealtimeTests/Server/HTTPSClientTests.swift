import HTTPClient
import Handlers
import Testing

@testable import Realtime

@Suite("HTTP client over https")
struct HTTPSClientTests {
    private let folder = TLSTestFolder()
    private let certificate = TLSTestCertificate(name: "localhost")

    /// Asks a server with the certificate whether it is alive, under a name, trusting the certificates in a file.
    private func status(host: String, trusting file: String?) async throws -> Int {
        var configuration = ServerConfiguration.onFreePort
        configuration.tls.certificateFile = folder.write("certificate.pem", certificate.certificate)
        configuration.tls.keyFile = folder.write("key.pem", certificate.key)
        let server = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        do {
            let status = try await ask("https://\(host):\(server.port)/healthz", trusting: file)
            await server.stop()
            return status
        } catch {
            await server.stop()
            throw error
        }
    }

    /// With a client that is gone afterwards, and its connection with it, so that the server need not wait for it.
    private func ask(_ url: String, trusting file: String?) async throws(HTTPClientError) -> Int {
        try await HTTPClient(.init(certificateAuthorities: file)).send(.init(.get, url)).status
    }

    @Test("A server whose certificate is trusted is talked to")
    func trusted() async throws {
        let file = folder.write("trusted.pem", certificate.certificate)
        #expect(try await status(host: "localhost", trusting: file) == 200)
    }

    @Test("A server whose certificate nobody vouches for is not")
    func unknown() async throws {
        let error = await #expect(throws: HTTPClientError.self) {
            try await status(host: "localhost", trusting: nil)
        }
        #expect(error?.code == .untrustedServer)
        #expect(error?.mayHaveArrived == false)
    }

    @Test("A server with a trusted certificate for another name is not")
    func otherName() async throws {
        let file = folder.write("trusted.pem", certificate.certificate)
        let error = await #expect(throws: HTTPClientError.self) {
            try await status(host: "127.0.0.1", trusting: file)
        }
        #expect(error?.code == .untrustedServer)
    }

    @Test("Without the file of trusted certificates no server is trusted")
    func missingFile() async throws {
        let file = folder.path + "/missing.pem"
        let error = await #expect(throws: HTTPClientError.self) {
            try await status(host: "localhost", trusting: file)
        }
        #expect(error?.code == .untrustedServer)
    }
}
