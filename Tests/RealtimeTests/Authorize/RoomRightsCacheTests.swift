import Testing

@testable import Realtime

@Suite("Remembered rights")
struct RoomRightsCacheTests {
    private let time = ManualTime()

    private func question(
        _ room: String, user: String = "bob", device: String? = nil
    ) -> AuthorizationQuestion {
        AuthorizationQuestion(
            user: UserID(user)!, device: device.flatMap { DeviceID($0) }, room: RoomID(room)!)
    }

    @Test("An answer is good until its time is up, and not at that moment")
    func age() {
        var cache = RoomRightsCache(capacity: 4)
        cache.insert(.read, for: question("a"), lasting: .seconds(10), at: time.now)
        time.advance(by: .milliseconds(9999))
        var rights = cache.rights(for: question("a"), at: time.now)
        #expect(rights == .read)
        time.advance(by: .milliseconds(1))
        rights = cache.rights(for: question("a"), at: time.now)
        #expect(rights == nil)
    }

    @Test("A no is remembered as well as a yes")
    func no() {
        var cache = RoomRightsCache(capacity: 4)
        cache.insert([], for: question("a"), lasting: .seconds(10), at: time.now)
        let rights = cache.rights(for: question("a"), at: time.now)
        #expect(rights == [])
    }

    @Test("User, room and device each make another question")
    func questions() {
        var cache = RoomRightsCache(capacity: 4)
        cache.insert(.read, for: question("a"), lasting: .seconds(10), at: time.now)
        for other in [question("b"), question("a", user: "ann"), question("a", device: "d")] {
            let rights = cache.rights(for: other, at: time.now)
            #expect(rights == nil)
        }
    }

    @Test("A newer answer takes the place of an older one")
    func newer() {
        var cache = RoomRightsCache(capacity: 4)
        cache.insert(.read, for: question("a"), lasting: .seconds(10), at: time.now)
        cache.insert([], for: question("a"), lasting: .seconds(20), at: time.now)
        time.advance(by: .seconds(15))
        let rights = cache.rights(for: question("a"), at: time.now)
        #expect(rights == [])
        #expect(cache.count == 1)
    }

    @Test("Where it is full, the answer goes that nobody used")
    func full() {
        var cache = RoomRightsCache(capacity: 3)
        for room in ["a", "b", "c"] {
            cache.insert(.read, for: question(room), lasting: .seconds(10), at: time.now)
        }
        _ = cache.rights(for: question("a"), at: time.now)
        _ = cache.rights(for: question("c"), at: time.now)
        cache.insert(.read, for: question("d"), lasting: .seconds(10), at: time.now)
        let kept = ["a", "b", "c", "d"].filter { cache.rights(for: question($0), at: time.now) != nil }
        #expect(kept == ["a", "c", "d"])
    }

    @Test("Where it is full, an answer that is out of date goes although it was used")
    func fullOfOld() {
        var cache = RoomRightsCache(capacity: 2)
        cache.insert(.read, for: question("old"), lasting: .seconds(1), at: time.now)
        cache.insert(.read, for: question("good"), lasting: .seconds(10), at: time.now)
        _ = cache.rights(for: question("old"), at: time.now)
        _ = cache.rights(for: question("good"), at: time.now)
        time.advance(by: .seconds(5))
        cache.insert(.read, for: question("new"), lasting: .seconds(10), at: time.now)
        let kept = ["old", "good", "new"].filter { cache.rights(for: question($0), at: time.now) != nil }
        #expect(kept == ["good", "new"])
    }

    @Test("It never holds more than it may, and never answers for another question")
    func model() {
        var generator = SeededGenerator(seed: 7)
        var cache = RoomRightsCache(capacity: 16)
        var truth: [String: (rights: RoomRights, end: Instant)] = [:]
        for _ in 0..<20_000 {
            let room = "room \(Int.random(in: 0..<40, using: &generator))"
            if Bool.random(using: &generator) {
                let rights = RoomRights(rawValue: .random(in: 0...3, using: &generator))
                let age = Duration.seconds(Int.random(in: 1...5, using: &generator))
                cache.insert(rights, for: question(room), lasting: age, at: time.now)
                truth[room] = (rights, time.now + age)
            } else if let rights = cache.rights(for: question(room), at: time.now) {
                #expect(rights == truth[room]?.rights)
                #expect(truth[room].map { $0.end > time.now } == true)
            }
            time.advance(by: .milliseconds(.random(in: 0...200, using: &generator)))
            #expect(cache.count <= 16)
        }
    }

    @Test("Without room for any answer it remembers none")
    func off() {
        var cache = RoomRightsCache(capacity: 0)
        cache.insert(.read, for: question("a"), lasting: .seconds(10), at: time.now)
        let rights = cache.rights(for: question("a"), at: time.now)
        #expect(rights == nil)
    }
}
