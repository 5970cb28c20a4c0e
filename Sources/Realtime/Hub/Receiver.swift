/// A connection as those see it who have something for it. It lives on one loop and is called there alone.
protocol Receiver: AnyObject {
    /// Its name.
    var connection: ConnectionID { get }

    /// Whose it is.
    var user: UserID { get }

    /// The id of the token that it came with, where that has one.
    var tokenID: ExactText? { get }

    /// When that token expires, where it does.
    var tokenExpiresAt: Timestamp? { get }

    /// Whether it still takes messages.
    var isOpen: Bool { get }

    /// Takes a message that others get too. One that is ephemeral may be dropped by a connection that reads
    /// slowly.
    func receive(_ frame: inout BroadcastFrame, isEphemeral: Bool)

    /// Comes up in a few steps: has fetched from memory what carries its messages.
    func prefetchCarrier()

    /// Comes up next: has fetched what its carrier writes to.
    func prefetchConnection()

    /// Takes what it has missed, in order. It may take its time: what it is given by `receive` from now on comes
    /// after.
    func catchUp(_ replay: [SharedBytes])

    /// Whether it is in the room.
    func isIn(_ room: RoomID) -> Bool

    /// Has come into a room.
    func entered(_ room: LocalRoom, at seat: Int)

    /// Stands at another place of the room's list now.
    func moved(in room: LocalRoom, to seat: Int)

    /// Something has changed in its user's inbox.
    func inboxChanged(_ news: InboxNews)

    /// A device of its user, perhaps its own, has acknowledged notifications on some connection.
    func acknowledged(_ acknowledgement: InboxAcknowledgement)

    /// The application ends the connection.
    func disconnect(_ code: WebSocketCloseCode, reason: String)
}

/// Who of a room's connections gets a message.
enum Audience: Sendable {
    case everyone
    /// All but the one that sent it.
    case allBut(ConnectionID)
    /// All but those of a few users.
    case allButUsers([UserID])
    /// All but those of many users.
    case allButAnyOf(Set<UserID>)

    /// Whether this connection is among them.
    @inline(__always)
    func includes(_ receiver: any Receiver) -> Bool {
        switch self {
        case .everyone: true
        case .allBut(let sender): receiver.connection != sender
        case .allButUsers(let users): !users.contains(receiver.user)
        case .allButAnyOf(let users): !users.contains(receiver.user)
        }
    }

    /// All but those of any number of users. A few names are compared faster than one is hashed.
    static func allBut(users: [UserID]) -> Audience {
        switch users.count {
        case 0: .everyone
        case ...8: .allButUsers(users)
        default: .allButAnyOf(Set(users))
        }
    }
}
