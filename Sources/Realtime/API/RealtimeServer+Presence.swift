// Who is where.

extension RealtimeServer {
    /// A room and who is in it, at this moment; nil when there is no such room.
    ///
    ///     if let room = try await server.presence(in: "project_7") {
    ///         print(room.name, room.members.map(\.username))
    ///     }
    public func presence(in room: RoomID) async throws(RealtimeError) -> RoomPresence? {
        try await core.backend.room(room)
    }

    /// A user and where they are, at this moment. One who was never here is described like one who is not.
    ///
    ///     let ada = try await server.user("ada")
    ///     if !ada.isOnline { try await mailer.remind(ada.user) }
    public func user(_ user: UserID) async throws(RealtimeError) -> UserReport {
        try await core.backend.user(user)
    }

    /// The rooms that there are, a page at a time, in the order of their ids' bytes.
    ///
    ///     var page = try await server.rooms()
    ///     while let next = page.next { page = try await server.rooms(after: next) }
    ///
    /// - Parameters:
    ///   - after: the `next` of the page before.
    ///   - limit: how many at most, 1 to 1,000.
    public func rooms(after: RoomID? = nil, limit: Int = 100) async throws(RealtimeError) -> RoomPage {
        try await core.backend.rooms(after: after, limit: min(max(limit, 1), 1000))
    }

    /// What happens to users and connections from now on: each thing once, and what concerns one user in its order.
    ///
    ///     for await event in server.events {
    ///         if case .userOnline(let user) = event { print("\(user) is here") }
    ///     }
    ///
    /// Each use begins another stream, which ends when the server stops. One that is not read for more than 4,096
    /// events loses the oldest.
    public var events: AsyncStream<LifecycleEvent> {
        core.backend.hub.lifecycle.events()
    }
}
