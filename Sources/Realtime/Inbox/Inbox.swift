/// Every user's notifications: what is accepted is on disk, and is delivered to each device until it acknowledges.
///
/// The database holds the truth; this asks it, and tells the hub of what has changed. Each loop has a desk of its own
/// with its own connections, so that nothing is shared. Any thread may ask.
final class Inbox: Sendable {
    let settings: InboxSettings
    let time: TimeSource
    let log: Log
    private let desks: [LoopBound<InboxDesk>]
    /// Told what has changed in a user's inbox, on any loop. Set once, before anybody asks.
    nonisolated(unsafe) var whenChanged: @Sendable (UserID, InboxNews) -> Void = { _, _ in }
    /// Told that a loop can ask the database, for the first time or again, on that loop. Set once, before anybody asks.
    nonisolated(unsafe) var whenReady: @Sendable (EventLoop) -> Void = { _ in }

    private init(_ settings: InboxSettings, time: TimeSource, log: Log, desks: [LoopBound<InboxDesk>]) {
        self.settings = settings
        self.time = time
        self.log = log
        self.desks = desks
    }

    /// Makes one for these loops, which run already. There is no database yet: it turns everything away.
    static func start(
        on loops: [EventLoop], _ settings: InboxSettings = InboxSettings(), time: TimeSource = .system,
        log: Log
    ) async -> Inbox {
        var desks: [LoopBound<InboxDesk>] = []
        for loop in loops {
            desks.append(
                await loop.perform {
                    LoopBound(InboxDesk(on: loop, settings, time: time, log: log), on: loop)
                })
        }
        return Inbox(settings, time: time, log: log, desks: desks)
    }

    /// The desk of the loop that the caller is on.
    func desk(on loop: EventLoop) -> InboxDesk { desks[loop.index].value }

    // MARK: The database

    /// Whether the loop that the caller is on can reach the database.
    var isReadyHere: Bool { desks.first { $0.loop.isCurrent }?.value.isReady ?? false }

    /// The database is there, with all that is needed. `pool` makes a loop's connections. Returns when they are there.
    func begin(_ pool: @escaping @Sendable (EventLoop) -> PostgresPool) async {
        for desk in desks {
            await desk.loop.suspend { [whenReady] resume in
                desk.value.begin(pool(desk.loop), whenReady: { whenReady(desk.loop) }, then: resume)
            }
        }
    }

    /// Gives up the connections.
    func end() async {
        for desk in desks { await desk.loop.suspend { resume in desk.value.end(resume) } }
    }

    /// Asks one thing of the database, on the caller's loop if it is on one.
    func ask(
        _ statement: PostgresStatement, _ parameters: PostgresParameters
    ) async throws(RealtimeError) -> PostgresRows {
        let result: Result<PostgresRows, RealtimeError> = await onADesk { desk, done in
            desk.run(statement, parameters) { result in
                if case .failure(let failure) = result { desk.report(failure, of: statement) }
                done(result.mapError { RealtimeError($0) })
            }
        }
        return try result.get()
    }

    /// The caller's loop's own, or some loop's.
    private var nearestDesk: LoopBound<InboxDesk> {
        desks.first { $0.loop.isCurrent } ?? desks[Int.random(in: desks.indices)]
    }

    /// Counts what was done, on some loop.
    func count(_ count: @escaping @Sendable (inout InboxCounters) -> Void) {
        let desk = nearestDesk
        if desk.loop.isCurrent {
            count(&desk.value.counters)
        } else {
            desk.loop.post { count(&desk.value.counters) }
        }
    }

    private func onADesk<Answer: Sendable>(
        _ body:
            @escaping @Sendable (
                InboxDesk, _ done: @escaping (Result<Answer, RealtimeError>) -> Void
            ) -> Void
    ) async -> Result<Answer, RealtimeError> {
        let desk = nearestDesk
        return await withCheckedContinuation { continuation in
            let begin = { @Sendable in body(desk.value) { continuation.resume(returning: $0) } }
            if desk.loop.isCurrent {
                begin()
            } else if !desk.loop.post(begin) {
                continuation.resume(returning: .failure(.stopped))
            }
        }
    }

    // MARK: Sending

    /// Accepts a notification. When this returns, it is on disk, for all of its users or none.
    func send(_ request: NotificationRequest) async throws(RealtimeError) -> [SentNotification] {
        try request.check()
        let result: Result<[SentNotification], RealtimeError> = await onADesk { [self] desk, done in
            desk.counters.posted += request.users.count
            desk.accepting.ask(
                AcceptQuestion(request, ids: request.users.map { _ in desk.nextID() }) { [self] outcome in
                    switch outcome {
                    case .success(let accepted):
                        desk.counters.count(accepted.sent)
                        for (user, news) in accepted.news { whenChanged(user, news) }
                        done(.success(accepted.sent))
                    case .failure(let error):
                        // It may be on disk all the same: connections of these users are to look.
                        if error.code == .unavailable {
                            for user in request.users { whenChanged(user, InboxNews(isUncertain: true)) }
                        }
                        done(.failure(error))
                    }
                })
        }
        return try result.get()
    }

    /// Notes whose a task is now, and notifies that user if it is news and there is something to tell.
    func assign(
        task: String, in project: RoomID, to user: UserID, telling notification: NotificationRequest?
    ) async throws(RealtimeError) {
        try notification?.check()
        var values = PostgresParameters()
        values.append(timestamp: time.date)
        values.append(project)
        values.append(text: task)
        values.append(user)
        values.append(text: notification?.title)
        values.append(text: notification?.message)
        values.append(utf8: notification?.data)
        let rows = try await ask(Self.assignStatement, values)
        if notification != nil, rows[0].bool(0) { try await collect() }
    }

    private static let assignStatement = PostgresStatement(
        name: "assign", sql: "select realtime.assign($1, $2, $3, $4, $5, $6, $7)",
        parameterTypes: [.timestamptz, .text, .text, .text, .text, .text, .text])

    // MARK: Marking

    /// Notes what a user says of some notifications, or of all. Returns how many it has changed.
    @discardableResult
    func mark(
        _ ids: [NotificationID]?, of user: UserID, as mark: NotificationMark
    ) async throws(RealtimeError) -> Int {
        var values = PostgresParameters()
        values.append(timestamp: time.date)
        values.append(user)
        values.append(int16: mark.rawValue)
        if let ids {
            values.append(arrayOf: .uuid) { column in for id in ids { column.append(uuid: id.uuid) } }
        } else {
            values.appendNull()
        }
        let rows = try await ask(Self.markStatement, values)
        // No row: nothing was ever sent to the user.
        guard rows.count > 0 else { return 0 }
        whenChanged(user, InboxNews(counts: InboxCounts(rows[0], from: 1)))
        return Int(rows[0].int32(0))
    }

    private static let markStatement = PostgresStatement(
        name: "mark", sql: "select * from realtime.mark($1, $2, $3, $4)",
        parameterTypes: [.timestamptz, .text, .int2, .array(of: .uuid)])
}
