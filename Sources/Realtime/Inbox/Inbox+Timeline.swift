// What happened to one notification, for whoever is asked "did she get it?".

extension Inbox {
    /// What a notification is and what happened to it, in order; nil where there is none.
    func timeline(of id: NotificationID) async throws(RealtimeError) -> SharedBytes? {
        var values = PostgresParameters()
        values.append(uuid: id.uuid)
        let rows = try await ask(Self.timelineStatement, values)
        guard rows.count > 0 else { return nil }
        var text = ByteBuffer(capacity: 1_024)
        text.appendJSONObject { $0.timeline(rows, of: id, at: time.date) }
        return SharedBytes(text)
    }

    private static let timelineStatement = PostgresStatement(
        name: "timeline",
        sql: """
            select n.user_id, n.seq, n.title, n.message, n.level, n.priority, n.phase, n.created_at, n.deliver_at,
                n.expires_at, n.ended_at, n.superseded_by, n.seen_at, n.read_at, n.archived_at, n.data,
                n.acknowledged_at, d.device_id, d.attempts, d.first_sent_at, d.last_sent_at, d.acknowledged_at
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
        var entries = [TimelineEntry(at: row.timestamp(7), event: "queued")]
        if !row.isNull(8) { entries.append(TimelineEntry(at: row.timestamp(8), event: "due")) }
        for index in 0..<rows.count where !rows[index].isNull(17) { entries += delivery(rows[index]) }
        if !row.isNull(12) { entries.append(TimelineEntry(at: row.timestamp(12), event: "seen")) }
        if !row.isNull(13) { entries.append(TimelineEntry(at: row.timestamp(13), event: "read")) }
        if !row.isNull(14) { entries.append(TimelineEntry(at: row.timestamp(14), event: "archived")) }
        if !row.isNull(11), !row.isNull(10) {
            entries.append(
                TimelineEntry(
                    at: row.timestamp(10), event: "superseded", successor: NotificationID(row.uuid(11))))
        } else if !row.isNull(9) {
            entries.append(TimelineEntry(at: row.timestamp(9), event: "expired"))
        }
        // What has yet to happen is no part of it.
        return entries.filter { $0.at <= now }.sorted { $0.at < $1.at }
    }

    private static func delivery(_ row: PostgresRow) -> [TimelineEntry] {
        let device = row.text(17)
        let attempts = Int(row.int32(18))
        var entries = [TimelineEntry(at: row.timestamp(19), event: "sent", device: device, attempt: 1)]
        if attempts > 1 {
            entries.append(
                TimelineEntry(at: row.timestamp(20), event: "sent", device: device, attempt: attempts))
        }
        if !row.isNull(21) {
            entries.append(TimelineEntry(at: row.timestamp(21), event: "acknowledged", device: device))
        }
        return entries
    }
}

extension JSONObjectWriter {
    fileprivate mutating func timeline(_ rows: PostgresRows, of id: NotificationID, at now: Timestamp) {
        let row = rows[0]
        string("notification_id", id.description)
        if let user = row.bytes(0) { string("user_id", utf8: user) }
        int("seq", row.int64(1))
        if let title = row.bytes(2) { string("title", utf8: title) }
        if let message = row.bytes(3) { string("message", utf8: message) }
        string("level", NotificationLevel(number: row.int16(4)).rawValue)
        string("priority", NotificationPriority(number: row.int16(5)).rawValue)
        string("created_at", row.timestamp(7).description)
        if !row.isNull(8) { string("deliver_at", row.timestamp(8).description) }
        if !row.isNull(9) { string("expires_at", row.timestamp(9).description) }
        string("state", Self.state(rows, at: now))
        bool("seen", !row.isNull(12))
        bool("read", !row.isNull(13))
        bool("archived", !row.isNull(14))
        if !row.isNull(11) { string("superseded_by", NotificationID(row.uuid(11)).description) }
        if let data = row.bytes(15) { raw("data", data) }
        array("timeline") { timeline in
            for entry in TimelineEntry.all(rows, at: now) { timeline.object { $0.entry(entry) } }
        }
    }

    private static func state(_ rows: PostgresRows, at now: Timestamp) -> String {
        let row = rows[0]
        if !row.isNull(16) { return "acknowledged" }
        switch NotificationPhase(rawValue: row.int16(6)) {
        case .superseded: return "superseded"
        case .expired: return "expired"
        case .scheduled: return "scheduled"
        case .live, nil:
            if !row.isNull(9), row.timestamp(9) <= now { return "expired" }
            return row.isNull(17) ? "pending" : "delivered"
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
