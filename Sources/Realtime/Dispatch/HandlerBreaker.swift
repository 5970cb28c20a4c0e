/// Switches off a handler that keeps failing, for a while: trying again and again would hold up everybody who
/// sends it something, and fill the log.
///
/// Closed: events go through. Open: they don't, until a moment. Then one is let through to see: if that goes
/// well it is closed again, else open for as long once more.
struct HandlerBreaker {
    /// So many failures in a row open it.
    static let failureLimit = 5
    /// For how long.
    static let pause: Duration = .seconds(30)

    /// What somebody should be told.
    enum Change: Equatable {
        case switchedOff
        case switchedOn
    }

    private var failures = 0
    private var openUntil: Instant?
    private var isTrying = false

    /// Whether an event may go through now.
    mutating func admits(at now: Instant) -> Bool {
        guard let openUntil else { return true }
        guard now >= openUntil, !isTrying else { return false }
        isTrying = true
        return true
    }

    mutating func succeeded() -> Change? {
        failures = 0
        isTrying = false
        guard openUntil != nil else { return nil }
        openUntil = nil
        return .switchedOn
    }

    mutating func failed(at now: Instant) -> Change? {
        failures += 1
        isTrying = false
        guard failures >= Self.failureLimit else { return nil }
        let wasClosed = openUntil == nil
        openUntil = now + Self.pause
        return wasClosed ? .switchedOff : nil
    }

    /// Whether it is switched off at the moment.
    var isOpen: Bool { openUntil != nil }
}
