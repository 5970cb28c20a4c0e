/// How long to wait before PostgreSQL is started again: hardly, when it had been well; longer after each time that
/// it did not even get there.
struct RestartDelay {
    static let shortest: Duration = .milliseconds(100)
    static let longest: Duration = .seconds(5)

    private var next = shortest

    /// To be asked when it has ended; says how long to wait.
    mutating func ended(wasReady: Bool) -> Duration {
        if wasReady { next = Self.shortest }
        defer { next = min(next * 2, Self.longest) }
        return next
    }
}
