/// What is asked in batches: one statement for many, in one transaction.
protocol BatchedQuestion {
    /// Two with the same key are never in one batch.
    associatedtype Key: Hashable

    /// How many are asked at once at most.
    static var most: Int { get }

    var key: Key? { get }
    /// About how many bytes its parameters take.
    var weight: Int { get }

    /// The statement for a batch, and what it is given.
    static func ask(
        _ batch: [Self], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters)
    /// The database has answered.
    static func answer(_ batch: [Self], with rows: PostgresRows)
    /// It has not done it, or nobody knows.
    func fail(_ failure: PostgresFailure)
}

/// One kind of question on its way to the database.
///
/// What comes within one turn of the loop goes together, and what comes while as many batches as may be are on their
/// way waits and goes together: a lone question never waits for company. It belongs to its desk's loop.
final class BatchLane<Question: BatchedQuestion> {
    private unowned let desk: InboxDesk
    private var queue: BatchQueue<Question>
    private var underway = 0
    private let maximumUnderway: Int

    /// What one statement may weigh.
    private static var heaviestBatch: Int { 1 << 20 }
    /// How often a batch is tried that met with another in the database.
    private static var mostCollisions: Int { 5 }

    init(_ desk: InboxDesk, maximumUnderway: Int, maximumWeight: Int) {
        self.desk = desk
        self.maximumUnderway = maximumUnderway
        queue = BatchQueue(maximumWeight: maximumWeight)
    }

    /// How many wait for their batch.
    var count: Int { queue.count }

    func ask(_ question: Question) {
        guard desk.isReady, queue.append(question, weight: question.weight) else {
            question.fail(.unavailable)
            return
        }
        desk.sendAtTheTurnsEnd()
    }

    /// Sends what may go.
    func send() {
        while underway < maximumUnderway, !queue.isEmpty {
            run(
                queue.take(atMost: Question.most, weighing: Self.heaviestBatch, key: { $0.key }),
                collisions: 0)
        }
    }

    private func run(_ batch: [Question], collisions: Int) {
        underway += 1
        let (statement, parameters) = Question.ask(batch, at: desk.time.date, desk.settings)
        desk.run(statement, parameters) { [self] result in
            underway -= 1
            switch result {
            case .success(let rows): Question.answer(batch, with: rows)
            case .failure(let failure): failed(batch, failure, of: statement, collisions: collisions)
            }
            send()
        }
    }

    private func failed(
        _ batch: [Question], _ failure: PostgresFailure, of statement: PostgresStatement, collisions: Int
    ) {
        guard case .refused(let sqlState, _) = failure else {
            for question in batch { question.fail(failure) }
            return
        }
        if sqlState.isCollision, collisions < Self.mostCollisions {
            run(batch, collisions: collisions + 1)
        } else if batch.count > 1 {
            // One of them can't be done: the others must not suffer for it.
            run(Array(batch[..<(batch.count / 2)]), collisions: 0)
            run(Array(batch[(batch.count / 2)...]), collisions: 0)
        } else {
            desk.report(failure, of: statement)
            for question in batch { question.fail(failure) }
        }
    }
}

extension String {
    /// Whether the server gave up because two transactions stood in each other's way: class 40 of its codes.
    fileprivate var isCollision: Bool { hasPrefix("40") }
}

extension RealtimeError {
    /// What whoever asked may know of it.
    init(_ failure: PostgresFailure) {
        switch failure {
        case .unavailable:
            self.init(.unavailable, "The database is away; try again.")
        case .unknown:
            self.init(.unavailable, "The database did not answer; it may have been done all the same.")
        case .refused(let sqlState, _):
            // Out of resources, stopping, or read-only for now.
            if ["53", "57", "58", "25", "08"].contains(where: { sqlState.hasPrefix($0) }) {
                self.init(.unavailable, "The database can't do it now; try again.")
            } else {
                self.init(.internal, "The database did not accept it.")
            }
        }
    }
}
