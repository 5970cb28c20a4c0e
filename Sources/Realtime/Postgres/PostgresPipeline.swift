/// The statements on their way over one connection, in order, and what their answers mean. A machine without I/O:
/// it is told what was sent and what came, and says whose statement has come to an end, and how.
///
/// Every statement is a transaction of its own. That it was carried out says nothing yet: it has taken effect when
/// the server says that all up to there is done (`synced`), and a failure to commit comes before that.
struct PostgresPipeline<Work, Rows> {
    /// What became of what was told.
    enum Step {
        /// More of the answer is still to come.
        case goOn
        /// The oldest statement has come to an end.
        case ended(Work, Result<Rows, PostgresFailure>)
        /// This is no answer to what was sent: the connection can't be trusted any longer.
        case nonsense
    }

    private struct Entry {
        let work: Work
        /// The statement's name, where it is prepared in the same go.
        let preparing: String?
    }

    /// What has come for the oldest statement.
    private enum Answer {
        case nothing
        case rows(Rows)
        case refused(PostgresFailure)
    }

    private var entries = Ring<Entry>()
    private var answer = Answer.nothing
    private var prepared: Set<String> = []
    /// Whether a statement is being prepared. It is always the newest, because none is sent after it until the
    /// server has said yes: otherwise one refusal would meet statements that have nothing wrong with them.
    private var isPreparing = false
    /// When the oldest statement became the oldest, in milliseconds.
    private var headSince: UInt64 = 0

    /// Whether statements of this connection must be prepared anew, because the tables under them have changed or
    /// the server has forgotten them. No more should be sent; a new connection puts it right, so who sent the
    /// statement is told no more than that it was not carried out.
    private(set) var isOutdated = false

    /// How many are on their way.
    var count: Int { entries.count }
    var isEmpty: Bool { entries.isEmpty }
    /// Whether another statement may be sent.
    var isOpen: Bool { !isPreparing && !isOutdated }

    /// How long the oldest has waited for its answer, not counting the time that others before it took.
    func headAge(at now: UInt64) -> UInt64 {
        isEmpty || now < headSince ? 0 : now - headSince
    }

    /// Whether a statement must be prepared before it is carried out.
    func needsPreparing(_ name: String) -> Bool {
        !prepared.contains(name)
    }

    /// A statement was sent, with its preparation where that was needed.
    mutating func sent(_ work: Work, named name: String, at now: UInt64) {
        precondition(isOpen, "nothing may be sent now")
        if isEmpty { headSince = now }
        isPreparing = needsPreparing(name)
        entries.append(Entry(work: work, preparing: isPreparing ? name : nil))
    }

    /// A step of the oldest statement has succeeded.
    mutating func succeeded(_ rows: Rows) -> Step {
        guard let head = entries.first else { return .nonsense }
        switch answer {
        case .nothing:
            if isPreparing, count == 1, let name = head.preparing {
                isPreparing = false
                prepared.insert(name)
            } else {
                answer = .rows(rows)
            }
            return .goOn
        case .rows, .refused:
            return .nonsense
        }
    }

    /// The server refused the oldest statement, while it was prepared, carried out or committed.
    mutating func refused(sqlState: String, message: String) -> Step {
        guard let head = entries.first else { return .nonsense }
        if case .refused = answer { return .nonsense }
        if head.preparing != nil, count == 1 { isPreparing = false }
        if head.preparing == nil, PostgresPipelineRule.isSignOfChange(sqlState) {
            isOutdated = true
            answer = .refused(.unavailable)
        } else {
            answer = .refused(.refused(sqlState: sqlState, message: message))
        }
        return .goOn
    }

    /// The server left out a step, because it had refused the one before.
    mutating func skipped() -> Step {
        if case .refused = answer { return .goOn }
        return .nonsense
    }

    /// The server has ended the oldest statement's transaction.
    mutating func synced(at now: UInt64) -> Step {
        let outcome: Result<Rows, PostgresFailure>
        switch answer {
        case .nothing: return .nonsense
        case .rows(let rows): outcome = .success(rows)
        case .refused(let failure): outcome = .failure(failure)
        }
        guard let head = entries.popFirst() else { return .nonsense }
        answer = .nothing
        headSince = now
        return .ended(head.work, outcome)
    }

    /// The connection is lost. Gives the statements that were on their way, oldest first, and what to tell of each.
    mutating func lost() -> [(Work, PostgresFailure)] {
        var ended: [(Work, PostgresFailure)] = []
        while let entry = entries.popFirst() {
            // What was refused had no effect, whatever happened afterwards.
            if case .refused(let failure) = answer {
                ended.append((entry.work, failure))
            } else {
                ended.append((entry.work, .unknown))
            }
            answer = .nothing
        }
        prepared = []
        isPreparing = false
        isOutdated = false
        return ended
    }
}

/// What does not depend on whose statements they are.
private enum PostgresPipelineRule {
    /// Whether the refusal of a statement that was prepared earlier says that it can never succeed on this
    /// connection again: its result has changed, the server has forgotten it, or may not write any longer.
    static func isSignOfChange(_ sqlState: String) -> Bool {
        ["0A000", "26000", "25006"].contains(sqlState)
    }
}
