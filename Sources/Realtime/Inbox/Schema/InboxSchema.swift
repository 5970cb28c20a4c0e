/// What the inbox keeps in the database: its tables, and the functions that change them.
///
/// The functions are part of the schema, because each does in one round trip what has to be one transaction. Only
/// `realtime.enqueue` is for applications.
enum InboxSchema {
    /// All versions, in their order. What was released is never edited: a change is a further one.
    static let migrations = [
        PostgresMigration(
            version: 1, sql: [tables, accepting, delivering, state, applications].joined(separator: "\n\n"))
    ]
}
