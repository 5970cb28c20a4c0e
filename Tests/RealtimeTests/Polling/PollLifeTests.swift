import Testing

@testable import Realtime

@Suite("Life of a session without a WebSocket")
struct PollLifeTests {
    private func at(_ seconds: Int) -> Instant { Instant(nanoseconds: 0) + .seconds(seconds) }

    @Test("it ends when nobody has come for its patience")
    func abandoned() {
        let life = PollLife(PollLife.Limits(), at: at(0))
        #expect(life.deadline == at(60))
        #expect(life.due(at: at(59)) == .nothing)
        #expect(life.due(at: at(60)) == .abandoned)
        #expect(!life.isOver)
    }

    @Test("a client is given two heartbeats, and never less than a minute")
    func patience() {
        #expect(PollLife.Limits(heartbeat: .seconds(1)).patience == .seconds(60))
        #expect(PollLife.Limits(heartbeat: .seconds(45)).patience == .seconds(90))
    }

    @Test("while a request is being answered it lives, and its time begins when the last one was")
    func attended() {
        var life = PollLife(PollLife.Limits(), at: at(0))
        life.arrived()
        life.arrived()
        #expect(life.deadline == nil)
        #expect(life.due(at: at(1_000)) == .nothing)
        life.left(at: at(1_000))
        #expect(life.deadline == nil)
        life.left(at: at(1_010))
        #expect(life.due(at: at(1_069)) == .nothing)
        #expect(life.due(at: at(1_070)) == .abandoned)
    }

    @Test("what is over can be asked for its end for a while, however often it is asked")
    func over() {
        var life = PollLife(PollLife.Limits(), at: at(0))
        life.end(at: at(10))
        #expect(life.isOver)
        #expect(life.due(at: at(69)) == .nothing)
        life.arrived()
        #expect(life.due(at: at(200)) == .nothing)
        life.left(at: at(200))
        #expect(life.due(at: at(200)) == .forgotten)
    }

    @Test("it ends once")
    func once() {
        var life = PollLife(PollLife.Limits(), at: at(0))
        life.end(at: at(10))
        life.end(at: at(50))
        #expect(life.deadline == at(70))
    }
}
