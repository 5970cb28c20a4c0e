/// What one session was sent and its client may still ask for, in the order in which it came.
///
/// Nothing is taken away by asking, so that an answer that got lost can be had again. An event goes when it is old, or
/// when there is no more room and the client has passed on a later id. The shelf never pretends: an id that it does
/// not know, or a time that it does not reach back to, has no place on it.
///
/// It does no I/O and reads no clock.
struct EventShelf {
    struct Limits: Sendable {
        /// Of all texts together.
        var bytes = 1 << 20
        /// How long an event can be asked for.
        var age: Duration = .seconds(120)
    }

    /// What a client asks for.
    enum Question: Equatable, Sendable {
        /// All there is, as after a connect.
        case everything
        /// What came after the event with this id.
        case after(MessageID)
        /// What came at a time or later.
        case since(Timestamp)
        /// What came after something that no server ever sent.
        case afterUnknown
    }

    private struct Event {
        let envelope: HeldEnvelope
        /// By which it is found by time. Keys never go back, also where an event of another loop, or one that is
        /// sent again, is older than what came before it.
        let key: Timestamp
        let arrivedAt: Instant
        /// How many bytes had come in all, with this one.
        let byteEnd: Int
    }

    /// A place between two events. Places are counted from the first event that ever came.
    typealias Place = Int

    private let limits: Limits
    private var events = Ring<Event>()
    /// The place of the first event that is still here.
    private var first: Place = 0
    /// The event that went last: what came after it is all here.
    private var lastGone: (id: MessageID, key: Timestamp, byteEnd: Int)?
    /// What came before this place the client has: it passed on a later id.
    private var passedOn: (place: Place, byteEnd: Int) = (0, 0)
    /// What came before this place was in some answer.
    private var answered: (place: Place, byteEnd: Int) = (0, 0)
    private var byteEnd = 0
    /// No event gets an earlier key.
    private var earliestKey = Timestamp.earliest

    init(_ limits: Limits = Limits()) {
        self.limits = limits
    }

    var end: Place { first + events.count }
    var count: Int { events.count }
    /// Bytes of all that is here.
    var heldBytes: Int { byteEnd - (lastGone?.byteEnd ?? 0) }
    /// Bytes that were in no answer yet.
    var unansweredBytes: Int { byteEnd - max(answered.byteEnd, lastGone?.byteEnd ?? 0) }
    /// Bytes of what the client has not passed on.
    var unclaimedBytes: Int { byteEnd - max(passedOn.byteEnd, lastGone?.byteEnd ?? 0) }

    // MARK: What comes

    /// Puts an event behind the others. False when there is no room for it although all went that may go: the client
    /// is too slow.
    mutating func append(_ envelope: HeldEnvelope, at now: Instant) -> Bool {
        dropAged(at: now)
        earliestKey = max(earliestKey, envelope.timestamp)
        byteEnd += envelope.byteCount
        events.append(
            Event(envelope: envelope, key: earliestKey, arrivedAt: now, byteEnd: byteEnd))
        while heldBytes > limits.bytes, first < passedOn.place { dropFirst() }
        return heldBytes <= limits.bytes
    }

    /// Lets go of what is too old.
    mutating func dropAged(at now: Instant) {
        while let event = events.first, now - event.arrivedAt >= limits.age { dropFirst() }
    }

    private mutating func dropFirst() {
        guard let event = events.popFirst() else { return }
        first += 1
        lastGone = (event.envelope.messageID, event.key, event.byteEnd)
    }

    // MARK: What is asked

    /// Where the answer to a question begins; nil when that is not known, or not any more.
    func place(of question: Question) -> Place? {
        switch question {
        case .everything:
            return first
        case .after(let id):
            return place(after: id)
        case .since(let date):
            if let lastGone, date <= lastGone.key { return nil }
            for index in (0..<events.count).reversed() where events[index].key < date {
                return first + index + 1
            }
            return first
        case .afterUnknown:
            return nil
        }
    }

    /// What a room replays may be here already. Then the first place counts: whoever means a later one has some events
    /// again, and nobody misses one.
    private func place(after id: MessageID) -> Place? {
        if lastGone?.id == id { return first }
        return places(of: id).first.map { $0 + 1 }
    }

    /// Whether an id stands at more than one place, so that whoever names it may mean either.
    func holdsTwice(_ id: MessageID) -> Bool {
        places(of: id).count + (lastGone?.id == id ? 1 : 0) > 1
    }

    /// Where the first of the events with an id is, and how many there are.
    private func places(of id: MessageID) -> (first: Place?, count: Int) {
        var (found, count): (Place?, Int) = (nil, 0)
        var sent = Timestamp.earliest
        // From the end, as who asks mostly has nearly everything; an event is not found by an earlier time than its own.
        for index in (0..<events.count).reversed() {
            let event = events[index]
            if event.key < sent { break }
            guard event.envelope.messageID == id else { continue }
            (found, count) = (first + index, count + 1)
            sent = event.envelope.timestamp
        }
        return (found, count)
    }

    /// The client has all that came before a place, and does not need it again if there is no room.
    mutating func passOn(upTo place: Place) {
        guard place > passedOn.place else { return }
        passedOn = (place, byteEnd(at: place))
    }

    /// The events from a place on.
    func events(from place: Place) -> some Sequence<HeldEnvelope> {
        (max(place - first, 0)..<max(events.count, place - first, 0)).lazy.map { events[$0].envelope }
    }

    /// The event at a place, and goes past it; nil at the end. A place whose event is gone is that of the first that
    /// is not.
    func event(at place: inout Place) -> HeldEnvelope? {
        place = max(place, first)
        guard place < end else { return nil }
        place += 1
        return events[place - first - 1].envelope
    }

    /// The time of an answer that is given now: what comes from now on is found by it.
    mutating func stamp(at date: Timestamp) -> Timestamp {
        earliestKey = max(earliestKey, date)
        return earliestKey
    }

    /// What came before a place was handed to the client, in whatever way.
    mutating func markAnswered(upTo place: Place) {
        guard place > answered.place else { return }
        answered = (place, byteEnd(at: place))
    }

    private func byteEnd(at place: Place) -> Int {
        place > first ? events[place - first - 1].byteEnd : lastGone?.byteEnd ?? 0
    }
}
