/// Which handlers there are, for which events, and in which order.
///
/// It can be changed while the server runs: events that are under way go on with the handlers they began with.
public final class HandlerRegistry: Sendable {
    /// What is known of a handler.
    public struct Status: Sendable {
        /// The handler's name.
        public let name: String
        /// The type of the events that it takes.
        public let eventType: String
        /// Its place among the handlers of that type: lower ones come first.
        public let order: Int
        /// Whether it takes part.
        public let isEnabled: Bool
        /// Whether it failed so often that it is left alone for a while.
        public let isSwitchedOff: Bool
        /// How many events it has handled.
        public let handled: Int
        /// How many times it failed.
        public let failures: Int
    }

    /// Why a handler was not registered.
    public enum RegistrationError: Error, Equatable, CustomStringConvertible {
        /// The event's type is not 1 to 64 letters, digits and underscores.
        case badEventType(String)
        /// The event's type is one that only the server sends.
        case reservedEventType(String)
        /// There is a handler of that name.
        case nameTaken(String)

        /// One line for a person.
        public var description: String {
            switch self {
            case .badEventType(let type):
                "'\(type)' is no event type: write snake_case, at most 64 characters"
            case .reservedEventType(let type): "events of type '\(type)' are the server's own"
            case .nameTaken(let name): "there is a handler '\(name)' already"
            }
        }
    }

    private struct State {
        var table = RouteTable()
        var middlewares: [any EventMiddleware] = []
    }

    private let state = Locked(State())

    /// A registry without handlers.
    public init() {}

    /// Adds a handler.
    ///
    /// - Parameters:
    ///   - handler: what acts on the events.
    ///   - order: its place among the handlers of its event: lower ones come first, and of the same order the
    ///     one that was registered first. The built-in ones have 0.
    public func register(_ handler: some EventHandler, order: Int = 0) throws(RegistrationError) {
        let entry = HandlerEntry(handler, order: order)
        try state.withLock { state throws(RegistrationError) in try state.table.add(entry) }
    }

    /// Adds something that stands around all handlers. The first one added is the outermost.
    public func use(_ middleware: some EventMiddleware) {
        state.withLock { $0.middlewares.append(middleware) }
    }

    /// All handlers in the order in which they are asked.
    public var handlers: [Status] {
        state.withLock { $0.table.entries }.map { entry in
            Status(
                name: entry.name, eventType: entry.eventType.string, order: entry.order,
                isEnabled: entry.isEnabled, isSwitchedOff: entry.isSwitchedOff, handled: entry.handled,
                failures: entry.failures)
        }
    }

    /// Has a handler take part, or not. False when there is none of that name.
    @discardableResult
    public func setEnabled(_ isEnabled: Bool, handler name: String) -> Bool {
        guard let entry = state.withLock({ $0.table.entries.first { $0.name == name } }) else { return false }
        entry.isEnabled = isEnabled
        return true
    }

    /// The handlers of one type and what stands around them; nil when nobody takes it.
    func plan(for type: UnsafeRawBufferPointer) -> (route: Route, around: [any EventMiddleware])? {
        state.withLock { state in
            state.table.route(of: type).map { ($0, state.middlewares) }
        }
    }

    /// What stands around all handlers.
    var around: [any EventMiddleware] { state.withLock { $0.middlewares } }
}
