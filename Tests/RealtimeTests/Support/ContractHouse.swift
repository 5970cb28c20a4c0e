import Handlers
import TestSupport
import Testing

@testable import Realtime

/// In what way the clients of a contract test are connected. The same test runs in each.
enum ContractTransport: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// A server with two loops, and sockets.
    case webSocket
    /// Sessions on two loops, and no sockets.
    case memory
    /// The same server, for a client that polls.
    case polling
    /// The same, for one that listens to an event stream.
    case eventStream

    /// Those on which each message comes by itself: a client may say who it is after it has connected, send bytes that
    /// are no text, and say a lot within a moment.
    static let ofMessages: [ContractTransport] = [.webSocket, .memory]

    var testDescription: String { rawValue }
}

/// Runs a test against a server of its own, on a thread of its own.
func withHouse(
    _ transport: ContractTransport, handlers: HandlerRegistry = .builtIn(),
    authorizer: (any RoomAuthorizer)? = nil, log: Log = .disabled, time: ManualTime? = nil,
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (ContractHouse) throws -> Void
) async throws {
    var configuration = ServerConfiguration.onFreePort
    change(&configuration)
    switch transport {
    case .webSocket, .polling, .eventStream:
        precondition(time == nil, "sockets live by the kernel's time")
        let server = try await RealtimeServer.start(
            configuration, handlers: handlers, authorizer: authorizer, log: log)
        let house = ServerHouse(server, transport)
        let outcome = await outcome(of: body, in: house)
        await server.stop()
        try outcome.get()
    case .memory:
        let house = try await MemoryHouse.start(
            configuration, handlers: handlers, authorizer: authorizer, log: log,
            time: time?.source ?? .system)
        let outcome = await outcome(of: body, in: house)
        await house.stop()
        try outcome.get()
    }
}

