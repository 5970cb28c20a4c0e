import Testing

@testable import Realtime

@Suite("User accounts")
struct UserAccountTests {
    private let account = UserAccount(lock: BareLock())
    private let limits = PublishWindow.Limits()

    /// Says an id, and what became of it.
    private func begin(_ id: ClientMessageID, told: Notes = Notes()) -> String {
        let verdict = account.begin(id, at: at(0), limits) { outcome in
            switch outcome {
            case .success(let answer): told.note("seq \(answer.seq ?? 0)")
            case .failure(let error): told.note(error.code.rawValue)
            }
        }
        return switch verdict {
        case .act: "act"
        case .underway: "underway"
        case .answered(let answer): "answered \(answer.seq ?? 0)"
        }
    }

    private func end(_ id: ClientMessageID, _ outcome: UserAccount.Outcome) {
        account.end(id, outcome, at: at(0), limits)
    }

    // MARK: Repeats

    @Test("all who repeat what is under way get the one answer, each once")
    func waiters() {
        let told = Notes()
        #expect(begin("x", told: told) == "act")
        for _ in 0..<3 { #expect(begin("x", told: told) == "underway") }
        #expect(begin("y", told: told) == "act")
        #expect(told.all.isEmpty)
        end("x", .success(PublishWindow.Answer(seq: 7)))
        #expect(told.all == ["seq 7", "seq 7", "seq 7"])
        #expect(begin("x", told: told) == "answered 7")
        end("y", .success(PublishWindow.Answer(seq: 8)))
        #expect(told.all.count == 3)
    }

    @Test("they get its error as well, and the next is a new one")
    func failure() {
        let told = Notes()
        _ = begin("x", told: told)
        _ = begin("x", told: told)
        end("x", .failure(RealtimeError(.forbidden, "no")))
        #expect(told.all == ["forbidden"])
        #expect(begin("x", told: told) == "act")
    }

    @Test("one who is told may ask again at once: no lock is held")
    func reentrant() {
        let told = Notes()
        _ = begin("x")
        let verdict = account.begin("x", at: at(0), limits) { [account, limits] _ in
            if case .answered = account.begin("x", at: at(0), limits, { _ in }) { told.note("answered") }
        }
        guard case .underway = verdict else {
            Issue.record("it was not under way")
            return
        }
        end("x", .success(PublishWindow.Answer(seq: 1)))
        #expect(told.all == ["answered"])
    }

    // MARK: Limits

    @Test("all connections of a user use up one limit")
    func rate() {
        let limits = RateLimits(messages: RateLimit(perSecond: 1, burst: 2))
        #expect(account.admit(.publish, at: at(0), limits) == .accept)
        #expect(account.admit(.query, at: at(0), limits) == .accept)
        #expect(account.admit(.other, at: at(0), limits) == .refuse(retryAfter: .seconds(1)))
        #expect(account.admit(.other, at: at(1), limits) == .accept)
    }
}

@Suite("All user accounts")
struct UserAccountsTests {
    private let time = ManualTime()
    private let accounts: UserAccounts

    init() {
        accounts = UserAccounts(window: PublishWindow.Limits(), grace: .seconds(5), time: time.source)
    }

    private func connect(_ user: UserID, atMost limit: Int = 10) -> UserAccount? {
        accounts.connect(user, atMost: limit)
    }

    @Test("a user has one account, however many connections")
    func one() throws {
        let (first, second) = (try #require(connect("ada")), try #require(connect("ada")))
        #expect(first === second && first === accounts.account(of: "ada"))
        #expect(connect("bob") !== first)
    }

    @Test("there are no more connections than there may be, and a place that is given back is free")
    func bound() throws {
        let ada = try #require(connect("ada", atMost: 2))
        #expect(connect("ada", atMost: 2) != nil)
        #expect(connect("ada", atMost: 2) == nil)
        #expect(connect("bob", atMost: 2) != nil)
        ada.disconnect(at: time.now)
        #expect(connect("ada", atMost: 2) != nil)
        #expect(connect("ada", atMost: 2) == nil)
    }

    @Test("what a user says of themselves is kept while they are connected, and for the grace period")
    func presence() throws {
        let busy = PresenceState(status: .busy)
        let (ada, second) = (try #require(connect("ada")), try #require(connect("ada")))
        ada.presence = busy
        ada.disconnect(at: time.now)
        time.advance(by: .seconds(100))
        #expect(connect("ada")?.presence == busy)
        for _ in 0..<2 { second.disconnect(at: time.now) }
        time.advance(by: .milliseconds(4_999))
        #expect(connect("ada")?.presence == busy)
        ada.disconnect(at: time.now)
        time.advance(by: .seconds(5))
        #expect(connect("ada")?.presence == .initial)
    }

    @Test("an account is there for as long as something is remembered of its user")
    func forgotten() throws {
        let limits = PublishWindow.Limits()
        let busy = accounts.account(of: "busy")
        _ = busy.begin("x", at: time.now, limits) { _ in }
        busy.end("x", .success(PublishWindow.Answer(seq: 1)), at: time.now, limits)
        let connected = try #require(connect("connected"))
        let gone = WeakAccount(try #require(connect("gone")))
        gone.account?.disconnect(at: time.now)
        /// Many others come and go, which is when it is looked for idle ones.
        func crowd(_ name: String) {
            for number in 0..<20_000 {
                connect(UserID(stringLiteral: "\(name) \(number)"))?.disconnect(at: time.now)
            }
        }
        crowd("first")
        #expect(gone.account != nil)
        time.advance(by: .seconds(5))
        crowd("second")
        #expect(gone.account == nil)
        #expect(accounts.account(of: "busy") === busy)
        #expect(accounts.account(of: "connected") === connected)
    }
}

/// Holds on to nothing.
private final class WeakAccount {
    private(set) weak var account: UserAccount?

    init(_ account: UserAccount) {
        self.account = account
    }
}
