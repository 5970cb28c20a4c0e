/// What all sessions of a server share.
final class SessionServices: Sendable {
    /// What is configured about sessions.
    struct Settings: Sendable {
        /// How long a client has to say who it is.
        var authTimeout: Duration = .seconds(10)
        /// What `connect` tells clients about the heartbeat.
        var heartbeat: Duration = .seconds(25)
        /// Of one connection.
        var limits = RateLimits()
        /// Of all connections of one user together.
        var userLimits = RateLimits(messages: nil)
        var connectionsPerUser = 256
        /// A slow reader gets no ephemeral messages once so many bytes wait for it.
        var ephemeralOutbox = 512 << 10
        /// How much may wait behind a replay.
        var maxBacklog = 1 << 20
        /// How much of a replay is sent at a time: less than what has a connection stop reading, so that a
        /// slow reader's signs of life are heard.
        var replayPage = 32 << 10
        var serverVersion = ""
    }

    let core: DispatchCore
    let authenticator: Authenticator
    let settings: Settings
    let log: Log

    init(core: DispatchCore, authenticator: Authenticator, settings: Settings, log: Log) {
        self.core = core
        self.authenticator = authenticator
        self.settings = settings
        self.log = log
    }

    var hub: Hub { core.hub }
    var time: TimeSource { core.hub.time }

    /// A place in a user's account for one more connection; nil when there are too many.
    func accountSeat(of user: UserID) -> AccountSeat? {
        core.accounts.connect(user, atMost: settings.connectionsPerUser).map { AccountSeat($0, time) }
    }
}

/// One connection's place in its user's account, which is given back when nobody holds it any more: also where
/// the connection was lost before it was open.
final class AccountSeat: Sendable {
    let account: UserAccount

    private let time: TimeSource

    fileprivate init(_ account: UserAccount, _ time: TimeSource) {
        self.account = account
        self.time = time
    }

    deinit {
        account.disconnect(at: time.now)
    }
}
