// What has to be done from time to time: taking in what applications have left in the database, releasing what was
// scheduled, ending what is past its time, and removing what is old. Each step is small, takes the users' rows in
// order, and passes over those that somebody else has.

extension Inbox {
    /// How many are done in one step.
    private static let step: Int32 = 500

    /// Does what is due now.
    func keepUp() async throws(RealtimeError) {
        try await collect()
        try await release()
        try await expire()
    }

    /// Accepts what applications have left in their transactions.
    func collect() async throws(RealtimeError) {
        var isDone = false
        while !isDone {
            var values = PostgresParameters()
            values.append(timestamp: time.date)
            values.append(int32: Int32(clamping: settings.keyAge.components.seconds))
            values.append(int32: Self.step)
            let rows = try await ask(Self.collectStatement, values)
            var done = InboxCounters()
            var conflicts = 0
            for index in 0..<rows.count {
                let row = rows[index]
                guard let user = row.user(0) else { continue }
                switch row.int16(1) {
                case 0:
                    done.accepted += 1
                    let isLive = row.int16(3) == NotificationPhase.live.rawValue
                    whenChanged(
                        user,
                        InboxNews(newest: isLive ? row.int64(2) : nil, counts: InboxCounts(row, from: 4)))
                case 1: done.duplicates += 1
                case 2: conflicts += 1
                case 3: whenChanged(user, InboxNews(counts: InboxCounts(row, from: 4)))
                default: break
                }
            }
            done.posted = done.accepted + done.duplicates + conflicts
            count { [done] in $0.add(done) }
            if conflicts > 0 {
                log.warning(
                    "notifications from the database not sent: their idempotency key was used for others",
                    ["count": .integer(conflicts)])
            }
            isDone = rows.isEmpty
        }
    }

    /// Makes live what was scheduled and is due.
    func release() async throws(RealtimeError) {
        var isDone = false
        while !isDone {
            var values = PostgresParameters()
            values.append(timestamp: time.date)
            values.append(int32: Self.step)
            let rows = try await ask(Self.releaseStatement, values)
            var released: [UserID: InboxNews] = [:]
            for index in 0..<rows.count {
                let row = rows[index]
                guard let user = row.user(0) else { continue }
                released[user, default: InboxNews(counts: InboxCounts(row, from: 2))].released.append(
                    row.int64(1))
            }
            for (user, news) in released { whenChanged(user, news) }
            isDone = rows.count < Self.step
        }
    }

    /// Ends what is past its time.
    func expire() async throws(RealtimeError) {
        var isDone = false
        while !isDone {
            var values = PostgresParameters()
            values.append(timestamp: time.date)
            values.append(int32: Self.step)
            let rows = try await ask(Self.expireStatement, values)
            var expired = 0
            for index in 0..<rows.count {
                let row = rows[index]
                expired += Int(row.int32(4))
                guard let user = row.user(0) else { continue }
                whenChanged(user, InboxNews(counts: InboxCounts(row, from: 1)))
            }
            count { [expired] in $0.expired += expired }
            isDone = rows.count < Self.step
        }
    }

    /// Removes what is older than it may get, and what a user has more of than they may keep. Returns how many
    /// notifications that were.
    @discardableResult
    func trim() async throws(RealtimeError) -> Int {
        var after = ""
        var removed = 0
        let now = time.date
        while true {
            var values = PostgresParameters()
            values.append(text: after)
            values.append(int32: Self.step)
            values.append(timestamp: now - settings.age)
            values.append(int32: Int32(clamping: settings.perUser))
            let rows = try await ask(Self.trimStatement, values)
            for index in 0..<rows.count {
                let row = rows[index]
                after = row.text(0)
                removed += Int(row.int32(1))
                guard !row.isNull(4), let user = row.user(0) else { continue }
                whenChanged(user, InboxNews(counts: InboxCounts(row, from: 2)))
            }
            if rows.count < Self.step { break }
        }
        try await forget(at: now)
        return removed
    }

    /// Forgets old keys, devices and assignments.
    private func forget(at now: Timestamp) async throws(RealtimeError) {
        var isDone = false
        while !isDone {
            var values = PostgresParameters()
            values.append(timestamp: now - settings.keyAge)
            values.append(timestamp: now - settings.age)
            values.append(int32: Self.step)
            let rows = try await ask(Self.forgetStatement, values)
            isDone = rows[0].int64(0) < Self.step
        }
    }

    private static let collectStatement = PostgresStatement(
        name: "collect", sql: "select * from realtime.collect($1, make_interval(secs => $2), $3)",
        parameterTypes: [.timestamptz, .int4, .int4])
    private static let releaseStatement = PostgresStatement(
        name: "release", sql: "select * from realtime.release($1, $2)", parameterTypes: [.timestamptz, .int4])
    private static let expireStatement = PostgresStatement(
        name: "expire", sql: "select * from realtime.expire($1, $2)", parameterTypes: [.timestamptz, .int4])
    private static let trimStatement = PostgresStatement(
        name: "trim", sql: "select * from realtime.trim($1, $2, $3, $4)",
        parameterTypes: [.text, .int4, .timestamptz, .int4])
    private static let forgetStatement = PostgresStatement(
        name: "forget", sql: "select realtime.forget($1, $2, $3)",
        parameterTypes: [.timestamptz, .timestamptz, .int4])
}

extension PostgresRow {
    /// A user's name, which was checked before it was kept.
    func user(_ column: Int) -> UserID? {
        bytes(column).flatMap { UserID(validating: $0) }
    }
}
