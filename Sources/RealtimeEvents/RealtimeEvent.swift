/// Something that happens and that others hear of: a value with a name on the wire.
///
///     struct InvoicePaid: RealtimeEvent {
///         static let eventType = "invoice_paid"
///         var invoice: String
///         var amount: Int
///     }
///
/// Its coding keys are the members of `data`. A type that a handler of the server takes may be sent by
/// clients; any type may be sent by the application.
public protocol RealtimeEvent: Codable, Sendable {
    /// The `type` of its messages: `snake_case`, 1 to 64 letters, digits and underscores.
    static var eventType: String { get }
}

/// An event whose handlers do not look at its data: nothing is decoded, and any data will do.
public protocol UnreadEvent: RealtimeEvent {
    /// Makes the event without data.
    init()
}

/// Something that happened to a task. Everybody in the project's room hears of it, and so does the one it is
/// assigned to.
public protocol TaskEvent: RealtimeEvent {
    /// Which task.
    var taskID: String { get }
    /// Whose room hears of it.
    var projectID: String { get }
    /// What the task is called, where the event says so.
    var title: String? { get }
    /// Whose it is, where the event says so.
    var assigneeID: String? { get }
    /// The user who did it, where a backend says it for them: nobody is notified of what they did themselves.
    var changedBy: String? { get }
}

extension TaskEvent {
    /// It does not say.
    public var title: String? { nil }
    /// It does not say.
    public var assigneeID: String? { nil }
}
