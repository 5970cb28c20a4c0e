/// What was done about notifications on one loop since it began, each counted for each of its users. Plain numbers,
/// touched by that loop alone; others ask the loop for a copy.
struct InboxCounters: Sendable {
    /// Those that somebody wanted sent, in whatever way.
    var posted = 0
    /// Those of them that were new, and are on disk.
    var accepted = 0
    /// Those of them that had been sent before, with the same idempotency key.
    var duplicates = 0
    /// What devices have acknowledged of what they were sent, once for each device.
    var acknowledged = 0
    /// Those whose time was over, whether they had been delivered or not.
    var expired = 0

    mutating func add(_ other: InboxCounters) {
        posted += other.posted
        accepted += other.accepted
        duplicates += other.duplicates
        acknowledged += other.acknowledged
        expired += other.expired
    }

    /// Counts what became of a request.
    mutating func count(_ sent: [SentNotification]) {
        let repeated = sent.count { $0.isDuplicate }
        duplicates += repeated
        accepted += sent.count - repeated
    }
}

/// How a loop's way to the database stands, and what it was used for.
struct InboxFigures: Sendable {
    var counters = InboxCounters()
    var database = PostgresFigures()
    /// What is to be asked of the database, and waits for its batch.
    var questions = 0
    /// Loops that can't ask the database.
    var cutOff = 0

    mutating func add(_ other: InboxFigures) {
        counters.add(other.counters)
        database.add(other.database)
        questions += other.questions
        cutOff += other.cutOff
    }
}
