import Testing

@testable import Realtime

@Suite("Event shelf")
struct EventShelfTests {
    private static let date = Timestamp(milliseconds: 1_767_323_045_000)
    private static var start: Instant { Instant(nanoseconds: 0) }

    private var ids = MessageIDGenerator(generator: 1)

    /// An event of so many bytes that was sent so many milliseconds after the beginning.
    private mutating func event(at milliseconds: Int64 = 0, bytes: Int? = nil) throws -> HeldEnvelope {
        let date = Timestamp(milliseconds: Self.date.milliseconds + milliseconds)
        var json = ByteBuffer()
        let head = EnvelopeHead(messageID: ids.next(at: date), timestamp: date)
        json.appendEnvelope(type: "note", head) { $0.string("text", "") }
        let padding = (bytes ?? json.count) - json.count
        json.clear()
        json.appendEnvelope(type: "note", head) { $0.string("text", String(repeating: "x", count: padding)) }
        return try #require(HeldEnvelope(json.unsafeBytes))
    }

    private func time(_ milliseconds: Int64) -> Timestamp {
        Timestamp(milliseconds: Self.date.milliseconds + milliseconds)
    }

    private func ids(on shelf: EventShelf, _ question: EventShelf.Question) -> [MessageID]? {
        shelf.place(of: question).map { shelf.events(from: $0).map(\.messageID) }
    }

    @Test("what came after an id, in the order in which it came")
    mutating func afterID() throws {
        var shelf = EventShelf()
        let events = [try event(), try event(), try event()]
        for event in events { put(event, on: &shelf, at: Self.start) }
        #expect(ids(on: shelf, .everything) == events.map(\.messageID))
        #expect(ids(on: shelf, .after(events[0].messageID)) == events[1...].map(\.messageID))
        #expect(ids(on: shelf, .after(events[2].messageID)) == [])
    }

    @Test("what is here a second time, as a room replays it, counts where it is first, whatever was answered")
    mutating func replayed() throws {
        var shelf = EventShelf()
        let (own, known) = (try event(), try event())
        put(known, on: &shelf, at: Self.start)
        #expect(!shelf.holdsTwice(known.messageID))
        shelf.markAnswered(upTo: shelf.end)
        for event in [own, known] { put(event, on: &shelf, at: Self.start) }
        for _ in 1...2 {
            // The answer may have been lost.
            #expect(ids(on: shelf, .after(known.messageID)) == [own, known].map(\.messageID))
            shelf.markAnswered(upTo: shelf.end)
        }
        #expect(shelf.holdsTwice(known.messageID))
        #expect(!shelf.holdsTwice(own.messageID))
        #expect(ids(on: shelf, .after(own.messageID)) == [known.messageID])
    }

    @Test("what is here a second time also counts where it was first when that went last")
    mutating func replayedAfterGone() throws {
        var shelf = EventShelf()
        let (own, known) = (try event(), try event())
        put(known, on: &shelf, at: Self.start)
        let later = Self.start + .seconds(119)
        for event in [own, known] { put(event, on: &shelf, at: later) }
        shelf.dropAged(at: Self.start + .seconds(120))
        #expect(ids(on: shelf, .after(known.messageID)) == [own, known].map(\.messageID))
        #expect(shelf.holdsTwice(known.messageID))
    }

    @Test("an id that was never here has no place, and neither has an empty shelf's past")
    mutating func unknownID() throws {
        var shelf = EventShelf()
        #expect(shelf.place(of: .after(try event().messageID)) == nil)
        #expect(shelf.place(of: .afterUnknown) == nil)
        put(try event(), on: &shelf, at: Self.start)
        #expect(shelf.place(of: .after(try event().messageID)) == nil)
        #expect(ids(on: shelf, .everything)?.count == 1)
    }

    @Test("asking takes nothing away: the same question has the same answer")
    mutating func sameAnswer() throws {
        var shelf = EventShelf()
        let events = [try event(), try event()]
        for event in events { put(event, on: &shelf, at: Self.start) }
        for _ in 0..<3 {
            #expect(ids(on: shelf, .after(events[0].messageID)) == [events[1].messageID])
            shelf.passOn(upTo: 1)
            _ = shelf.stamp(at: Self.date)
        }
    }

    // MARK: Time

    @Test("by time, what came in that very millisecond comes again")
    mutating func sinceTime() throws {
        var shelf = EventShelf()
        let events = [try event(at: 0), try event(at: 5), try event(at: 5), try event(at: 9)]
        for event in events { put(event, on: &shelf, at: Self.start) }
        #expect(ids(on: shelf, .since(time(5))) == events[1...].map(\.messageID))
        #expect(ids(on: shelf, .since(time(6))) == [events[3].messageID])
        #expect(ids(on: shelf, .since(time(10))) == [])
        #expect(ids(on: shelf, .since(time(-1))) == events.map(\.messageID))
    }

    @Test("an event that is older than what came before it is found by whoever has only that")
    mutating func lateEvent() throws {
        var shelf = EventShelf()
        let (new, late) = (try event(at: 9), try event(at: 2))
        put(new, on: &shelf, at: Self.start)
        put(late, on: &shelf, at: Self.start)
        #expect(ids(on: shelf, .since(time(9))) == [new.messageID, late.messageID])
    }

