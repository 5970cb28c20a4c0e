/// Keeps revocations over restarts. What is asked for every token is the list in memory, which counts at once; the
/// database gets each as soon as it is there.
final class StoredRevocations: Sendable {
    private let revocations: Revocations
    private let inbox: Inbox
    private let log: Log
    /// What the database has not got yet.
    private let unsaved = Locked<[Revocation]>([])

    init(_ revocations: Revocations, in inbox: Inbox, log: Log) {
        self.revocations = revocations
        self.inbox = inbox
        self.log = log
    }

    /// Refuses from now on. When this returns it is kept, or will be as soon as the database is there.
    func revoke(_ subject: Revocation.Subject, until: Timestamp?) async throws(Revocations.Full) {
        let now = inbox.time.date
        let revocation = Revocation(subject: subject, since: now, until: until)
        try revocations.apply(revocation, at: now)
        unsaved.withLock { $0.append(revocation) }
        await save()
    }

    /// The database is there, for the first time or again: takes in what was kept, and keeps what was not.
    func catchUp() async {
        let now = inbox.time.date
        do throws(RealtimeError) {
            let rows = try await inbox.ask(Self.allStatement, PostgresParameters())
            for index in 0..<rows.count {
                guard let revocation = Revocation(rows[index]) else { continue }
                try? revocations.apply(revocation, at: now)
            }
        } catch {
            // Away again, which is said elsewhere: it is asked when it is back.
            guard error.code != .unavailable else { return }
            log.error("revocations not read", ["reason": .string(error.message)])
        }
        await save()
    }

    private func save() async {
        let waiting = unsaved.withLock { waiting in
            defer { waiting = [] }
            return waiting
        }
        for (index, revocation) in waiting.enumerated() {
            do throws(RealtimeError) {
                _ = try await inbox.ask(Self.keepStatement, PostgresParameters(revocation))
            } catch {
                unsaved.withLock { $0 += waiting[index...] }
                log.warning(
                    "revocation not kept yet: it would be lost in a restart",
                    ["reason": .string(error.message)])
                return
            }
        }
    }

    private static let allStatement = PostgresStatement(
        name: "revocations",
        sql:
            "select kind, subject, since, until from realtime.revocations where until is null or until > now()"
    )
    private static let keepStatement = PostgresStatement(
        name: "revoke",
        sql: """
            insert into realtime.revocations as r (kind, subject, ends, since, until)
            values ($1, $2, $4 is not null, $3, $4)
            on conflict on constraint revocations_pkey do update set
                since = greatest(r.since, excluded.since), until = greatest(r.until, excluded.until)
            """,
        parameterTypes: [.int2, .text, .timestamptz, .timestamptz])
}

extension Revocation {
    fileprivate init?(_ row: PostgresRow) {
        let subject: Subject
        if row.int16(0) == 0 {
            guard let user = row.user(1) else { return nil }
            subject = .user(user)
        } else {
            subject = .token(ExactText(row.text(1)))
        }
        self.init(
            subject: subject, since: row.timestamp(2), until: row.isNull(3) ? nil : row.timestamp(3))
    }
}

extension PostgresParameters {
    fileprivate init(_ revocation: Revocation) {
        self.init()
        switch revocation.subject {
        case .user(let user):
            append(int16: 0)
            append(user)
        case .token(let id):
            append(int16: 1)
            append(text: id.string)
        }
        append(timestamp: revocation.since)
        append(timestamp: revocation.until)
    }
}
