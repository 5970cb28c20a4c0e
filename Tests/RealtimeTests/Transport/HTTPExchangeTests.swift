import Testing

@testable import Realtime

@Suite("HTTP exchange")
struct HTTPExchangeTests {
    private func answering(keepsAlive: Bool = true) -> HTTPExchange {
        var exchange = HTTPExchange()
        _ = exchange.headCame(keepsAlive: keepsAlive, hasBody: false, expectsContinue: false)
        _ = exchange.requestEnded()
        return exchange
    }

    @Test("a first head's time runs from the connection's beginning, a later one's from its first byte")
    func headTimes() {
        var exchange = HTTPExchange()
        #expect(exchange.headIsComing() == .nothing)
        exchange = answering()
        #expect(exchange.answered() == .awaitRequest)
        #expect(exchange.headIsComing() == .awaitHead)
        #expect(exchange.headIsComing() == .nothing)
    }

    @Test("a request without a body is answered at its end")
    func noBody() {
        var exchange = HTTPExchange()
        #expect(exchange.headCame(keepsAlive: true, hasBody: false, expectsContinue: false) == .readOn)
        #expect(exchange.requestEnded() == .answer)
        #expect(!exchange.takesRequests)
    }

    @Test("a body is waited for, and asked for where the client wants that")
    func body() {
        var exchange = HTTPExchange()
        let action = exchange.headCame(keepsAlive: true, hasBody: true, expectsContinue: true)
        #expect(action == .awaitBody(sayContinue: true))
        #expect(exchange.requestEnded() == .answer)
    }

    @Test("a client that wants no more is closed after its answer")
    func closes() {
        var exchange = answering(keepsAlive: false)
        #expect(exchange.endsAfterAnswer)
        #expect(exchange.answered() == .finish)
    }

    @Test("what is no HTTP is refused once")
    func failure() {
        var exchange = HTTPExchange()
        #expect(exchange.failed(.badRequest) == .refuse(.badRequest))
        #expect(exchange.endsAfterAnswer)
        #expect(exchange.failed(.badRequest) == .nothing)
    }

    @Test(
        "time-outs: 408 for a head or body under way, silence for an idle client, the end for an unread answer"
    )
    func timeouts() {
        var exchange = HTTPExchange()
        #expect(exchange.timedOut() == .refuse(.requestTimeout))
        exchange = HTTPExchange()
        _ = exchange.headCame(keepsAlive: true, hasBody: true, expectsContinue: false)
        #expect(exchange.timedOut() == .refuse(.requestTimeout))
        exchange = answering()
        #expect(exchange.timedOut() == .abort)
        exchange = answering()
        _ = exchange.answered()
        #expect(exchange.timedOut() == .finish)
    }

    @Test("a peer that closed its half still gets the answer to what it asked")
    func halfClosed() {
        var exchange = answering()
        #expect(exchange.peerEnded() == .nothing)
        #expect(exchange.answered() == .finish)
        exchange = HTTPExchange()
        #expect(exchange.peerEnded() == .finish)
    }

    @Test("draining ends an idle connection at once and a busy one after its answer")
    func drain() {
        var exchange = HTTPExchange()
        #expect(exchange.drain() == .finish)
        exchange = answering()
        #expect(exchange.drain() == .nothing)
        #expect(exchange.answered() == .finish)
    }
}
