/// How requests are accepted: three statements that do the same, because most requests need little of it, and a
/// lone one should not take much longer than its insert.
///
/// All return the columns of `realtime.accept`, and lock users' inboxes in the order of their names.
enum AcceptStatements {
    // MARK: One

    /// One plain request.
    static func one(_ question: AcceptQuestion, at date: Timestamp) -> (PostgresStatement, PostgresParameters)
    {
        let request = question.request
        var values = PostgresParameters(capacity: question.weight)
        values.append(timestamp: date)
        values.append(request.users[0])
        values.append(uuid: question.ids[0].uuid)
        values.append(text: request.title)
        values.append(text: request.message)
        values.append(int16: request.level.number)
        values.append(int16: request.priority.number)
        values.append(utf8: request.data)
        values.append(text: request.sender.name)
        values.append(timestamp: request.expiry(acceptedAt: date))
        return (oneStatement, values)
    }

    private static let oneStatement = PostgresStatement(
        name: "accept_one",
        sql: """
            with inbox as (
                insert into realtime.inboxes as i (user_id, last_seq, unread, unseen, pending, total, version)
                values ($2, 1, 1, 1, 1, 1, 1)
                \(InboxSchema.addToInbox)
            ), written as (
                insert into realtime.notifications (
                    user_id, seq, notification_id, phase, level, priority, title, message, data, sender, created_at,
                    expires_at)
                select i.user_id, i.last_seq, $3, 1, $6, $7, $4, $5, $8, $9, $1, $10 from inbox i
            )
            select 1, 0::smallint, $3, i.last_seq, 1::smallint, i.unread, i.unseen, i.version from inbox i
            """,
        parameterTypes: [
            .timestamptz, .text, .uuid, .text, .text, .int2, .int2, .text, .text, .timestamptz,
        ])

    // MARK: Plain

    /// Plain requests.
    static func plain(
        _ batch: [AcceptQuestion], at date: Timestamp
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters(capacity: batch.reduce(512) { $0 + $1.weight })
        values.append(timestamp: date)
        values.append(arrayOf: .text) { for question in batch { $0.append(question.request.users[0]) } }
        values.append(arrayOf: .uuid) { for question in batch { $0.append(uuid: question.ids[0].uuid) } }
        appendContents(of: batch, to: &values)
        values.append(arrayOf: .timestamptz) {
            for question in batch { $0.append(timestamp: question.request.expiry(acceptedAt: date)) }
        }
        return (plainStatement, values)
    }

    private static let plainStatement = PostgresStatement(
        name: "accept_plain",
        sql: """
            with recipient as materialized (
                select r.place::integer, r.user_id collate "C" as user_id, r.id, r.title, r.message, r.level,
                    r.priority, r.data, r.sender, r.expires,
                    row_number() over (partition by r.user_id collate "C" order by r.place) as nth,
                    count(*) over (partition by r.user_id collate "C") as all_of_it
                from unnest($2, $3, $4, $5, $6, $7, $8, $9, $10)
                    with ordinality r (
                        user_id, id, title, message, level, priority, data, sender, expires, place)
            ), inbox as (
                insert into realtime.inboxes as i (user_id, last_seq, unread, unseen, pending, total, version)
                select r.user_id, r.all_of_it, r.all_of_it, r.all_of_it, r.all_of_it, r.all_of_it, 1
                from recipient r where r.nth = 1 order by r.user_id
                \(InboxSchema.addToInbox)
            ), numbered as materialized (
                select r.*, i.last_seq - r.all_of_it + r.nth as seq, i.unread, i.unseen, i.version
                from recipient r join inbox i on i.user_id = r.user_id
            ), written as (
                insert into realtime.notifications (
                    user_id, seq, notification_id, phase, level, priority, title, message, data, sender, created_at,
                    expires_at)
                select n.user_id, n.seq, n.id, 1, n.level, n.priority, n.title, n.message, n.data, n.sender, $1,
                    n.expires
                from numbered n
            )
            select n.place, 0::smallint, n.id, n.seq, 1::smallint, n.unread, n.unseen, n.version from numbered n
            """,
        parameterTypes: [
            .timestamptz, .array(of: .text), .array(of: .uuid), .array(of: .text), .array(of: .text),
            .array(of: .int2), .array(of: .int2), .array(of: .text), .array(of: .text),
            .array(of: .timestamptz),
        ])

    /// Six columns: title, message, level, priority, data and sender.
    private static func appendContents(of batch: [AcceptQuestion], to values: inout PostgresParameters) {
        values.append(arrayOf: .text) { for question in batch { $0.append(text: question.request.title) } }
        values.append(arrayOf: .text) { for question in batch { $0.append(text: question.request.message) } }
        values.append(arrayOf: .int2) {
            for question in batch { $0.append(int16: question.request.level.number) }
        }
        values.append(arrayOf: .int2) {
            for question in batch { $0.append(int16: question.request.priority.number) }
        }
        values.append(arrayOf: .text) { for question in batch { $0.append(utf8: question.request.data) } }
        values.append(arrayOf: .text) {
            for question in batch { $0.append(text: question.request.sender.name) }
        }
    }

    // MARK: Any

    /// Any requests at all.
    static func any(
        _ batch: [AcceptQuestion], at date: Timestamp, _ settings: InboxSettings
    ) -> (PostgresStatement, PostgresParameters) {
        var values = PostgresParameters(capacity: batch.reduce(512) { $0 + $1.weight })
        values.append(timestamp: date)
        values.append(int32: Int32(clamping: settings.keyAge.components.seconds))
        let requests = batch.lazy.map(\.request)
        appendContents(of: batch, to: &values)
        values.append(arrayOf: .text) { for request in requests { $0.append(text: request.idempotencyKey) } }
        values.append(arrayOf: .bytea) {
            for request in requests {
                $0.append(bytes: request.idempotencyKey == nil ? nil : request.fingerprint)
            }
        }
        values.append(arrayOf: .text) { for request in requests { $0.append(text: request.collapseKey) } }
        // When it was accepted is when the database is asked, for all of a batch.
        values.append(arrayOf: .timestamptz) { for _ in requests { $0.append(timestamp: date) } }
        values.append(arrayOf: .timestamptz) {
            for request in requests { $0.append(timestamp: request.deliverAt) }
        }
        values.append(arrayOf: .timestamptz) {
            for request in requests { $0.append(timestamp: request.expiry(acceptedAt: date)) }
        }
        appendRecipients(of: batch, to: &values)
        return (anyStatement, values)
    }

    private static func appendRecipients(of batch: [AcceptQuestion], to values: inout PostgresParameters) {
        values.append(arrayOf: .int4) { column in
            for (place, question) in batch.enumerated() {
                for _ in question.request.users { column.append(int32: Int32(place + 1)) }
            }
        }
        values.append(arrayOf: .text) {
            for question in batch { for user in question.request.users { $0.append(user) } }
        }
        values.append(arrayOf: .uuid) { column in
            for question in batch { for id in question.ids { column.append(uuid: id.uuid) } }
        }
    }

    private static let anyStatement = PostgresStatement(
        name: "accept",
        sql: """
            select * from realtime.accept(
                $1, make_interval(secs => $2), $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
        parameterTypes: [
            .timestamptz, .int4, .array(of: .text), .array(of: .text), .array(of: .int2), .array(of: .int2),
            .array(of: .text), .array(of: .text), .array(of: .text), .array(of: .bytea), .array(of: .text),
            .array(of: .timestamptz), .array(of: .timestamptz), .array(of: .timestamptz), .array(of: .int4),
            .array(of: .text), .array(of: .uuid),
        ])
}
