/// What a notification says, in a row of the database: nine columns, which stand in the same order wherever they do.
struct NotificationColumns {
    private let row: PostgresRow
    private let first: Int

    /// The columns, for a query that has the notification as `n`.
    static let sql = """
        n.notification_id, n.seq, n.title, n.message, n.level, n.priority, n.created_at, n.expires_at, n.data
        """

    init(_ row: PostgresRow, from first: Int) {
        self.row = row
        self.first = first
    }

    var id: NotificationID { NotificationID(row.uuid(first)) }
    var seq: Int64 { row.int64(first + 1) }
    var createdAt: Timestamp { row.timestamp(first + 6) }
    var expiresAt: Timestamp? { row.isNull(first + 7) ? nil : row.timestamp(first + 7) }

    fileprivate var title: UnsafeRawBufferPointer? { row.bytes(first + 2) }
    fileprivate var message: UnsafeRawBufferPointer? { row.bytes(first + 3) }
    fileprivate var level: NotificationLevel { NotificationLevel(number: row.int16(first + 4)) }
    fileprivate var priority: NotificationPriority { NotificationPriority(number: row.int16(first + 5)) }
    fileprivate var data: UnsafeRawBufferPointer? { row.bytes(first + 8) }
}

extension JSONObjectWriter {
    /// Writes what every form of a notification begins with.
    mutating func append(_ notification: NotificationColumns) {
        string("notification_id", notification.id.description)
        int("seq", notification.seq)
        if let title = notification.title { string("title", utf8: title) }
        if let message = notification.message { string("message", utf8: message) }
        string("level", notification.level.rawValue)
        string("priority", notification.priority.rawValue)
        string("created_at", notification.createdAt.description)
        if let expiresAt = notification.expiresAt { string("expires_at", expiresAt.description) }
    }

    /// Writes what the sender gave along with it, where there is something.
    mutating func appendData(of notification: NotificationColumns) {
        if let data = notification.data { raw("data", data) }
    }
}