    @Test("an event that comes after an answer is found by the answer's time, however old it is")
    mutating func afterAnswer() throws {
        var shelf = EventShelf()
        put(try event(at: 1), on: &shelf, at: Self.start)
        let answered = shelf.stamp(at: time(50))
        #expect(answered == time(50))
        let late = try event(at: 20)
        put(late, on: &shelf, at: Self.start)
        #expect(ids(on: shelf, .since(answered)) == [late.messageID])
    }

    @Test("an answer's time never goes back, whatever the clock does")
    mutating func clockSetBack() throws {
        var shelf = EventShelf()
        #expect(shelf.stamp(at: time(50)) == time(50))
        #expect(shelf.stamp(at: time(10)) == time(50))
        put(try event(at: 70), on: &shelf, at: Self.start)
        #expect(shelf.stamp(at: time(10)) == time(70))
    }

    // MARK: What goes

    @Test("an event goes when it is old, and what came after it can still be asked for by its id")
    mutating func age() throws {
        var shelf = EventShelf(EventShelf.Limits(age: .seconds(120)))
        let events = [try event(at: 0), try event(at: 1), try event(at: 2)]
        put(events[0], on: &shelf, at: Self.start)
        put(events[1], on: &shelf, at: Self.start + .seconds(10))
        put(events[2], on: &shelf, at: Self.start + .seconds(100))
        shelf.dropAged(at: Self.start + .milliseconds(119_999))
        #expect(shelf.count == 3)
        shelf.dropAged(at: Self.start + .seconds(130))
        #expect(ids(on: shelf, .everything) == [events[2].messageID])
        #expect(ids(on: shelf, .after(events[1].messageID)) == [events[2].messageID])
        #expect(ids(on: shelf, .after(events[0].messageID)) == nil)
        #expect(ids(on: shelf, .since(time(1))) == nil)
        #expect(ids(on: shelf, .since(time(2))) == [events[2].messageID])
    }

    @Test("a client that is up to date stays so in a quiet hour")
    mutating func quietHour() throws {
        var shelf = EventShelf()
        let (old, new) = (try event(at: 0), try event(at: 3_600_000))
        put(old, on: &shelf, at: Self.start)
        shelf.dropAged(at: Self.start + .seconds(3600))
        #expect(shelf.count == 0)
        #expect(ids(on: shelf, .after(old.messageID)) == [])
        put(new, on: &shelf, at: Self.start + .seconds(3600))
        #expect(ids(on: shelf, .after(old.messageID)) == [new.messageID])
    }

    @Test("without room, what the client has passed on goes first, whatever its age, and nothing else")
    mutating func room() throws {
        var shelf = EventShelf(EventShelf.Limits(bytes: 1_000))
        let events = try (0..<6).map { _ in try event(bytes: 250) }
        for event in events[..<4] { put(event, on: &shelf, at: Self.start) }
        shelf.passOn(upTo: 2)
        put(events[4], on: &shelf, at: Self.start)
        #expect(ids(on: shelf, .everything) == events[1..<5].map(\.messageID))
        #expect(ids(on: shelf, .after(events[0].messageID)) == events[1..<5].map(\.messageID))
        put(events[5], on: &shelf, at: Self.start)
        #expect(ids(on: shelf, .everything) == events[2..<6].map(\.messageID))
        #expect(shelf.append(try event(bytes: 250), at: Self.start) == false)
    }

    @Test("what was passed on stays while there is room")
    mutating func roomEnough() throws {
        var shelf = EventShelf(EventShelf.Limits(bytes: 1_000))
        for _ in 0..<4 { put(try event(bytes: 250), on: &shelf, at: Self.start) }
        shelf.passOn(upTo: 4)
        #expect(shelf.count == 4)
        #expect(shelf.heldBytes == 1_000)
    }

    // MARK: How much

    @Test("it knows how many bytes were in no answer, and how many were not passed on")
    mutating func bytes() throws {
        var shelf = EventShelf(EventShelf.Limits(bytes: 1_000))
        for _ in 0..<3 { put(try event(bytes: 250), on: &shelf, at: Self.start) }
        #expect((shelf.heldBytes, shelf.unansweredBytes, shelf.unclaimedBytes) == (750, 750, 750))
        shelf.markAnswered(upTo: shelf.end)
        #expect((shelf.unansweredBytes, shelf.unclaimedBytes) == (0, 750))
        shelf.passOn(upTo: 2)
        #expect(shelf.unclaimedBytes == 250)
        shelf.passOn(upTo: 1)
        #expect(shelf.unclaimedBytes == 250)
        for _ in 0..<2 { put(try event(bytes: 250), on: &shelf, at: Self.start) }
        #expect((shelf.heldBytes, shelf.unansweredBytes, shelf.unclaimedBytes) == (1_000, 500, 750))
        shelf.dropAged(at: Self.start + .seconds(120))
        #expect((shelf.heldBytes, shelf.unansweredBytes, shelf.unclaimedBytes) == (0, 0, 0))
    }
}

/// Puts an event onto a shelf where there has to be room for it.
private func put(
    _ event: HeldEnvelope, on shelf: inout EventShelf, at now: Instant,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    let fits = shelf.append(event, at: now)
    #expect(fits, sourceLocation: sourceLocation)
}
