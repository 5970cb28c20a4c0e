/// A request on its way to being accepted. A class, because it is handed on several times and copied nowhere.
final class AcceptQuestion: BatchedQuestion {
    /// What became of it: what was sent, and how the inboxes of those stand whose counts changed.
    typealias Outcome = Result<(sent: [SentNotification], news: [(UserID, InboxNews)]), RealtimeError>

    let request: NotificationRequest
    /// The ids that the notifications have if they are new, in the users' order.
    let ids: [NotificationID]
    private let completion: (Outcome) -> Void

    init(_ request: NotificationRequest, ids: [NotificationID], completion: @escaping (Outcome) -> Void) {
        self.request = request
        self.ids = ids
        self.completion = completion
    }

    /// Requests of one sender with one key.
    struct Key: Hashable {
        let sender: String
        let key: ExactText
    }

    static let most = 512

    var key: Key? {
        request.idempotencyKey.map { Key(sender: request.sender.name, key: ExactText($0)) }
    }

    var weight: Int {
        request.title.utf8.count + request.message.utf8.count + (request.data?.count ?? 0)
            + request.users.count * 64 + 256
    }

    // MARK: The question and the answer

    /// What a row says of the request that it is about.
    private enum Status: Int16 {
        case accepted = 0
        case sentBefore = 1
        case keyWasUsed = 2
        case newerCounts = 3
    }

    static func ask(
        _ batch: [AcceptQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        if batch.allSatisfy({ $0.request.isPlain }) {
            return batch.count == 1
                ? AcceptStatements.one(batch[0], at: date) : AcceptStatements.plain(batch, at: date)
        }
        return AcceptStatements.any(batch, at: date, settings)
    }

    static func answer(_ batch: [AcceptQuestion], with rows: PostgresRows) {
        // Recipients are counted over the whole batch, in its order.
        var firstPlaces: [Int] = []
        var total = 0
        for question in batch {
            firstPlaces.append(total)
            total += question.request.users.count
        }
        var outcomes = [RecipientOutcome](repeating: .unknown, count: total)
        var counts = [InboxNews?](repeating: nil, count: total)
        for index in 0..<rows.count {
            let row = rows[index]
            let place = Int(row.int32(0)) - 1
            guard outcomes.indices.contains(place), let status = Status(rawValue: row.int16(1)) else {
                continue
            }
            switch status {
            case .accepted:
                outcomes[place] = .accepted(seq: row.int64(3))
                counts[place] = InboxNews(row, phase: row.int16(4))
            case .sentBefore:
                outcomes[place] = .sentBefore(NotificationID(row.uuid(2)), seq: row.int64(3))
            case .keyWasUsed:
                outcomes[place] = .keyWasUsed
            case .newerCounts:
                counts[place]?.counts = InboxCounts(row, from: 5)
            }
        }
        for (question, first) in zip(batch, firstPlaces) {
            question.complete(outcomes[first...], counts[first...])
        }
    }

    private enum RecipientOutcome {
        /// Nothing was said of it: its key was taken by a request whose end is not known yet.
        case unknown
        case accepted(seq: Int64)
        case sentBefore(NotificationID, seq: Int64)
        case keyWasUsed
    }

    private func complete(_ outcomes: ArraySlice<RecipientOutcome>, _ counts: ArraySlice<InboxNews?>) {
        var sent: [SentNotification] = []
        var news: [(UserID, InboxNews)] = []
        sent.reserveCapacity(request.users.count)
        for (index, user) in request.users.enumerated() {
            switch outcomes[outcomes.startIndex + index] {
            case .accepted(let seq):
                sent.append(SentNotification(user, ids[index], seq: seq, isDuplicate: false))
                if let counts = counts[counts.startIndex + index] { news.append((user, counts)) }
            case .sentBefore(let id, let seq):
                sent.append(SentNotification(user, id, seq: seq, isDuplicate: true))
            case .keyWasUsed:
                completion(
                    .failure(
                        RealtimeError(
                            .conflict,
                            "That idempotency_key was used for a notification with another content.")))
                return
            case .unknown:
                completion(
                    .failure(RealtimeError(.unavailable, "It is not known whether it was sent; try again.")))
                return
            }
        }
        completion(.success((sent, news)))
    }

    func fail(_ failure: PostgresFailure) {
        completion(.failure(RealtimeError(failure)))
    }
}

extension NotificationRequest {
    /// Whether it asks for nothing but to be given the next place in one user's sequence, as most do.
    fileprivate var isPlain: Bool {
        users.count == 1 && idempotencyKey == nil && collapseKey == nil && deliverAt == nil
    }
}

extension SentNotification {
    fileprivate init(_ user: UserID, _ id: NotificationID, seq: Int64, isDuplicate: Bool) {
        self.init(
            user: user, notificationID: id.description, seq: UInt64(clamping: seq), isDuplicate: isDuplicate)
    }
}

extension InboxNews {
    /// Reads a row of `realtime.accept`.
    fileprivate init(_ row: PostgresRow, phase: Int16) {
        self.init(
            newest: phase == NotificationPhase.live.rawValue ? row.int64(3) : nil,
            counts: InboxCounts(row, from: 5))
    }
}
