import RealtimeEvents

extension DispatchCore {
    /// Tells handlers that a user has come or gone. Called on the loop of the user's home, whose work goes on
    /// first.
    func tellHandlers(of change: PresenceChange, on loop: EventLoop) {
        let type = change.isOnline ? EventType.online : EventType.offline
        guard let plan = type.withUTF8({ registry.plan(for: $0) }), !plan.route.isEmpty else { return }
        let event = UserOnline(
            userID: change.user.string, username: change.username, status: change.status.rawValue,
            devices: change.devices)
        loop.post { [self] in
            let data: SharedBytes
            do throws(RealtimeError) {
                data = try SharedBytes(encoding: event)
            } catch {
                log.error("presence not told", ["reason": .string(error.message)])
                return
            }
            let scope = EventScope(
                core: self, loop: loop, type: type, data: data, room: nil, recipient: nil, messageID: nil,
                sender: .application, session: nil)
            // What goes wrong in a handler has been logged, and nobody waits for an answer.
            EventRun.start(scope, plan.route, around: plan.around) { _ in }
        }
    }
}
