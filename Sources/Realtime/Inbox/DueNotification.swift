/// A notification that is to be sent to a device now: the attempt is on disk.
struct DueNotification: Sendable {
    let seq: Int64
    let id: NotificationID
    let expiresAt: Timestamp?
    /// Whether it was sent to the device before.
    let isRepeated: Bool
    /// The `data` of its message.
    let data: SharedBytes

    func isAlive(at date: Timestamp) -> Bool { expiresAt.map { $0 > date } ?? true }

    /// Divides the rows of `realtime.fetch` and `realtime.fetch_again` among those who asked, who are numbered
    /// from 1.
    static func pages(of rows: PostgresRows, for count: Int) -> [[DueNotification]] {
        var pages = [[DueNotification]](repeating: [], count: count)
        var text = ByteBuffer(capacity: 512)
        for index in 0..<rows.count {
            let row = rows[index]
            let place = Int(row.int32(0)) - 1
            guard pages.indices.contains(place) else { continue }
            text.clear()
            text.appendJSONObject { $0.notification(row) }
            pages[place].append(
                DueNotification(
                    seq: row.int64(1), id: NotificationID(row.uuid(2)),
                    expiresAt: row.isNull(9) ? nil : row.timestamp(9), isRepeated: row.int32(11) > 1,
                    data: SharedBytes(text)))
        }
        return pages
    }
}

extension JSONObjectWriter {
    /// Writes the `data` of `system_notification` from a row.
    fileprivate mutating func notification(_ row: PostgresRow) {
        string("notification_id", NotificationID(row.uuid(2)).description)
        int("seq", row.int64(1))
        if let title = row.bytes(5) { string("title", utf8: title) }
        if let message = row.bytes(6) { string("message", utf8: message) }
        string("level", NotificationLevel(number: row.int16(3)).rawValue)
        string("priority", NotificationPriority(number: row.int16(4)).rawValue)
        string("created_at", row.timestamp(8).description)
        if !row.isNull(9) { string("expires_at", row.timestamp(9).description) }
        bool("read", row.bool(10))
        int("attempt", row.int32(11))
        if let data = row.bytes(7) { raw("data", data) }
    }
}
