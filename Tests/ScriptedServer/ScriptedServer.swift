import Glibc

/// A small HTTP server for tests that answers by script: each request gets the next answer, and the last answer
/// is for all that come after it. A thread for each connection, plain sockets.
public final class ScriptedServer: Sendable {
    private let state: ScriptedState
    private let listener: Int32
    /// Where it listens on 127.0.0.1.
    public let port: UInt16

    /// `http://127.0.0.1:PORT`
    public var url: String { "http://127.0.0.1:\(port)" }

    /// Starts listening.
    public convenience init(_ answers: ScriptedAnswer...) {
        self.init(answers)
    }

    /// Starts listening.
    public init(_ answers: [ScriptedAnswer]) {
        precondition(!answers.isEmpty, "a script has at least one answer")
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                precondition(bind(listener, pointer, size) == 0 && listen(listener, 64) == 0)
                precondition(getsockname(listener, pointer, &size) == 0)
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        let state = ScriptedState(answers)
        self.state = state
        ScriptedServer.startThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { break }
                guard state.open(connection) else {
                    close(connection)
                    continue
                }
                ScriptedServer.startThread { ScriptedConnection(connection, state).serve() }
            }
            close(listener)
        }
    }

    deinit {
        state.end()
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The requests that came whole, in order.
    public var requests: [ScriptedRequest] { state.requests }

    /// How many connections have come.
    public var connectionCount: Int { state.connectionCount }

    /// Takes requests from now on without answering them.
    public func holdAnswers() {
        state.hold(true)
    }

    /// Gives the answers that were held back, and all others at once again.
    public func releaseAnswers() {
        state.hold(false)
    }

    /// Waits until so many requests have come whole.
    public func waitForRequests(_ count: Int) async {
        await state.wait { $0.requests.count >= count }
    }

    /// Waits until the peers have closed all connections.
    public func waitUntilAllConnectionsEnded() async {
        await state.wait { $0.connectionCount > 0 && $0.descriptors.isEmpty }
    }

    private static func startThread(_ body: @escaping @Sendable () -> Void) {
        final class Start {
            let body: @Sendable () -> Void
            init(_ body: @escaping @Sendable () -> Void) { self.body = body }
        }
        let start = Unmanaged.passRetained(Start(body))
        var thread = pthread_t()
        let failure = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                var everySignal = sigset_t()
                sigfillset(&everySignal)
                pthread_sigmask(SIG_SETMASK, &everySignal, nil)
                Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
                return nil
            }, start.toOpaque())
        precondition(failure == 0)
        pthread_detach(thread)
    }
}

/// What a server says to one request.
public enum ScriptedAnswer: Sendable {
    /// A whole response, after which the connection stays.
    case respond(Int, headers: [(String, String)] = [], body: String = "")
    /// These bytes and the end of the connection.
    case bytes([UInt8])
    /// These bytes and then nothing more, while the connection stays.
    case silence(after: [UInt8] = [])

    /// The end of the connection without a word.
    public static var hangUp: ScriptedAnswer { .bytes([]) }

    /// A whole response with a JSON body.
    public static func json(_ status: Int, _ body: String, headers: [(String, String)] = []) -> ScriptedAnswer
    {
        .respond(status, headers: [("Content-Type", "application/json")] + headers, body: body)
    }
}

/// A request as it came.
public struct ScriptedRequest: Sendable {
    /// The first line.
    public let line: String
    /// The lines after it.
    public let headerLines: [String]
    /// What came after them.
    public let body: [UInt8]

    /// The body as text.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a header, whose name is written as it was sent.
    public func header(_ name: String) -> String? {
        headerLines.first { $0.hasPrefix(name + ":") }.map { line in
            String(line.dropFirst(name.count + 1).drop { $0 == " " })
        }
    }
}
