/// The codes that a client sees when something was refused, the same over HTTP as inside a message.
///
/// They are part of the wire contract: a name, once given, stays.
enum ErrorCode: String, CaseIterable, Sendable {
    case malformed
    case unknownType = "unknown_type"
    case unauthenticated
    case forbidden
    case notInRoom = "not_in_room"
    case roomNotFound = "room_not_found"
    case documentNotFound = "document_not_found"
    case conflict
    case tooLarge = "too_large"
    case rateLimited = "rate_limited"
    case unavailable
    case handlerFailed = "handler_failed"
    case `internal`
    /// Over HTTP only: no such path.
    case notFound = "not_found"
    /// Over HTTP only: the path is there, the method is not.
    case methodNotAllowed = "method_not_allowed"
}
