/// What one connection has yet to be sent of its user's notifications: what was pending when it came, urgent ones
/// first, then each new one in the order of the sequence, and again what the device has not acknowledged in time.
///
/// It holds positions, never notifications: those stay in the database until the reader is ready for them. What has
/// happened goes in, what to ask the database for next comes out. It has no clock.
struct NotificationFeed {
    struct Settings: Sendable {
        /// How long a device has for its acknowledgement. It doubles with each time that a notification is sent again.
        var ackTimeout: Duration = .seconds(30)
        /// It never gets longer than this.
        var longestWait: Duration = .seconds(960)
        /// How many notifications are asked for at once.
        var pageSize = 16
    }

    /// Which of a user's notifications a page holds.
    enum Kind: Int16, Sendable {
        case urgent = 0
        case others = 1
        case both = 2
    }

    /// What to ask the database for.
    enum Question: Equatable, Sendable {
        /// Where the user's sequence stands, and stood when the connection came.
        case position(Timestamp)
        /// What is pending after a place and up to another.
        case page(Kind, after: Int64, upTo: Int64)
        /// What is still pending of certain places.
        case again([Int64])
    }

    /// What was sent at which place.
    typealias Sent = (seq: Int64, id: NotificationID)

    private enum Stage {
        /// The connection came at this time; nothing is known yet.
        case new(Timestamp)
        /// What was pending when the connection came is being sent, up to `last`.
        case catchingUp(Kind, after: Int64, last: Int64)
        /// All up to here was sent.
        case live(after: Int64)
    }

    /// What the device has not acknowledged.
    private struct Outstanding {
        let seq: Int64
        /// Nil for what has yet to be sent the first time, out of its order: it was scheduled for later.
        var id: NotificationID?
        var due: Instant
        var timesSent: Int
    }

    private var stage: Stage
    private var underway: Question?
    private var outstanding: [Outstanding] = []
    /// The highest place of the sequence that was heard of.
    private var newest: Int64
    /// The same, when the page that is underway was asked for.
    private var newestWhenAsked: Int64 = 0
    /// Whether there may be something that was not heard of.
    private var hasToLook = false
    /// What became due while a page was on its way, which may have missed it.
    private var releasedMeanwhile: [Int64] = []
    /// What was acknowledged while a question was on its way: the answer may have been read before that.
    private var acknowledgedMeanwhile: Set<NotificationID> = []
    /// After a failure nothing is asked before this.
    private var pausedUntil: Instant?
    private var failures = 0

    /// The longest page that is asked for.
    static let everything = Int64.max - 1

    /// That of a connection which comes at this time.
    init(connectedAt date: Timestamp) {
        stage = .new(date)
        newest = 0
    }

    /// One that was at rest here.
    init(restedAfter place: Int64) {
        stage = .live(after: place)
        newest = place
    }

    /// The place that it is at rest after: all up to there was sent, nothing is outstanding, and nothing else is to be
    /// remembered. Nil while there is more to it.
    var restingPlace: Int64? {
        guard case .live(let after) = stage, newest <= after, outstanding.isEmpty, underway == nil,
            !hasToLook, pausedUntil == nil
        else { return nil }
        return after
    }

    // MARK: What to ask

    /// What to ask next, if the reader is ready for what comes. It is underway until `answered` or `failed`.
    mutating func next(at now: Instant, _ settings: Settings) -> Question? {
        guard underway == nil else { return nil }
        if let pausedUntil {
            guard now >= pausedUntil else { return nil }
            self.pausedUntil = nil
        }
        acknowledgedMeanwhile = []
        underway = question(at: now, settings)
        newestWhenAsked = newest
        return underway
    }

    private mutating func question(at now: Instant, _ settings: Settings) -> Question? {
        switch stage {
        case .new(let date):
            return .position(date)
        case .catchingUp(let kind, let after, let last):
            return .page(kind, after: after, upTo: last)
        case .live(let after):
            let due = outstanding.lazy.filter { $0.due <= now }.prefix(settings.pageSize).map(\.seq)
            if !due.isEmpty { return .again(Array(due)) }
            guard newest > after || hasToLook else { return nil }
            hasToLook = false
            return .page(.both, after: after, upTo: Self.everything)
        }
    }

    /// After which time `next` may have something to ask; nil until something happens.
    func delay(at now: Instant) -> Duration? {
        guard underway == nil else { return nil }
        if let pausedUntil { return max(pausedUntil - now, .zero) }
        guard case .live = stage, let due = outstanding.lazy.map(\.due).min() else { return nil }
        return max(due - now, .zero)
    }

    // MARK: What came of it

