import Testing

@testable import Realtime

/// Told by hand what happens and what time it is.
@Suite("Session life")
struct SessionLifeTests {
    private var life = SessionLife(authenticatingUntil: at(10))

    /// What is due so many seconds after the start.
    private mutating func due(at seconds: Double) -> SessionLife.Due {
        life.due(at: at(seconds), wall(at(seconds)))
    }

    private func delay(at seconds: Double) -> Duration? {
        life.delay(at: at(seconds), wall(at(seconds)))
    }

    private func date(_ seconds: Double) -> Timestamp { wall(at(seconds)) }

    // MARK: Who is it?

    @Test("it begins without an identity, and waits for one until its time is up")
    mutating func authenticating() {
        #expect(!life.isOpen && !life.isOver)
        #expect(delay(at: 0) == .seconds(10))
        #expect(due(at: 9.999) == .nothing)
        #expect(delay(at: 9.5) == .milliseconds(500))
        #expect(due(at: 10) == .authenticationTimedOut)
        #expect(delay(at: 11) == .zero)
    }

    @Test("a token that is being looked at gets no more time than one that has not come")
    mutating func verifying() {
        life.verify()
        #expect(life.phase == .verifying(until: at(10)))
        #expect(!life.isOpen)
        #expect(due(at: 9.999) == .nothing)
        #expect(due(at: 10) == .authenticationTimedOut)
    }

    @Test("a good token opens it", arguments: [false, true])
    mutating func opens(isVerified: Bool) {
        if isVerified { life.verify() }
        life.authenticated(expiresAt: date(3600))
        #expect(life.isOpen && !life.isOver)
        #expect(life.phase == .open(expiresAt: date(3600), isWarned: false))
    }

    @Test("once open, another token to look at does not close it")
    mutating func verifyWhileOpen() {
        life.authenticated(expiresAt: nil)
        life.verify()
        #expect(life.isOpen)
    }

    // MARK: For how long?

    @Test("a token without an end is never warned of and never ends")
    mutating func endless() {
        life.authenticated(expiresAt: nil)
        #expect(delay(at: 0) == nil)
        #expect(due(at: 1_000_000) == .nothing)
    }

    @Test("it warns 60 s before the end, once, and closes 25 s after it")
    mutating func expiry() {
        life.authenticated(expiresAt: date(3600))
        #expect(delay(at: 0) == .seconds(3540))
        #expect(due(at: 3539.999) == .nothing)
        #expect(due(at: 3540) == .warn(expiresAt: date(3600)))
        #expect(due(at: 3540) == .nothing)
        #expect(delay(at: 3540) == .seconds(85))
        #expect(due(at: 3600) == .nothing)
        #expect(due(at: 3624.999) == .nothing)
        #expect(life.isOpen)
        #expect(due(at: 3625) == .expired)
    }

    @Test("a token with less than 60 s left is warned of at once")
    mutating func shortToken() {
        life.authenticated(expiresAt: date(30))
        #expect(delay(at: 0) == .zero)
        #expect(due(at: 0) == .warn(expiresAt: date(30)))
        #expect(delay(at: 0) == .seconds(55))
    }

    @Test("one whose warning was slept through is closed all the same")
    mutating func sleptThrough() {
        life.authenticated(expiresAt: date(100))
        #expect(due(at: 125) == .expired)
    }

    @Test("a renewal begins anew, also in the time after the end")
    mutating func renewal() {
        life.authenticated(expiresAt: date(100))
        #expect(due(at: 40) == .warn(expiresAt: date(100)))
        life.authenticated(expiresAt: date(1000))
        #expect(due(at: 125) == .nothing)
        #expect(due(at: 940) == .warn(expiresAt: date(1000)))
        #expect(due(at: 1024) == .nothing)
        life.authenticated(expiresAt: date(2000))
        #expect(due(at: 1025) == .nothing)
        #expect(delay(at: 1025) == .seconds(915))
    }

    @Test("the wall clock decides when a token ends, whatever the monotonic one says")
    mutating func clocks() {
        life.authenticated(expiresAt: date(100))
        #expect(life.due(at: at(1_000_000), date(0)) == .nothing)
        #expect(life.due(at: at(0), date(200)) == .expired)
    }

    // MARK: The end

    @Test("what is over stays over: no token opens it, and nothing is due")
    mutating func over() {
        life.end()
        #expect(life.isOver && !life.isOpen)
        life.verify()
        life.authenticated(expiresAt: date(100))
        #expect(life.isOver)
        #expect(due(at: 1_000_000) == .nothing)
        #expect(delay(at: 0) == nil)
    }
}
