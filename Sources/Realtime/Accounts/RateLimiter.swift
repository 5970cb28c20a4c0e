/// So many a second, and so many at once after a pause.
struct RateLimit: Equatable, Sendable {
    /// The time that each one takes up.
    fileprivate let interval: Int64
    /// How far ahead of the clock a bucket may be that is to take one more.
    fileprivate let tolerance: Int64

    /// - Parameters:
    ///   - perSecond: 1 to 1,000,000 in the long run.
    ///   - burst: 1 or more at once.
    init(perSecond: Int, burst: Int) {
        precondition((1...1_000_000).contains(perSecond), "a rate is 1 to 1,000,000 a second")
        precondition((1...1_000_000).contains(burst), "a burst is 1 to 1,000,000")
        interval = 1_000_000_000 / Int64(perSecond)
        tolerance = interval * Int64(burst - 1)
    }
}

/// A bucket that tokens drip into, kept as one number: the moment at which it will be full again.
///
/// Taking a token moves that moment one interval further. The bucket is empty when the moment is so far away
/// that the burst is used up. Counting nanoseconds in a whole number, it neither drifts nor rounds.
struct TokenBucket: Sendable {
    private var fullAt: Int64 = .min

    /// Takes a token. When there is none, nothing changes, and the time until there is one is returned.
    mutating func take(at now: Instant, _ limit: RateLimit) -> Duration? {
        let start = max(fullAt, now.nanoseconds)
        let ahead = start - now.nanoseconds
        guard ahead <= limit.tolerance else { return .nanoseconds(ahead - limit.tolerance) }
        fullAt = start + limit.interval
        return nil
    }

    /// Gives back the token that was taken last.
    mutating func untake(_ limit: RateLimit) {
        fullAt -= limit.interval
    }
}

/// What a message costs the server, which is what it is limited by.
enum MessageClass: CaseIterable, Sendable {
    /// What others receive: it is delivered many times.
    case publish
    /// Joins, leaves and questions: the answer may be long.
    case query
    /// All others, such as heartbeats and acknowledgements.
    case other
}

/// The limits of one connection, or of one user over all connections.
struct RateLimits: Sendable {
    /// Of all messages together; nil for no limit.
    var messages: RateLimit?
    /// Of those that others receive, beside the limit of all.
    var publishes: RateLimit?
    /// Of joins and questions, beside the limit of all.
    var queries: RateLimit?
    /// How often a message may be refused before the connection is closed: who goes on sending at full speed
    /// though told to wait is cut off, who overshoots now and then is not.
    var refusals: RateLimit

    init(
        messages: RateLimit? = RateLimit(perSecond: 100, burst: 200), publishes: RateLimit? = nil,
        queries: RateLimit? = nil, refusals: RateLimit = RateLimit(perSecond: 1, burst: 200)
    ) {
        self.messages = messages
        self.publishes = publishes
        self.queries = queries
        self.refusals = refusals
    }
}

/// Counts the messages of one connection, or of one user, against its limits.
struct RateLimiter: Sendable {
    /// What is to be done with a message.
    enum Verdict: Equatable, Sendable {
        case accept
        /// Answer `rate_limited`, and when it is worth trying again.
        case refuse(retryAfter: Duration)
        /// Close with 4429: it was refused too often.
        case close(retryAfter: Duration)
    }

    private var messages = TokenBucket()
    private var publishes = TokenBucket()
    private var queries = TokenBucket()
    private var refusals = TokenBucket()

    /// A message of this class has come.
    mutating func admit(_ kind: MessageClass, at now: Instant, _ limits: RateLimits) -> Verdict {
        if let wait = takeOfAll(at: now, limits) { return refuse(wait, at: now, limits) }
        if let wait = takeOf(kind, at: now, limits) {
            // What was refused for its class is not counted twice.
            if let all = limits.messages { messages.untake(all) }
            return refuse(wait, at: now, limits)
        }
        return .accept
    }

    private mutating func takeOfAll(at now: Instant, _ limits: RateLimits) -> Duration? {
        limits.messages.flatMap { messages.take(at: now, $0) }
    }

    private mutating func takeOf(
        _ kind: MessageClass, at now: Instant, _ limits: RateLimits
    ) -> Duration? {
        switch kind {
        case .publish: limits.publishes.flatMap { publishes.take(at: now, $0) }
        case .query: limits.queries.flatMap { queries.take(at: now, $0) }
        case .other: nil
        }
    }

    private mutating func refuse(
        _ wait: Duration, at now: Instant, _ limits: RateLimits
    ) -> Verdict {
        // Whole milliseconds, rounded up: who waits so long is let in.
        let rounded = Duration.milliseconds((wait.nanoseconds + 999_999) / 1_000_000)
        return refusals.take(at: now, limits.refusals) == nil
            ? .refuse(retryAfter: rounded) : .close(retryAfter: rounded)
    }
}
