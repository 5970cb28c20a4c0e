/// How long to wait between two attempts, and the clock by which to wait: the kernel's, or a test's hand.
struct Pauses: Sendable {
    /// The time since any moment before.
    var now: @Sendable () -> Duration
    /// Waits, or throws when the task is cancelled meanwhile.
    var wait: @Sendable (Duration) async throws -> Void
    /// A number from 0 to 1, another one each time.
    var chance: @Sendable () -> Double

    /// The first pause; each one after it is twice as long.
    static let shortest = Duration.milliseconds(100)
    /// And none is longer than this, unless the server asks for it.
    static let longest = Duration.seconds(5)

    static let system: Pauses = {
        let start = ContinuousClock.now
        return Pauses(
            now: { ContinuousClock.now - start },
            wait: { try await Task.sleep(for: $0) },
            chance: { .random(in: 0...1) })
    }()

    /// The pause after an attempt that failed, the first being 1.
    ///
    /// Half of it is chance, so that a thousand clients that lost the same server do not come back at once. What the
    /// server asked for is the least.
    func length(after attempt: Int, asked: Duration?) -> Duration {
        let full = min(Self.shortest * (1 << min(attempt - 1, 16)), Self.longest)
        let own = full * (0.5 + chance() / 2)
        guard let asked else { return own }
        return asked + own
    }
}
