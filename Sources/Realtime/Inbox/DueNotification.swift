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
            let columns = NotificationColumns(row, from: 1)
            text.appendJSONObject { data in
                data.append(columns)
                data.bool("read", row.bool(10))
                data.int("attempt", row.int32(11))
                data.appendData(of: columns)
            }
            pages[place].append(
                DueNotification(
                    seq: columns.seq, id: columns.id, expiresAt: columns.expiresAt,
                    isRepeated: row.int32(11) > 1, data: SharedBytes(text)))
        }
        return pages
    }
}
