/// How far one connection is: who it is has yet to be said, it is open, or it is going. What happened goes in,
/// what to do comes out; it has no clock.
///
/// A token that expires is told of before and has a moment of grace after, in which a renewal still counts.
struct SessionLife {
    /// The states.
    enum Phase: Equatable {
        /// The first message has to bring a token, and has not yet.
        case authenticating(until: Instant)
        /// A token was brought and is being looked at; what comes meanwhile waits.
        case verifying(until: Instant)
        /// Authenticated.
        case open(expiresAt: Timestamp?, isWarned: Bool)
        /// It was told to go, or has gone.
        case over
    }

    /// What is to be done because of the time.
    enum Due: Equatable {
        case nothing
        /// Close: nobody said in time who it is.
        case authenticationTimedOut
        /// Say that the token is about to expire.
        case warn(expiresAt: Timestamp)
        /// Close: the token has expired and was not renewed.
        case expired
    }

    /// How long before its token expires a client is told so.
    static let warningTime: Duration = .seconds(60)
    /// How long a connection may live on with an expired token.
    static let expiryGrace: Duration = .seconds(25)

    private(set) var phase: Phase

    init(authenticatingUntil deadline: Instant) {
        phase = .authenticating(until: deadline)
    }

    var isOpen: Bool {
        if case .open = phase { true } else { false }
    }

    var isOver: Bool { phase == .over }

    /// A token has come that can't be judged at once.
    mutating func verify() {
        if case .authenticating(let deadline) = phase { phase = .verifying(until: deadline) }
    }

    /// A good token has come: the first, or a new one.
    mutating func authenticated(expiresAt: Timestamp?) {
        guard phase != .over else { return }
        phase = .open(expiresAt: expiresAt, isWarned: false)
    }

    mutating func end() {
        phase = .over
    }

    /// What the time brings.
    mutating func due(at now: Instant, _ date: Timestamp) -> Due {
        switch phase {
        case .authenticating(let deadline), .verifying(let deadline):
            return now >= deadline ? .authenticationTimedOut : .nothing
        case .open(let expiresAt?, let isWarned):
            if date >= expiresAt + Self.expiryGrace { return .expired }
            guard !isWarned, date >= expiresAt - Self.warningTime else { return .nothing }
            phase = .open(expiresAt: expiresAt, isWarned: true)
            return .warn(expiresAt: expiresAt)
        case .open(nil, _), .over:
            return .nothing
        }
    }

    /// After which time `due` has something to say; nil for never.
    func delay(at now: Instant, _ date: Timestamp) -> Duration? {
        switch phase {
        case .authenticating(let deadline), .verifying(let deadline):
            return max(.zero, deadline - now)
        case .open(let expiresAt?, let isWarned):
            let moment = isWarned ? expiresAt + Self.expiryGrace : expiresAt - Self.warningTime
            return max(.zero, moment - date)
        case .open(nil, _), .over:
            return nil
        }
    }
}
