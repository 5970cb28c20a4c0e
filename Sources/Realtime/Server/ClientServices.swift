/// What clients and backends of a server share, made from the configuration: who is where, the handlers, the
/// rights, the sessions.
struct ClientServices: Sendable {
    let sessions: SessionServices
    /// The sessions of clients without a WebSocket.
    let polling: PollingEndpoints
    let inbox: Inbox
    let backend: Backend
    let origins: OriginGate
    /// Asks the application about rooms over HTTP, where it is configured so.
    let roomAuthorizer: HTTPRoomAuthorizer?

    init(
        _ configuration: ServerConfiguration, on loops: [EventLoop], origins: OriginGate,
        handlers: HandlerRegistry, authorizer: (any RoomAuthorizer)?, identity: IdentityService, log: Log,
        time: TimeSource = .system
    ) async {
        self.origins = origins
        roomAuthorizer = HTTPRoomAuthorizer(configuration.rooms, log: log)
        let hub = await Hub.start(
            on: loops,
            settings: Hub.Settings(
                rooms: Room.Rules(
                    grace: configuration.presence.grace, history: RoomHistory.Limits(configuration.rooms)),
                maxRooms: configuration.rooms.maximum),
            time: time)
        inbox = await Inbox.start(on: loops, InboxSettings(configuration), time: time, log: log)
        inbox.whenChanged = { [unowned hub] user, news in hub.inboxChanged(of: user, news) }
        let window = PublishWindow.Limits()
        let core = DispatchCore(
            hub: hub, registry: handlers,
            accounts: UserAccounts(window: window, grace: configuration.presence.grace, time: time),
            access: RoomAccess(configuration.roomPolicy, authorizer: authorizer, overHTTP: roomAuthorizer),
            inbox: inbox,
            settings: DispatchSettings(configuration), window: window, log: log)
        hub.whenPresenceChanges = { [unowned core] change in
            core.tellHandlers(of: change, on: core.hub.loop(core.hub.home(of: change.user)))
        }
        sessions = SessionServices(
            core: core, authenticator: identity.authenticator,
            settings: SessionServices.Settings(configuration),
            log: log)
        polling = PollingEndpoints(
            desks: await PollDesks(sessions, PollDesk.Limits(configuration)), services: sessions,
            access: CrossOrigin(origins: origins), maxMessage: configuration.webSocket.maxMessage)
        backend = Backend(core: core, authenticator: identity.authenticator)
        inbox.whenReady = { [unowned hub, unowned backend] loop in
            hub.inboxReady(on: loop.index)
            if loop.index == 0 {
                loop.spawn { [revocations = backend.revocations] in await revocations.catchUp() }
            }
        }
    }
}

extension OriginGate {
    init(_ access: ServerConfiguration.Access) throws(ServerError) {
        self.init(policy: try OriginPolicy(access), proxies: try TrustedProxies(access))
    }
}

extension HTTPRoomAuthorizer {
    /// Nil where no address is configured.
    convenience init?(_ rooms: ServerConfiguration.Rooms, log: Log) {
        guard let url = rooms.authorizeURL else { return nil }
        self.init(
            url: url, timeout: rooms.authorizeTimeout, cacheEntries: rooms.authorizeCache, log: log)
    }
}

extension RoomAccess {
    /// What decides for tokens that say nothing of rooms: the application where it has something to say, in Swift
    /// or over HTTP, else the configured policy.
    init(
        _ policy: ServerConfiguration.RoomPolicy, authorizer: (any RoomAuthorizer)?,
        overHTTP roomAuthorizer: HTTPRoomAuthorizer?
    ) {
        if let authorizer = authorizer ?? roomAuthorizer {
            self = .asks(authorizer)
        } else {
            self = policy == .open ? .open : .closed
        }
    }
}

extension DispatchSettings {
    init(_ configuration: ServerConfiguration) {
        self.init()
        handlerTimeout = configuration.handlers.timeout
        roomsPerConnection = configuration.rooms.maximumPerConnection
        passesUnknownTypes = configuration.rooms.passesCustomEvents
    }
}

extension InboxSettings {
    init(_ configuration: ServerConfiguration) {
        self.init()
        let notifications = configuration.notifications
        feed.ackTimeout = notifications.acknowledgementTimeout
        feed.longestWait = notifications.acknowledgementTimeout * 32
        feed.pageSize = NotificationFeed.Settings.pageSize(maxOutbox: configuration.connections.maxOutbox)
        keyAge = notifications.idempotencyAge
        age = notifications.age
        perUser = notifications.maximumPerUser
    }
}

extension NotificationFeed.Settings {
    /// As many as fit into half of what may wait for a reader, were they all as large as they may be.
    fileprivate static func pageSize(maxOutbox: Int) -> Int {
        let largest =
            NotificationRequest.maximumTitle + NotificationRequest.maximumMessage
            + NotificationRequest.maximumData
        return min(max(maxOutbox / 2 / largest, 1), 50)
    }
}

extension PollDesk.Limits {
    init(_ configuration: ServerConfiguration) {
        self.init()
        shelf.bytes = configuration.connections.maxOutbox
        life = PollLife.Limits(heartbeat: configuration.webSocket.heartbeat)
        commentInterval = min(commentInterval, configuration.webSocket.heartbeat)
    }
}

extension SessionServices.Settings {
    init(_ configuration: ServerConfiguration) {
        self.init()
        authTimeout = configuration.identity.authenticationTimeout
        heartbeat = configuration.webSocket.heartbeat
        limits = RateLimits(connection: configuration.rates)
        userLimits = RateLimits(user: configuration.rates)
        connectionsPerUser = configuration.presence.maximumConnectionsPerUser
        let maxOutbox = configuration.connections.maxOutbox
        ephemeralOutbox = maxOutbox / 2
        maxBacklog = maxOutbox
        replayPage = min(replayPage, maxOutbox / 4)
        serverVersion = RealtimeVersion.current
    }
}
