// What connections ask: how their user's inbox stands, what is pending for their device, and what it has acknowledged.

/// A user's device, as the database knows it. Connections without a device's name share one.
struct InboxAddress: Hashable, Sendable {
    let user: UserID
    let device: DeviceID?

    fileprivate func appendDevice(to column: inout PostgresArray) {
        if let device { column.append(device) } else { column.append(text: "") }
    }
}

extension Inbox {
    /// How an inbox stands for a device that has just connected.
    struct Position: Sendable {
        /// The last place that had been given when it connected.
        let last: Int64
        /// The last that has been given since.
        let newest: Int64
        /// Whether something up to `last` is pending for the device.
        let hasPending: Bool
    }
}

/// What a device's connection asks.
protocol DeviceQuestion: BatchedQuestion {
    associatedtype Answer

    var address: InboxAddress { get }
    var completion: (Result<Answer, PostgresFailure>) -> Void { get }
}

extension DeviceQuestion {
    func fail(_ failure: PostgresFailure) {
        completion(.failure(failure))
    }
}

/// A question whose answer is notifications to be sent now.
protocol DueQuestion: DeviceQuestion where Answer == [DueNotification], Key == InboxAddress {}

extension DueQuestion {
    static var most: Int { 128 }

    // Two connections of one device are sent the same in two statements, each of which counts as a time.
    var key: InboxAddress? { address }

    static func answer(_ batch: [Self], with rows: PostgresRows) {
        let pages = DueNotification.pages(of: rows, for: batch.count)
        for (question, page) in zip(batch, pages) { question.completion(.success(page)) }
    }
}

/// A device has connected: how does its inbox stand?
struct ArrivalQuestion: DeviceQuestion {
    let address: InboxAddress
    /// What its token says about rooms, as JSON; it is remembered for when somebody mentions the user.
    let rooms: String?
    /// When it connected: what is accepted later is newer than all that was pending.
    let date: Timestamp
    let completion: (Result<Inbox.Position, PostgresFailure>) -> Void

    static let most = 512
    private static let statement = PostgresStatement(
        name: "attach", sql: "select * from realtime.attach($1, $2, $3, $4)",
        parameterTypes: [
            .array(of: .text), .array(of: .text), .array(of: .text), .array(of: .timestamptz),
        ])

    var key: Never? { nil }
    var weight: Int { 128 + (rooms?.utf8.count ?? 0) }

    static func ask(
        _ batch: [ArrivalQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters()
        values.append(batch.map(\.address))
        values.append(arrayOf: .text) { for question in batch { $0.append(text: question.rooms) } }
        values.append(arrayOf: .timestamptz) { for question in batch { $0.append(timestamp: question.date) } }
        return (statement, values)
    }

    static func answer(_ batch: [ArrivalQuestion], with rows: PostgresRows) {
        var answered = [Bool](repeating: false, count: batch.count)
        for index in 0..<rows.count {
            let row = rows[index]
            let place = Int(row.int32(0)) - 1
            answered[place] = true
            batch[place].completion(
                .success(
                    Inbox.Position(last: row.int64(1), newest: row.int64(2), hasPending: row.bool(3))))
        }
        // Nothing was ever sent to the others.
        for (place, question) in batch.enumerated() where !answered[place] {
            question.completion(.success(Inbox.Position(last: 0, newest: 0, hasPending: false)))
        }
    }
}

/// A page of what is pending for a device.
struct PageQuestion: DueQuestion {
    let address: InboxAddress
    let kind: NotificationFeed.Kind
    let after: Int64
    let upTo: Int64
    let completion: (Result<[DueNotification], PostgresFailure>) -> Void

    private static let statement = PostgresStatement(
        name: "fetch", sql: "select * from realtime.fetch($1, $2, $3, $4, $5, $6, $7)",
        parameterTypes: [
            .timestamptz, .array(of: .text), .array(of: .text), .array(of: .int8), .array(of: .int8),
            .array(of: .int2), .array(of: .int4),
        ])

    var weight: Int { 160 }

    static func ask(
        _ batch: [PageQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters()
        values.append(timestamp: date)
        values.append(batch.map(\.address))
        values.append(arrayOf: .int8) { for question in batch { $0.append(int64: question.after) } }
        values.append(arrayOf: .int8) { for question in batch { $0.append(int64: question.upTo) } }
        values.append(arrayOf: .int2) { for question in batch { $0.append(int16: question.kind.rawValue) } }
        values.append(arrayOf: .int4) { column in
            for _ in batch { column.append(int32: Int32(settings.feed.pageSize)) }
        }
        return (statement, values)
    }
}

/// What is still pending for a device of certain places of its user's sequence.
struct RepeatQuestion: DueQuestion {
    let address: InboxAddress
    let places: [Int64]
    let completion: (Result<[DueNotification], PostgresFailure>) -> Void

    private static let statement = PostgresStatement(
        name: "fetch_again", sql: "select * from realtime.fetch_again($1, $2, $3, $4, $5)",
        parameterTypes: [
            .timestamptz, .array(of: .text), .array(of: .text), .array(of: .int4), .array(of: .int8),
        ])

    var weight: Int { 128 + 16 * places.count }

    static func ask(
        _ batch: [RepeatQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters()
        values.append(timestamp: date)
        values.append(batch.map(\.address))
        values.append(arrayOf: .int4) { column in
            for (index, question) in batch.enumerated() {
                for _ in question.places { column.append(int32: Int32(index + 1)) }
            }
        }
        values.append(arrayOf: .int8) { column in
            for question in batch { for place in question.places { column.append(int64: place) } }
        }
        return (statement, values)
    }
}

/// What a device has acknowledged.
struct AcknowledgeQuestion: DeviceQuestion {
    let address: InboxAddress
    let ids: [NotificationID]
    /// Told how many of them it was sent and had not acknowledged before.
    let completion: (Result<Int, PostgresFailure>) -> Void

    static let most = 256
    private static let statement = PostgresStatement(
        name: "acknowledge", sql: "select * from realtime.acknowledge($1, $2, $3, $4, $5, $6)",
        parameterTypes: [
            .timestamptz, .array(of: .text), .array(of: .text), .array(of: .int4), .array(of: .uuid), .int4,
        ])

    var key: Never? { nil }
    var weight: Int { 128 + 24 * ids.count }

    static func ask(
        _ batch: [AcknowledgeQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters()
        values.append(timestamp: date)
        values.append(batch.map(\.address))
        values.append(arrayOf: .int4) { column in
            for (index, question) in batch.enumerated() {
                for _ in question.ids { column.append(int32: Int32(index + 1)) }
            }
        }
        values.append(arrayOf: .uuid) { column in
            for question in batch { for id in question.ids { column.append(uuid: id.uuid) } }
        }
        values.append(int32: Int32(settings.devicesPerUser))
        return (statement, values)
    }

    static func answer(_ batch: [AcknowledgeQuestion], with rows: PostgresRows) {
        var counts = [Int](repeating: 0, count: batch.count)
        for index in 0..<rows.count { counts[Int(rows[index].int32(0)) - 1] = Int(rows[index].int32(1)) }
        for (question, count) in zip(batch, counts) { question.completion(.success(count)) }
    }
}

extension PostgresParameters {
    /// Two columns: the users, and their devices.
    fileprivate mutating func append(_ addresses: [InboxAddress]) {
        append(arrayOf: .text) { column in
            for address in addresses { column.append(address.user) }
        }
        append(arrayOf: .text) { column in
            for address in addresses { address.appendDevice(to: &column) }
        }
    }
}
