import Testing

@testable import Realtime

@Suite("Whose a poll is")
struct PollRosterTests {
    private var names = ConnectionIDGenerator(loop: 0, startingAt: 0)
    private var roster = PollRoster()

    private mutating func make(_ use: PollRoster.Use = .fresh, on device: DeviceID? = nil) -> ConnectionID {
        let id = names.next()
        #expect(roster.made(id, on: device, as: use) == nil)
        return id
    }

    @Test("a name finds the session that has it, and no other name does")
    mutating func named() {
        let (one, other) = (make(), make())
        #expect(roster.named(one) == true)
        #expect(roster.named(other) == true)
        #expect(roster.named(names.next()) == false)
    }

    @Test("two connects without a name have nothing to share")
    mutating func twoTabs() {
        #expect(roster.forConnect(on: nil) == nil)
        _ = make()
        #expect(roster.forConnect(on: nil) == nil)
    }

    @Test(
        "who goes on without a name gets the session that was made last, and from then on that one is shared")
    mutating func adopted() {
        let (old, new) = (make(), make())
        #expect(roster.forFollowUp(on: nil) == new)
        #expect(roster.forConnect(on: nil) == new)
        let newer = make()
        #expect(roster.forFollowUp(on: nil) == new)
        #expect(roster.named(old) == true)
        #expect(roster.named(newer) == true)
    }

    @Test("a session that is used by its name is nobody else's")
    mutating func namedIsNotShared() {
        let tab = make()
        #expect(roster.named(tab) == true)
        #expect(roster.forFollowUp(on: nil) == nil)
        #expect(roster.forConnect(on: nil) == nil)
    }

    @Test("a shared session stays shared when somebody names it")
    mutating func sharedAndNamed() {
        let id = make(.shared)
        #expect(roster.named(id) == true)
        #expect(roster.forFollowUp(on: nil) == id)
    }

    @Test("devices share nothing")
    mutating func devices() {
        let (phone, desk) = (make(on: "phone"), make(on: "desk"))
        #expect(roster.forFollowUp(on: nil) == nil)
        #expect(roster.forFollowUp(on: "phone") == phone)
        #expect(roster.forFollowUp(on: "desk") == desk)
        #expect(roster.forConnect(on: "phone") == phone)
        #expect(roster.forConnect(on: nil) == nil)
    }

    @Test("what is over is heard to its end by who goes on, and left alone by who connects")
    mutating func over() {
        let id = make(.shared)
        roster.ended(id)
        #expect(roster.forConnect(on: nil) == nil)
        #expect(roster.forFollowUp(on: nil) == id)
        let next = make()
        #expect(roster.forFollowUp(on: nil) == next)
        roster.forgot(id)
        #expect(roster.named(id) == false)
    }

    @Test("of too many that nobody has come back to, the oldest goes")
    mutating func bounded() {
        let first = make()
        let used = make()
        #expect(roster.named(used) == true)
        for _ in 2...PollRoster.mostFresh { _ = make() }
        #expect(roster.made(names.next(), on: nil, as: .fresh) == first)
    }

    // MARK: Streams

    @Test("a stream that comes back gets the session whose stream is gone")
    mutating func idleStream() {
        let (one, other) = (make(.streamed), make(.streamed))
        #expect(roster.forStream(on: nil) { $0 == one ? nil : Instant(nanoseconds: 1) } == one)
        #expect(roster.forStream(on: nil) { $0 == other ? nil : Instant(nanoseconds: 1) } == other)
    }

    @Test("where all have a stream, the oldest one has gone unnoticed")
    mutating func oldestStream() {
        let (one, other) = (make(.streamed), make(.streamed))
        #expect(roster.forStream(on: nil) { Instant(nanoseconds: $0 == one ? 5 : 9) } == one)
        #expect(roster.forStream(on: nil) { Instant(nanoseconds: $0 == other ? 5 : 9) } == other)
    }

    @Test("a stream without a name never gets a session that is used by its name, and shares none with polls")
    mutating func streamsAlone() {
        let tab = make()
        #expect(roster.named(tab) == true)
        #expect(roster.forStream(on: nil) { _ in nil } == nil)
        let stream = make()
        #expect(roster.forStream(on: nil) { _ in nil } == stream)
        #expect(roster.forFollowUp(on: nil) == nil)
        #expect(roster.forConnect(on: nil) == nil)
    }
}
