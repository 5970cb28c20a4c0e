import RealtimeEvents

/// What handling an event needs: the handlers, the places, the rights, the accounts. One for a server.
final class DispatchCore: Sendable {
    let hub: Hub
    let registry: HandlerRegistry
    let accounts: UserAccounts
    let access: RoomAccess
    let inbox: Inbox
    let settings: DispatchSettings
    let window: PublishWindow.Limits
    let log: Log

    init(
        hub: Hub, registry: HandlerRegistry, accounts: UserAccounts, access: RoomAccess, inbox: Inbox,
        settings: DispatchSettings, window: PublishWindow.Limits, log: Log
    ) {
        self.hub = hub
        self.registry = registry
        self.accounts = accounts
        self.access = access
        self.inbox = inbox
        self.settings = settings
        self.window = window
        self.log = log
    }

    /// The handlers of an event, and what stands around them.
    typealias Plan = (route: Route, around: [any EventMiddleware])

    /// What becomes of an event that no handler takes: where that is configured, it goes to its room.
    func unknownTypes(_ type: UnsafeRawBufferPointer) -> Plan? {
        guard settings.passesUnknownTypes, EventType.isWellFormed(type) else { return nil }
        let type = ExactText(utf8: type)
        guard !EventType.isReserved(type) else { return nil }
        return (Route(type, [HandlerEntry(PassingHandler(), order: 0)]), registry.around)
    }
}

/// Passes on what nobody knows.
private struct PassingHandler: EventHandler {
    typealias Event = Message

    func handle(_ event: Message, in context: EventContext) async throws {
        try await context.relay(to: context.requiredRoom())
    }
}
