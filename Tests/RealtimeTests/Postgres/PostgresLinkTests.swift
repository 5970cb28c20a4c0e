import Testing

@testable import Realtime

@Suite("Postgres link")
struct PostgresLinkTests {
    private func link(in phase: PostgresLink.Phase) -> PostgresLink {
        var link = PostgresLink(backoff: PostgresBackoff(first: .milliseconds(100), limit: .seconds(5)))
        if phase == .resting {
            _ = link.start()
            _ = link.lost(chance: 0)
        }
        guard phase != .resting else { return link }
        _ = link.start()
        if phase == .closed { _ = link.close(isBusy: false) }
        guard phase != .connecting, phase != .closed else { return link }
        _ = link.connected()
        guard phase != .settling else { return link }
        _ = link.settled()
        if phase == .retiring { _ = link.retire(isBusy: true) }
        if phase == .closing { _ = link.close(isBusy: true) }
        return link
    }

    @Test("it connects, settles, and then takes statements")
    func goodWay() {
        var link = PostgresLink()
        #expect(link.start() == .connect)
        #expect(link.connected() == .settle)
        #expect(link.phase == .settling)
        #expect(link.settled() == .announce)
        #expect(link.phase == .ready)
    }

    @Test(
        "lost in any phase it rests, and then connects again",
        arguments: [PostgresLink.Phase.connecting, .settling, .ready, .retiring])
    func comesBack(phase: PostgresLink.Phase) {
        var link = link(in: phase)
        #expect(link.lost(chance: 0) == .rest(.milliseconds(50)))
        #expect(link.phase == .resting)
        #expect(link.restEnded() == .connect)
    }

    @Test("each failure makes the next rest longer, up to a limit, and success forgets them")
    func backoff() {
        var link = PostgresLink(backoff: PostgresBackoff(first: .milliseconds(100), limit: .seconds(5)))
        _ = link.start()
        var rests: [PostgresLink.Action] = []
        for _ in 0..<8 {
            rests.append(link.lost(chance: 1))
            _ = link.restEnded()
        }
        let milliseconds = [100, 200, 400, 800, 1600, 3200, 5000, 5000]
        #expect(rests == milliseconds.map { .rest(.milliseconds($0)) })
        _ = link.connected()
        _ = link.settled()
        #expect(link.lost(chance: 1) == .rest(.milliseconds(100)))
    }

    @Test("a connection that is made and lost again before it has settled is no success")
    func backoffKept() {
        var link = PostgresLink(backoff: PostgresBackoff(first: .milliseconds(100), limit: .seconds(5)))
        _ = link.start()
        _ = link.lost(chance: 1)
        _ = link.restEnded()
        _ = link.connected()
        #expect(link.lost(chance: 1) == .rest(.milliseconds(200)))
    }

    @Test("chance keeps rests apart: from half of the longest up to all of it")
    func jitter() {
        for chance in [0.0, 0.25, 0.999] {
            var backoff = PostgresBackoff(first: .milliseconds(100), limit: .seconds(5))
            let rest = backoff.next(chance: chance)
            #expect(rest >= .milliseconds(50) && rest <= .milliseconds(100))
        }
    }

    @Test("an outdated connection is replaced as soon as nothing is on its way")
    func retiring() {
        var idle = link(in: .ready)
        #expect(idle.retire(isBusy: false) == .replace)
        #expect(idle.phase == .connecting)
        var busy = link(in: .ready)
        #expect(busy.retire(isBusy: true) == .nothing)
        #expect(busy.retire(isBusy: true) == .nothing)
        #expect(busy.drained() == .replace)
        #expect(busy.connected() == .settle)
    }

    @Test("only an outdated connection is replaced when it is idle")
    func drained() {
        var link = link(in: .ready)
        #expect(link.drained() == .nothing)
        #expect(link.phase == .ready)
    }

    @Test(
        "closed without anything on its way it ends at once",
        arguments: [PostgresLink.Phase.resting, .connecting, .ready, .retiring])
    func closeIdle(phase: PostgresLink.Phase) {
        var link = link(in: phase)
        #expect(link.close(isBusy: false) == .end)
        #expect(link.phase == .closed)
        #expect(link.close(isBusy: false) == .nothing)
    }

    @Test("closed with statements on their way it waits for them, or for the end of the connection")
    func closeBusy() {
        var answered = link(in: .ready)
        #expect(answered.close(isBusy: true) == .nothing)
        #expect(answered.drained() == .end)
        var broken = link(in: .ready)
        #expect(broken.close(isBusy: true) == .nothing)
        #expect(broken.lost(chance: 0) == .end)
        var settling = link(in: .settling)
        #expect(settling.close(isBusy: true) == .nothing)
        #expect(settling.settled() == .nothing)
        #expect(settling.drained() == .end)
    }

    @Test("what a thread or a timer brings after the end changes nothing")
    func afterTheEnd() {
        var link = link(in: .closed)
        #expect(link.connected() == .nothing)
        #expect(link.lost(chance: 0) == .nothing)
        #expect(link.restEnded() == .nothing)
        #expect(link.drained() == .nothing)
        #expect(link.phase == .closed)
    }
}
