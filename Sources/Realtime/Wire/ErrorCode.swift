/// The codes that a client sees when something was refused, the same over HTTP as inside a message.
///
/// They are part of the wire contract: a name, once given, stays.
public enum ErrorCode: String, CaseIterable, Sendable {
    /// The message, or a part of it, is not what it must be.
    case malformed
    /// Nobody here takes events of this type.
    case unknownType = "unknown_type"
    /// There is no token, or not a good one.
    case unauthenticated
    /// The token does not allow it.
    case forbidden
    /// One has to be in the room to do that.
    case notInRoom = "not_in_room"
    /// There is no such room.
    case roomNotFound = "room_not_found"
    /// There is no such document.
    case documentNotFound = "document_not_found"
    /// Something else has happened in the meantime, or was said under the same key.
    case conflict
    /// It is larger than what is accepted.
    case tooLarge = "too_large"
    /// Too much at once; try again after a while.
    case rateLimited = "rate_limited"
    /// It can't be done now; try again.
    case unavailable
    /// What should have handled the event failed.
    case handlerFailed = "handler_failed"
    /// The server has a fault.
    case `internal`
    /// Over HTTP only: no such path.
    case notFound = "not_found"
    /// Over HTTP only: the path is there, the method is not.
    case methodNotAllowed = "method_not_allowed"
}
