public import Realtime

extension HandlerRegistry {
    /// A registry with the built-in handlers: rooms, presence, messages, chat, tasks and
    /// notifications.
    ///
    /// An application adds its own to it:
    ///
    ///     let handlers = HandlerRegistry.builtIn()
    ///     try handlers.register(WelcomeHandler())
    ///     let server = try await RealtimeServer.start(configuration, handlers: handlers)
    public static func builtIn() -> HandlerRegistry {
        let registry = HandlerRegistry()
        do throws(RegistrationError) {
            try registry.registerBuiltIns()
        } catch {
            preconditionFailure("a built-in handler can't be registered: \(error)")
        }
        return registry
    }

    private func registerBuiltIns() throws(RegistrationError) {
        try register(JoinRoomHandler())
        try register(LeaveRoomHandler())
        try register(QueryRoomHandler())
        try register(PresenceHandler())
        try register(MessageHandler())
        try register(TypingHandler())
        try register(ChatHandler())
        try register(TaskHandler<TaskCreated>())
        try register(TaskHandler<TaskUpdated>())
        try register(TaskHandler<TaskStatusChanged>())
        try register(TaskHandler<TaskDeleted>())
        try register(NotificationAckHandler())
        try register(NotificationListHandler())
        try register(NotificationMarkHandler<NotificationSeen>())
        try register(NotificationMarkHandler<NotificationRead>())
        try register(NotificationMarkHandler<NotificationUnread>())
        try register(NotificationMarkHandler<NotificationArchive>())
        try register(NotificationMarkHandler<NotificationUnarchive>())
    }
}
