import Glibc
import Handlers
import TestSupport
import Testing

@testable import Realtime

@Suite("A start that fails", .ownThread, .timeLimit(.minutes(10)))
struct FailedStartTests {
    /// A port that nobody has bound, also none that does not listen yet.
    private struct FreePort {
        let number: Int

        /// Below those that the kernel gives to whoever asks for a free one, so that no other test gets it.
        init() {
            var number = UInt16.random(in: 20_000..<30_000)
            while Self.bind(number) == nil { number = UInt16.random(in: 20_000..<30_000) }
            self.number = Int(number)
        }

        /// A process that a test is just starting has our sockets too, until it has become another program.
        var isFree: Bool { Self.bind(UInt16(number)) != nil }

        /// Binds without sharing the port, and lets it go again.
        private static func bind(_ port: UInt16) -> UInt16? {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutableBytes(of: &address) { bytes in
                let address = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
                return Glibc.bind(descriptor, address, length) == 0
                    && getsockname(descriptor, address, &length) == 0
            }
            return isBound ? UInt16(bigEndian: address.sin_port) : nil
        }
    }

    /// Starts a server that can't start, and says why.
    private func failure(
        on port: FreePort, _ change: (inout ServerConfiguration) -> Void
    ) async throws -> ServerError? {
        var configuration = ServerConfiguration.onFreePort
        configuration.listen.port = port.number
        change(&configuration)
        do throws(ServerError) {
            let server = try await RealtimeServer.start(
                configuration, handlers: .builtIn(), log: .disabled)
            await server.stop()
            return nil
        } catch {
            return error
        }
    }

    @Test("a path that is taken leaves the port free")
    func badRoute() async throws {
        let port = FreePort()
        #expect(try await failure(on: port) { $0.webSocket.echoPath = "/healthz" }?.code == .badRoute)
        eventually { port.isFree }
    }

    @Test("an origin that is none leaves the port free")
    func badOrigin() async throws {
        let port = FreePort()
        let error = try await failure(on: port) { $0.access.origins = ["nonsense"] }
        #expect(error?.code == .badConfiguration)
        eventually { port.isFree }
    }

    @Test("a port that is taken is said to be, and a start with another succeeds after that")
    func takenPort() async throws {
        let port = FreePort()
        var configuration = ServerConfiguration.onFreePort
        configuration.listen.port = port.number
        let first = try await RealtimeServer.start(configuration, handlers: .builtIn(), log: .disabled)
        #expect(try await failure(on: port) { _ in }?.code == .cannotListen)
        await first.stop()
        eventually { port.isFree }
        #expect(try await failure(on: port) { _ in } == nil)
    }

    @Test("an address for the metrics that is taken leaves the port free")
    func takenMetricsPort() async throws {
        let first = try await RealtimeServer.start(.onFreePort, handlers: .builtIn(), log: .disabled)
        let port = FreePort()
        let error = try await failure(on: port) {
            $0.metrics.listen = HostAndPort(host: "127.0.0.1", port: first.port)
        }
        await first.stop()
        #expect(error?.code == .cannotListen)
        eventually { port.isFree }
    }
}
