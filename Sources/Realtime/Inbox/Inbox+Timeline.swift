// What happened to one notification, for whoever is asked "did she get it?".

extension Inbox {
    /// What a notification is and what happened to it, in order; nil where there is none.
    func timeline(of id: NotificationID) async throws(RealtimeError) -> SharedBytes? {
        var values = PostgresParameters()
        values.append(uuid: id.uuid)
        let rows = try await ask(Self.timelineStatement, values)
        guard rows.count > 0 else { return nil }
        var text = ByteBuffer(capacity: 1_024)
        text.appendJSONObject { $0.timeline(rows, at: time.date) }
        return SharedBytes(text)
    }

    private static let timelineStatement = PostgresStatement(
        name: "timeline",
        sql: """
            select \(NotificationColumns.sql), n.user_id, n.phase, n.deliver_at, n.ended_at, n.superseded_by,
                n.seen_at, n.read_at, n.archived_at, n.acknowledged_at,
                d.device_id, d.attempts, d.first_sent_at, d.last_sent_at, d.acknowledged_at
            from realtime.notifications n
            left join realtime.deliveries d on d.user_id = n.user_id and d.seq = n.seq
            where n.notification_id = $1
            order by d.first_sent_at, d.device_id
            """,
        parameterTypes: [.uuid])
}

/// One thing that happened to a notification.
private struct TimelineEntry {
    let at: Timestamp
    let event: String
    var device: String?
    var attempt: Int?
    var successor: NotificationID?

    /// Reads all that happened, in order. Each row has one device's part; the rest is the same in all.
    static func all(_ rows: PostgresRows, at now: Timestamp) -> [TimelineEntry] {
        let row = rows[0]
        var entries = [TimelineEntry(at: row.timestamp(6), event: "queued")]
        if !row.isNull(11) { entries.append(TimelineEntry(at: row.timestamp(11), event: "due")) }
        for index in 0..<rows.count where !rows[index].isNull(18) { entries += delivery(rows[index]) }
        if !row.isNull(14) { entries.append(TimelineEntry(at: row.timestamp(14), event: "seen")) }
        if !row.isNull(15) { entries.append(TimelineEntry(at: row.timestamp(15), event: "read")) }
        if !row.isNull(16) { entries.append(TimelineEntry(at: row.timestamp(16), event: "archived")) }
        if !row.isNull(13), !row.isNull(12) {
            entries.append(
                TimelineEntry(
                    at: row.timestamp(12), event: "superseded", successor: NotificationID(row.uuid(13))))
        } else if !row.isNull(7) {
            entries.append(TimelineEntry(at: row.timestamp(7), event: "expired"))
        }
        // What has yet to happen is no part of it.
        return entries.filter { $0.at <= now }.sorted { $0.at < $1.at }
    }

    private static func delivery(_ row: PostgresRow) -> [TimelineEntry] {
        let device = row.text(18)
        let attempts = Int(row.int32(19))
        var entries = [TimelineEntry(at: row.timestamp(20), event: "sent", device: device, attempt: 1)]
        if attempts > 1 {
            entries.append(
                TimelineEntry(at: row.timestamp(21), event: "sent", device: device, attempt: attempts))
        }
        if !row.isNull(22) {
            entries.append(TimelineEntry(at: row.timestamp(22), event: "acknowledged", device: device))
        }
        return entries
    }
}

extension JSONObjectWriter {
    fileprivate mutating func timeline(_ rows: PostgresRows, at now: Timestamp) {
        let row = rows[0]
        let columns = NotificationColumns(row, from: 0)
        append(columns)
        if let user = row.bytes(9) { string("user_id", utf8: user) }
        if !row.isNull(11) { string("deliver_at", row.timestamp(11).description) }
        string("state", Self.state(rows, at: now))
        bool("seen", !row.isNull(14))
        bool("read", !row.isNull(15))
        bool("archived", !row.isNull(16))
        if !row.isNull(13) { string("superseded_by", NotificationID(row.uuid(13)).description) }
        appendData(of: columns)
        array("timeline") { timeline in
            for entry in TimelineEntry.all(rows, at: now) { timeline.object { $0.entry(entry) } }
        }
    }

    private static func state(_ rows: PostgresRows, at now: Timestamp) -> String {
        let row = rows[0]
        if !row.isNull(17) { return "acknowledged" }
        switch NotificationPhase(rawValue: row.int16(10)) {
        case .superseded: return "superseded"
        case .expired: return "expired"
        case .scheduled: return "scheduled"
        case .live, nil:
            if !row.isNull(7), row.timestamp(7) <= now { return "expired" }
            return row.isNull(18) ? "pending" : "delivered"
        }
    }

    private mutating func entry(_ entry: TimelineEntry) {
        string("event", entry.event)
        string("at", entry.at.description)
        if let device = entry.device {
            if device.isEmpty { null("device_id") } else { string("device_id", device) }
        }
        if let attempt = entry.attempt { int("attempt", attempt) }
        if let successor = entry.successor { string("notification_id", successor.description) }
    }
}