/// Runs a test without sockets and without rate limits.
func withMemoryHouse(
    handlers: HandlerRegistry = .builtIn(), authorizer: (any RoomAuthorizer)? = nil,
    _ change: (inout ServerConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (MemoryHouse) throws -> Void
) async throws {
    try await withHouse(
        .memory, handlers: handlers, authorizer: authorizer,
        {
            $0.rates = .none
            change(&$0)
        }
    ) { house in try body(try #require(house as? MemoryHouse)) }
}

private func outcome(
    of body: @escaping @Sendable (ContractHouse) throws -> Void, in house: ContractHouse
) async -> Result<Void, any Error> {
    do {
        return .success(try await onThread { try body(house) })
    } catch {
        return .failure(error)
    }
}

/// A server as a contract test sees it: it connects clients, and can wait until all is done.
class ContractHouse: @unchecked Sendable {
    let backend: Backend
    private let identity: IdentityService
    private let time: TimeSource

    var hub: Hub { backend.core.hub }

    fileprivate init(_ backend: Backend, _ identity: IdentityService, _ time: TimeSource) {
        self.backend = backend
        self.identity = identity
        self.time = time
    }

    // MARK: Tokens

    /// A token that begins now.
    ///
    /// - Parameter rooms: as on the command line, `project_*=rw,news=r`; nil for a token that says nothing.
    func token(
        _ user: UserID, rooms: String? = nil, name: String? = nil, device: DeviceID? = nil,
        lifetime: Duration = .seconds(3600), id: String? = nil
    ) throws -> String {
        try token(
            user, grants: rooms.map { try RoomGrants(argument: $0) }, name: name, device: device,
            lifetime: lifetime, id: id)
    }

    func token(
        _ user: UserID, grants: RoomGrants?, name: String? = nil, device: DeviceID? = nil,
        lifetime: Duration = .seconds(3600), id: String? = nil
    ) throws -> String {
        let minter = try #require(identity.minter)
        let request = TokenRequest(
            user: user, name: name, device: device, rooms: grants, tokenID: id, lifetime: lifetime)
        return try minter.mint(request, at: time.date)
    }

    // MARK: Clients

    /// A link whose token was in the request; nil for one that has yet to say who it is.
    func link(token: String?) throws -> any ContractLink {
        preconditionFailure("each kind of house has its own")
    }

    /// A client that has yet to say who it is.
    func open() throws -> ContractClient {
        ContractClient(try link(token: nil), settle: settle)
    }

    /// A client whose connection is open and that was greeted.
    func connect(token: String) throws -> ContractClient {
        let client = ContractClient(try link(token: token), settle: settle)
        try client.expectGreeting()
        return client
    }

    /// The same with a token made for it. Without `rooms` it may do everything.
    func connect(
        _ user: UserID, rooms: String? = "*=rw", name: String? = nil, device: DeviceID? = nil
    ) throws -> ContractClient {
        try connect(token: token(user, rooms: rooms, name: name, device: device))
    }

    // MARK: Waiting

    /// Returns when what was posted to the loops so far has been done, and what that posted in turn.
    func settle() throws {
        for _ in 0..<4 {
            for loop in 0..<hub.loopCount { try onLoop(loop) { _ in } }
        }
    }

    /// Does something on a loop, and returns what came of it.
    @discardableResult
    func onLoop<Result: Sendable>(
        _ loop: Int, _ body: @escaping @Sendable (HubShard) -> Result
    ) throws -> Result {
        let done = Inbox<Result>()
        hub.loop(loop).post { [hub] in hub.on(loop) { done.put(body($0)) } }
        return try done.take()
    }

    /// Asks what a backend may ask for, and waits for the answer.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (Backend) async throws -> Result
    ) throws -> Result {
        let done = Inbox<Swift.Result<Result, any Error>>()
        Task { [backend] in
            do {
                done.put(.success(try await body(backend)))
            } catch {
                done.put(.failure(error))
            }
        }
        return try done.take().get()
    }

    /// Cuts a client off without a word, and returns when the server has noticed and done what follows.
    func cut(_ client: ContractClient) throws {
        let name = client.connection
        client.link.cut()
        try waitUntilGone(name)
    }

    /// Has a client say goodbye, and returns when the server has done what follows.
    func close(_ client: ContractClient) throws {
        let name = client.connection
        client.link.close()
        try waitUntilGone(name)
    }

    private func waitUntilGone(_ name: String) throws {
        eventually {
            (0..<hub.loopCount).allSatisfy { loop in
                let isHere = try? onLoop(loop) { shard in
                    shard.receivers.keys.contains { $0.description == name }
                }
                return isHere == false
            }
        }
        try settle()
    }
}

/// A real server.
final class ServerHouse: ContractHouse, @unchecked Sendable {
    let server: RealtimeServer
    private let transport: ContractTransport

    init(_ server: RealtimeServer, _ transport: ContractTransport) {
        self.server = server
        self.transport = transport
        super.init(server.core.backend, server.core.identity, .system)
    }

    override func link(token: String?) throws -> any ContractLink {
        guard transport == .webSocket else {
            return try PollingLink(
                TestBackend(port: server.port, token: token), streams: transport == .eventStream)
        }
        let query = token.map { "?token=\($0)" } ?? ""
        return WebSocketLink(try server.connectWebSocket(path: "/ws" + query))
    }
}

/// All of a server but its sockets.
final class MemoryHouse: ContractHouse, @unchecked Sendable {
    struct Refused: Error {
        let refusal: TokenRefusal
    }

    let sessions: SessionServices
    private let database: Database
    private let group: EventLoopGroup
    /// Every carrier that was made: a session needs its own for as long as it lives.
    private let carriers = Locked<[LoopBound<MemoryCarrier>]>([])

    /// With a database where the configuration has one that can be reached.
    static func start(
        _ configuration: ServerConfiguration, handlers: HandlerRegistry,
        authorizer: (any RoomAuthorizer)?, log: Log, time: TimeSource
    ) async throws -> MemoryHouse {
        let house = try await MemoryHouse(
            configuration, handlers: handlers, authorizer: authorizer, log: log, time: time)
        try await house.database.prepare(house.inbox, loops: house.group.loops.count)
        return house
    }

    private init(
        _ configuration: ServerConfiguration, handlers: HandlerRegistry,
        authorizer: (any RoomAuthorizer)?, log: Log, time: TimeSource
    ) async throws {
        let identity = try IdentityService(configuration, log: log, time: time)
        database = try Database(configuration.storage, log: log)
        let group = EventLoopGroup(count: configuration.listen.loops ?? 2)
        let services = await ClientServices(
            configuration, on: group.loops, origins: try OriginGate(configuration.access),
            handlers: handlers, authorizer: authorizer, identity: identity, log: log, time: time)
        self.group = group
        sessions = services.sessions
        super.init(services.backend, identity, time)
    }

    func stop() async {
        for carrier in carriers.withLock({ $0 }) { carrier.loop.post { carrier.value.end() } }
        hub.lifecycle.finish()
        await inbox.end()
        await group.stopped()
        await database.stop()
    }

    override func link(token: String?) throws -> any ContractLink {
        try link(token: token, on: nil, device: nil)
    }

    /// A link on a certain loop; on the next one where none is named.
    ///
    /// - Parameter listens: whether what the server says is kept for `next`.
    func link(
        token: String?, on loop: Int?, device: DeviceID? = nil, listens: Bool = true
    ) throws -> MemoryLink {
        let seat = try token.map { try admit($0) }
        let index = loop ?? carriers.withLock { $0.count % group.loops.count }
        let inbox = Inbox<ContractLinkEvent>()
        let made = Inbox<LoopBound<MemoryCarrier>>()
        hub.on(index) { [sessions] shard in
            let carrier = MemoryCarrier(on: shard.loop, listens ? { inbox.put($0) } : nil)
            let session = ClientSession(
                carrier: carrier, on: shard, deviceHint: device, services: sessions)
            carrier.open(session)
            if let (token, seat) = seat { session.open(with: token, seat) } else { session.awaitToken() }
            made.put(LoopBound(carrier, on: shard.loop))
        }
        let carrier = try made.take()
        carriers.withLock { $0.append(carrier) }
        return MemoryLink(carrier, inbox)
    }

    /// What the endpoint does before an upgrade.
    private func admit(_ token: String) throws -> (VerifiedToken, AccountSeat) {
        let later = Inbox<Authenticator.Outcome>()
        let answer = ExactText(token).withUTF8 { token in
            sessions.authenticator.authenticate(token) { later.put($0) }
        }
        let outcome =
            switch answer {
            case .now(let outcome): outcome
            case .later: try later.take()
            }
        let token: VerifiedToken
        do throws(TokenRefusal) {
            token = try outcome.get()
        } catch {
            throw Refused(refusal: error)
        }
        return (token, try #require(sessions.accountSeat(of: token.claims.user)))
    }

    /// A client on a certain loop, greeted.
    func connect(
        _ user: UserID, rooms: String? = "*=rw", device: DeviceID? = nil, on loop: Int
    ) throws
        -> ContractClient
    {
        let link = try link(token: token(user, rooms: rooms, device: device), on: loop)
        let client = ContractClient(link, settle: settle)
        try client.expectGreeting()
        return client
    }
}
