import RealtimeEvents

@testable import Realtime

/// A handler that does what a test wants.
struct ScriptedHandler<Event: RealtimeEvent>: EventHandler {
    let name: String
    let effect: EventEffect
    private let body: @Sendable (Event, EventContext) async throws -> Void

    init(
        _ name: String, of event: Event.Type = Event.self, effect: EventEffect = .publishes,
        _ body: @escaping @Sendable (Event, EventContext) async throws -> Void
    ) {
        self.name = name
        self.effect = effect
        self.body = body
    }

    func handle(_ event: Event, in context: EventContext) async throws {
        try await body(event, context)
    }
}

/// An event of an application's.
struct Knock: RealtimeEvent {
    static let eventType = "knock"
    var text: String?
}

/// Its answer.
struct Knocked: RealtimeEvent {
    static let eventType = "knocked"
    var text: String
}

/// What a handler throws that has a fault.
struct Fault: Error, CustomStringConvertible {
    var description: String { "a secret of the handler's" }
}

/// What happened, in order, noted from any thread.
final class Notes: Sendable {
    private let notes = Locked<[String]>([])

    var all: [String] { notes.withLock { $0 } }

    func note(_ text: String) {
        notes.withLock { $0.append(text) }
    }
}
