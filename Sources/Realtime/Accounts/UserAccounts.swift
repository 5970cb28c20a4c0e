/// All accounts. They are made when somebody comes, and forgotten when nothing of theirs is remembered.
final class UserAccounts: Sendable {
    private struct Stripe {
        var accounts: [UserID: UserAccount] = [:]
        /// When there are so many it is time to look for idle ones: double of what was left the last time, so
        /// that looking costs each arrival a constant.
        var pruneAt = 64
        /// What the stripe's accounts are touched under.
        let accountLock = BareLock()

        mutating func account(
            of user: UserID, at now: Instant, _ window: PublishWindow.Limits, grace: Duration
        ) -> UserAccount {
            if let known = accounts[user] { return known }
            if accounts.count >= pruneAt {
                accounts = accounts.filter { !$0.value.isIdle(at: now, window, grace: grace) }
                pruneAt = max(64, 2 * accounts.count)
            }
            let account = UserAccount(lock: accountLock)
            accounts[user] = account
            return account
        }
    }

    private let stripes = (0..<64).map { _ in Locked(Stripe()) }
    private let window: PublishWindow.Limits
    private let grace: Duration
    private let time: TimeSource

    /// - Parameter grace: how long a user who has lost the last connection may be away without a word.
    init(window: PublishWindow.Limits, grace: Duration, time: TimeSource) {
        self.grace = grace
        self.window = window
        self.time = time
    }

    /// The user's account, for one who publishes without a connection.
    func account(of user: UserID) -> UserAccount {
        let now = time.now
        return stripe(of: user).withLock { $0.account(of: user, at: now, window, grace: grace) }
    }

    /// The user's account with one more connection in it; nil when there are too many.
    func connect(_ user: UserID, atMost limit: Int) -> UserAccount? {
        let now = time.now
        // Within the stripe's lock, so that the account is not taken for idle in between.
        return stripe(of: user).withLock { stripe in
            let account = stripe.account(of: user, at: now, window, grace: grace)
            return account.connect(atMost: limit, at: now, grace: grace) ? account : nil
        }
    }

    private func stripe(of user: UserID) -> Locked<Stripe> {
        stripes[Int(UInt(bitPattern: user.hashValue) % UInt(stripes.count))]
    }
}
