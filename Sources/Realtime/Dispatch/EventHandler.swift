public import RealtimeEvents

/// Acts on events of one type.
///
///     struct WelcomeHandler: EventHandler {
///         func handle(_ event: Hello, in context: EventContext) async throws {
///             try await context.reply(Welcome(text: "Hello, \(context.sender.username)"))
///         }
///     }
///
/// The event has been decoded and its sender has been authenticated. The messages of one connection are handled
/// one after the other; while a handler waits, other connections' are handled. What it throws becomes the
/// sender's `error`: a `RealtimeError` as it is, anything else as `handler_failed`.
public protocol EventHandler<Event>: Sendable {
    /// What it takes.
    associatedtype Event: RealtimeEvent

    /// What it is called in logs, metrics and the registry. The type's own name unless said otherwise.
    var name: String { get }

    /// Whether others receive something because of the event, which makes a repeated `message_id` harmless, or
    /// it only gets an answer. `publishes` unless said otherwise.
    var effect: EventEffect { get }

    /// Acts on an event.
    func handle(_ event: Event, in context: EventContext) async throws
}

extension EventHandler {
    /// The name of the type.
    public var name: String { String(describing: Self.self) }

    /// Others receive something.
    public var effect: EventEffect { .publishes }
}

/// What an event brings about.
public enum EventEffect: Sendable {
    /// Others receive something. The same `message_id` within five minutes gets the first answer again.
    case publishes
    /// The sender gets an answer, each time afresh.
    case answers
}

/// Stands around all handlers: it sees each event before them, may change it, refuse it by throwing, or do
/// something before and after.
public protocol EventMiddleware: Sendable {
    /// Handles an event, by calling `next` where it shall go on.
    func handle(
        _ context: EventContext, next: (EventContext) async throws -> Void
    ) async throws
}