    /// The user's sequence stood at `last` when the connection came, and stands at `newest` now.
    mutating func answered(last: Int64, newest found: Int64, hasPending: Bool) {
        underway = nil
        failures = 0
        newest = max(newest, found)
        stage = hasPending ? .catchingUp(.urgent, after: 0, last: last) : .live(after: last)
    }

    /// Whether something that came with an answer is still to be sent. Asked before `answered`.
    func isStillPending(_ id: NotificationID) -> Bool { !acknowledgedMeanwhile.contains(id) }

    /// A page or a repetition came, and what is still pending of it was sent.
    mutating func answered(_ sent: [Sent], at now: Instant, _ settings: Settings) {
        let question = underway
        underway = nil
        failures = 0
        switch question {
        case .page(let kind, _, _):
            for one in sent { note(one, at: now, settings) }
            advance(kind, past: sent.last?.seq, isLast: sent.count < settings.pageSize, at: now)
        case .again(let asked):
            let answered = Set(sent.map(\.seq))
            // Acknowledged elsewhere, read, expired, archived or superseded meanwhile.
            outstanding.removeAll { asked.contains($0.seq) && !answered.contains($0.seq) }
            for one in sent { note(one, at: now, settings) }
        case .position, nil:
            break
        }
    }

    private mutating func advance(_ kind: Kind, past last: Int64?, isLast: Bool, at now: Instant) {
        switch stage {
        case .new:
            break
        case .catchingUp(_, let after, let end):
            if !isLast {
                stage = .catchingUp(kind, after: last ?? after, last: end)
            } else if kind == .urgent {
                stage = .catchingUp(.others, after: 0, last: end)
            } else {
                stage = .live(after: end)
                takeReleased(at: now)
            }
        case .live(let after):
            // All that had been heard of was there to be found.
            stage = .live(after: max(last ?? after, isLast ? newestWhenAsked : after))
            takeReleased(at: now)
        }
    }

    private mutating func takeReleased(at now: Instant) {
        let missed = releasedMeanwhile
        releasedMeanwhile = []
        for seq in missed { released(seq, at: now) }
    }

    private mutating func note(_ one: Sent, at now: Instant, _ settings: Settings) {
        guard isStillPending(one.id) else { return }
        if let place = outstanding.firstIndex(where: { $0.seq == one.seq }) {
            outstanding[place].id = one.id
            outstanding[place].timesSent += 1
            outstanding[place].due = now + settings.wait(afterTimes: outstanding[place].timesSent)
        } else {
            outstanding.append(
                Outstanding(seq: one.seq, id: one.id, due: now + settings.wait(afterTimes: 1), timesSent: 1))
        }
    }

    /// The database could not be asked. It is asked again after a while.
    mutating func failed(at now: Instant) {
        if case .page(.both, _, _) = underway { hasToLook = true }
        underway = nil
        failures = min(failures + 1, 6)
        pausedUntil = now + .milliseconds(100 << failures)
    }

    // MARK: What happens elsewhere

    /// There is something new up to this place.
    mutating func heard(of seq: Int64) {
        newest = max(newest, seq)
    }

    /// There may be something new.
    mutating func look() {
        hasToLook = true
    }

    /// Something that was scheduled is due: behind what was sent already, or to come with the rest.
    mutating func released(_ seq: Int64, at now: Instant) {
        newest = max(newest, seq)
        switch stage {
        case .new:
            break
        case .catchingUp:
            releasedMeanwhile.append(seq)
        case .live(let after):
            if case .page = underway {
                releasedMeanwhile.append(seq)
                return
            }
            guard seq <= after, !outstanding.contains(where: { $0.seq == seq }) else { return }
            outstanding.append(Outstanding(seq: seq, id: nil, due: now, timesSent: 0))
        }
    }

    /// The device has acknowledged these, and that is on disk.
    mutating func acknowledged(_ ids: Set<NotificationID>) {
        outstanding.removeAll { $0.id.map(ids.contains) ?? false }
        if underway != nil { acknowledgedMeanwhile.formUnion(ids) }
    }

    /// Whether all that was pending on arrival has been sent, and nothing newer was heard of.
    var isUpToDate: Bool {
        guard case .live(let after) = stage, underway == nil else { return false }
        return newest <= after && !hasToLook
    }

    /// Whether this was sent and the device has not acknowledged it.
    func isOutstanding(_ id: NotificationID) -> Bool { outstanding.contains { $0.id == id } }

    /// How many the device has not acknowledged.
    var outstandingCount: Int { outstanding.count }
}

extension NotificationFeed.Settings {
    /// How long the device has after the n-th time.
    fileprivate func wait(afterTimes times: Int) -> Duration {
        min(ackTimeout * (1 << min(times - 1, 16)), max(longestWait, ackTimeout))
    }
}
