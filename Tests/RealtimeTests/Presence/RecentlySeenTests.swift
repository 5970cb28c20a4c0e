import Testing

@testable import Realtime

@Suite("Users who were here lately")
struct RecentlySeenTests {
    private func date(_ second: Int64) -> Timestamp { Timestamp(milliseconds: second * 1000) }

    @Test("the last time counts")
    func last() {
        var seen = RecentlySeen()
        seen.note("ada", at: date(1))
        seen.note("ada", at: date(2))
        #expect(seen["ada"] == date(2))
        #expect(seen["bob"] == nil)
    }

    @Test("the most recent half is always remembered, and never more than all")
    func bounded() {
        var seen = RecentlySeen(capacity: 10)
        let users = (0..<100).map { UserID("user-\($0)") ?? "nobody" }
        for (second, user) in users.enumerated() {
            seen.note(user, at: date(Int64(second)))
            let remembered = users.filter { seen[$0] != nil }
            #expect(remembered.count <= 10)
            #expect(users[...second].suffix(5).allSatisfy { seen[$0] != nil })
        }
    }
}
