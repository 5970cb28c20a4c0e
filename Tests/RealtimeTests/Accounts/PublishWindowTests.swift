import Testing

@testable import Realtime

@Suite("Publish window")
struct PublishWindowTests {
    private var window = PublishWindow()
    private let limits = PublishWindow.Limits()

    private mutating func begin(_ id: ClientMessageID, at seconds: Double) -> String {
        switch window.begin(id, at: at(seconds), limits: limits) {
        case .act: "act"
        case .underway: "underway"
        case .answered(let answer):
            "answered \(answer.seq.map { "\($0)" } ?? "-") \(answer.extra.map { [$0].texts[0] } ?? "-")"
        }
    }

    @Test("A repeated id gets the first answer, and is not acted on")
    mutating func repeated() {
        #expect(begin("c1", at: 0) == "act")
        window.answered("c1", .init(seq: 7), at: at(0), limits: limits)
        #expect(begin("c1", at: 1) == "answered 7 -")
        #expect(begin("c1", at: 2) == "answered 7 -")
        #expect(begin("c2", at: 2) == "act")
    }

    @Test("While the first is worked on, the second waits for the same answer")
    mutating func underway() {
        #expect(begin("c1", at: 0) == "act")
        #expect(begin("c1", at: 0) == "underway")
        window.answered("c1", .init(seq: 1), at: at(1), limits: limits)
        #expect(begin("c1", at: 1) == "answered 1 -")
    }

    @Test("What was answered by an error is not remembered")
    mutating func failed() {
        #expect(begin("c1", at: 0) == "act")
        window.failed("c1")
        #expect(begin("c1", at: 1) == "act")
    }

    @Test("An answer may have no number, and say more")
    mutating func otherAnswers() {
        _ = begin("c1", at: 0)
        window.answered("c1", .init(extra: SharedBytes(#""delivered":0"#)), at: at(0), limits: limits)
        #expect(begin("c1", at: 1) == #"answered - "delivered":0"#)
        _ = begin("c2", at: 0)
        window.answered("c2", .init(), at: at(0), limits: limits)
        #expect(begin("c2", at: 1) == "answered - -")
    }

    @Test("Each is remembered for five minutes at least and ten at most, whenever it came")
    mutating func age() {
        for start in stride(from: 0.0, to: 2000, by: 70) {
            let id = ClientMessageID("c\(start)")!
            #expect(begin(id, at: start) == "act")
            window.answered(id, .init(seq: UInt64(start) + 1), at: at(start), limits: limits)
            let back = max(0, (start - 299) / 70).rounded(.up) * 70
            #expect(begin(ClientMessageID("c\(back)")!, at: start) == "answered \(UInt64(back) + 1) -")
        }
        window.expire(at: at(3000), limits: limits)
        #expect(window.count == 0)
        #expect(window.nextDeadline == nil)
    }

    @Test("After ten minutes an id is new")
    mutating func aged() {
        _ = begin("c1", at: 0)
        window.answered("c1", .init(seq: 1), at: at(0), limits: limits)
        #expect(window.nextDeadline == at(300))
        window.expire(at: at(300), limits: limits)
        #expect(begin("c1", at: 300) == "answered 1 -")
        #expect(begin("c1", at: 600) == "act")
    }

    @Test("However seldom it is asked, nothing is remembered that is older than both generations")
    mutating func longSilence() {
        _ = begin("c1", at: 0)
        window.answered("c1", .init(seq: 1), at: at(0), limits: limits)
        #expect(begin("c1", at: 100_000) == "act")
        #expect(window.count == 1)
    }

    @Test("The number of ids is bounded; the newest half stays")
    mutating func count() {
        let small = PublishWindow.Limits(count: 100)
        for number in 0..<1000 {
            let id = ClientMessageID("c\(number)")!
            guard case .act = window.begin(id, at: at(0), limits: small) else {
                Issue.record("\(number) was remembered")
                return
            }
            window.answered(id, .init(seq: UInt64(number) + 1), at: at(0), limits: small)
            #expect(window.count <= 100)
        }
        #expect(begin("c999", at: 0) == "answered 1000 -")
        #expect(begin("c0", at: 0) == "act")
    }

    @Test("The bytes of answers are bounded")
    mutating func bytes() {
        let small = PublishWindow.Limits(bytes: 1000)
        let extra = SharedBytes([UInt8](repeating: 0x20, count: 90))
        for number in 0..<100 {
            let id = ClientMessageID("c\(number)")!
            _ = window.begin(id, at: at(0), limits: small)
            window.answered(id, .init(extra: extra), at: at(0), limits: small)
            #expect(window.byteCount <= 1000)
        }
        #expect(begin("c99", at: 0).hasPrefix("answered"))
    }

    @Test("Ids are the same by their bytes")
    mutating func exact() {
        _ = begin("caf\u{E9}", at: 0)
        window.answered("caf\u{E9}", .init(seq: 1), at: at(0), limits: limits)
        #expect(begin("cafe\u{301}", at: 0) == "act")
    }
}
