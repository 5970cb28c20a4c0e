/// What one user has published lately under ids of their own, so that a repeated message is answered as the
/// first one was and not acted on twice.
///
/// Owned by the user's home loop. An id is remembered from `begin` on: who repeats it while the first is
/// still being worked on waits for the same answer. What was answered by an error is forgotten.
///
/// Only a fingerprint of an id is kept, 64 bits of a hash with a key of this process, because busy servers
/// remember millions. That two of one user's ids share one happens in one window of 8,000,000,000 that are
/// full; who looked for two would only mislead themselves.
///
/// Two generations follow each other, each as long as the window: what is older than both is forgotten as a
/// whole, and everything is remembered for one window at least.
struct PublishWindow {
    /// How much is remembered. A generation that has half of it ends before its time.
    struct Limits: Sendable {
        var age: Duration
        /// Ids. What 100 messages a second make in two windows of five minutes.
        var count: Int
        /// Bytes that answers have beside their sequence number; one answer has far fewer than half of it.
        var bytes: Int

        init(age: Duration = .seconds(300), count: Int = 1 << 16, bytes: Int = 256 << 10) {
            self.age = age
            self.count = count
            self.bytes = bytes
        }
    }

    /// What was answered.
    struct Answer: Sendable {
        /// The place in the room's order, from 1; nil for what has none.
        var seq: UInt64?
        /// Whatever else the `ack` said, as the members of an object without its braces.
        var extra: SharedBytes?

        init(seq: UInt64? = nil, extra: SharedBytes? = nil) {
            self.seq = seq
            self.extra = extra
        }
    }

    /// What is to be done with a message.
    enum Verdict {
        /// It is new: act on it, then say `answered` or `failed`.
        case act
        /// It was answered already, with this.
        case answered(Answer)
        /// The first one is being worked on; its answer is this one's too.
        case underway
    }

    private typealias Fingerprint = UInt64

    private struct Generation {
        /// The number that an id was answered with, or one of the two below.
        var seqs: [Fingerprint: UInt64] = [:]
        /// The few answers that say more than a number.
        var extras: [Fingerprint: SharedBytes] = [:]
        var extraBytes = 0

        static let underway = UInt64.max
        static let unnumbered: UInt64 = 0

        mutating func forget(_ id: Fingerprint) {
            seqs[id] = nil
            extraBytes -= extras.removeValue(forKey: id)?.count ?? 0
        }
    }

    private var current = Generation()
    private var previous = Generation()
    /// When the current generation becomes the previous one.
    private var turn = Instant.endOfTime

    init() {}

    /// How many ids are remembered.
    var count: Int { current.seqs.count + previous.seqs.count }

    /// Bytes that the remembered answers have beside their numbers.
    var byteCount: Int { current.extraBytes + previous.extraBytes }

    /// When `expire` has something to do.
    var nextDeadline: Instant? { turn < .endOfTime ? turn : nil }
}

extension PublishWindow {
    /// A message with this id has come.
    mutating func begin(_ id: ClientMessageID, at now: Instant, limits: Limits) -> Verdict {
        expire(at: now, limits: limits)
        let fingerprint = Self.fingerprint(of: id)
        if let seq = current.seqs[fingerprint] {
            return verdict(seq, current.extras[fingerprint])
        } else if let seq = previous.seqs[fingerprint] {
            return verdict(seq, previous.extras[fingerprint])
        }
        if current.seqs.count >= limits.count / 2 { startGeneration(at: now, limits: limits) }
        if turn == .endOfTime { turn = now + limits.age }
        current.seqs[fingerprint] = Generation.underway
        return .act
    }

    private func verdict(_ seq: UInt64, _ extra: SharedBytes?) -> Verdict {
        switch seq {
        case Generation.underway: .underway
        case Generation.unnumbered: .answered(Answer(extra: extra))
        default: .answered(Answer(seq: seq, extra: extra))
        }
    }

    /// The message was acted on and acknowledged; remembered from now on for the whole window.
    mutating func answered(_ id: ClientMessageID, _ answer: Answer, at now: Instant, limits: Limits) {
        let fingerprint = Self.fingerprint(of: id)
        previous.forget(fingerprint)
        current.forget(fingerprint)
        let extraBytes = answer.extra?.count ?? 0
        if current.extraBytes + extraBytes > limits.bytes / 2 { startGeneration(at: now, limits: limits) }
        if turn == .endOfTime { turn = now + limits.age }
        current.seqs[fingerprint] = answer.seq ?? Generation.unnumbered
        if let extra = answer.extra { current.extras[fingerprint] = extra }
        current.extraBytes += extraBytes
    }

    /// The message was answered by an error: the next one of this id is a new one.
    mutating func failed(_ id: ClientMessageID) {
        let fingerprint = Self.fingerprint(of: id)
        previous.forget(fingerprint)
        current.forget(fingerprint)
    }

    /// Forgets what is older than the window.
    mutating func expire(at now: Instant, limits: Limits) {
        guard now >= turn else { return }
        if now >= turn + limits.age { current = Generation() }
        startGeneration(at: now, limits: limits)
    }

    private mutating func startGeneration(at now: Instant, limits: Limits) {
        previous = current
        current = Generation()
        turn = previous.seqs.isEmpty ? .endOfTime : now + limits.age
    }

    private static func fingerprint(of id: ClientMessageID) -> Fingerprint {
        var hasher = Hasher()
        hasher.combine(id)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
