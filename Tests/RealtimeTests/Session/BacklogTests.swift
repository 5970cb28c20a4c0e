import Testing

@testable import Realtime

@Suite("Backlog")
struct BacklogTests {
    private func frames(_ texts: String...) -> [SharedBytes] { texts.map { SharedBytes($0) } }

    private func rest(of backlog: Backlog) -> [String] {
        var frames: [SharedBytes] = []
        while let frame = backlog.popFirst() { frames.append(frame) }
        return frames.texts
    }

    @Test("the replay comes first, then what was published since, in order")
    func order() {
        let backlog = Backlog(frames("1", "2"), maximumGrowth: 100)
        #expect(backlog.append(SharedBytes("3")))
        #expect([backlog.popFirst()].compactMap { $0 }.texts == ["1"])
        backlog.append(replay: frames("4", "5"))
        #expect(backlog.append(SharedBytes("6")))
        #expect(rest(of: backlog) == ["2", "3", "4", "5", "6"])
    }

    @Test("a replay may be of any length; what waits behind it is bounded")
    func bound() {
        let backlog = Backlog(frames(String(repeating: "x", count: 1_000)), maximumGrowth: 10)
        backlog.append(replay: frames(String(repeating: "x", count: 1_000)))
        #expect(backlog.append(SharedBytes("12345")))
        #expect(backlog.append(SharedBytes("67890")))
        #expect(!backlog.append(SharedBytes("1")))
    }

    @Test("what has been sent is not counted any more")
    func drains() {
        let backlog = Backlog(frames("1"), maximumGrowth: 10)
        for _ in 0..<3 {
            #expect(backlog.append(SharedBytes("1234567890")))
            #expect(backlog.growth == 10)
            _ = rest(of: backlog)
            #expect(backlog.growth == 0)
        }
    }
}
