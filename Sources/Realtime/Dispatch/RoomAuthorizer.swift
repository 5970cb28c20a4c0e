/// Decides what users may do in rooms, where their tokens do not say so.
///
/// It is asked at every join and at every message that is published, so it answers from memory where it can.
/// Throwing is a no: who can't be asked allows nothing.
public protocol RoomAuthorizer: Sendable {
    /// What this user may do in this room.
    func rights(of user: UserID, device: DeviceID?, in room: RoomID) async throws -> RoomRights
}

/// What decides about rooms for tokens without a `rooms` claim.
enum RoomAccess: Sendable {
    case open
    case closed
    case asks(any RoomAuthorizer)

    /// The rights that a token's bearer has.
    func rights(of claims: Claims, in room: RoomID) async -> RoomRights {
        if let known = knownRights(of: claims, in: room) { return known }
        guard case .asks(let authorizer) = self else { return [] }
        return (try? await authorizer.rights(of: claims.user, device: claims.device, in: room)) ?? []
    }

    /// The rights that a user has whose token says nothing about rooms.
    func rights(of user: UserID, in room: RoomID) async -> RoomRights {
        switch self {
        case .open: [.read, .write]
        case .closed: []
        case .asks(let authorizer): (try? await authorizer.rights(of: user, device: nil, in: room)) ?? []
        }
    }

    /// The same where nobody has to be asked; nil where somebody has.
    func knownRights(of claims: Claims, in room: RoomID) -> RoomRights? {
        if let grants = claims.rooms { return grants.rights(for: room) }
        return switch self {
        case .open: [.read, .write]
        case .closed: []
        case .asks: nil
        }
    }
}
