// What is in a user's inbox, and what has become of one notification, as JSON.

extension Inbox {
    /// A page of a user's notifications, newest first: the `data` of `notification_page`.
    ///
    /// - Parameter before: the `next` of the page before.
    func page(
        of user: UserID, limit: Int, before: String?, _ filter: NotificationFilter
    ) async throws(RealtimeError) -> SharedBytes {
        guard Self.pageSizes.contains(limit) else {
            throw RealtimeError(.malformed, "limit must be a whole number from 1 to 100")
        }
        var place = Int64.max
        if let before {
            guard let read = Int64(before), read > 0 else {
                throw RealtimeError(.malformed, "before must be the next of another page")
            }
            place = read
        }
        var values = PostgresParameters()
        values.append(user)
        values.append(int64: place)
        values.append(int16: filter.number)
        values.append(int32: Int32(limit + 1))
        values.append(timestamp: time.date)
        let rows = try await ask(Self.listStatement, values)
        var text = ByteBuffer(capacity: 256 + 384 * rows.count)
        text.appendJSONObject { $0.page(rows, limit: limit) }
        return SharedBytes(text)
    }

    static let pageSizes = 1...100

    /// How many notifications are live and acknowledged by no device; nil where nobody can say.
    func pendingCount() async -> Int? {
        let rows = try? await ask(Self.pendingStatement, PostgresParameters())
        return rows.map { Int($0[0].int64(0)) }
    }

    private static let pendingStatement = PostgresStatement(
        name: "pending", sql: "select coalesce(sum(pending), 0)::bigint from realtime.inboxes")

    private static let listStatement = PostgresStatement(
        name: "list",
        sql: """
            select coalesce(i.unread, 0), coalesce(i.unseen, 0),
                case $3 when 0 then coalesce(i.total, 0) when 1 then coalesce(i.unread, 0) else (
                    select count(*)::integer from realtime.notifications a
                    where a.user_id = $1 and a.phase <> 0 and a.archived_at is not null) end,
                \(NotificationColumns.sql), n.state, n.seen_at is not null, n.read_at is not null,
                n.archived_at is not null
            from (select) nothing
            left join realtime.inboxes i on i.user_id = $1
            left join lateral (
                select m.*, \(state) as state
                from realtime.notifications m
                where m.user_id = $1 and m.seq < $2 and m.phase <> 0
                    and (m.archived_at is not null) = ($3 = 2)
                    and ($3 <> 1 or (m.read_at is null and m.phase = 1
                        and (m.expires_at is null or m.expires_at > $5)))
                order by m.seq desc limit $4
            ) n on true
            """,
        parameterTypes: [.text, .int8, .int2, .int4, .timestamptz])

    /// What has become of a notification, in one word.
    private static let state = """
        case
            when m.acknowledged_at is not null then 'acknowledged'
            when m.phase = 3 then 'superseded'
            when m.phase = 2 or m.expires_at <= $5 then 'expired'
            when exists (
                select from realtime.deliveries d where d.user_id = m.user_id and d.seq = m.seq
            ) then 'delivered'
            else 'pending'
        end
        """
}

extension JSONObjectWriter {
    fileprivate mutating func page(_ rows: PostgresRows, limit: Int) {
        let first = rows[0]
        let count = first.isNull(3) ? 0 : rows.count
        array("items") { items in
            for index in 0..<min(count, limit) { items.object { $0.item(rows[index]) } }
        }
        if count > limit { string("next", String(rows[limit - 1].int64(4))) }
        int("unread", first.int32(0))
        int("unseen", first.int32(1))
        int("total", first.int32(2))
    }

    private mutating func item(_ row: PostgresRow) {
        let columns = NotificationColumns(row, from: 3)
        append(columns)
        if let state = row.bytes(12) { string("state", utf8: state) }
        bool("seen", row.bool(13))
        bool("read", row.bool(14))
        bool("archived", row.bool(15))
        appendData(of: columns)
    }
}
