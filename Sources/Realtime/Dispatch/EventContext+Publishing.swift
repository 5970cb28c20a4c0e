public import RealtimeEvents

// How a handler reaches others.

/// Who gets what is relayed to a room.
public enum RelayAudience: Sendable {
    /// Everybody in the room, the sender's connection too.
    case everyone
    /// All connections but the sender's.
    case others
}

extension EventContext {
    /// Passes the event on byte for byte, with its own type: to a room, or to the one user whom the message
    /// names as its recipient. The `ack` then says where it stands in the room's stream, or to how many
    /// connections it went.
    ///
    /// Refused when the sender may not publish there, or when the time is up. A message to one user without a room
    /// needs some room that the two have in common.
    @discardableResult
    public func relay(
        to room: RoomID?, _ audience: RelayAudience = .everyone
    ) async throws(RealtimeError) -> Published {
        try await requireTime()
        if let recipient { return try await relay(to: recipient, in: room) }
        guard let room else { throw RealtimeError(.malformed, "room_id is missing") }
        try await requirePublishing(in: room)
        var target = Audience.everyone
        if audience == .others, let connection = scope.session?.connection { target = .allBut(connection) }
        let publication = try await scope.core.hub.publish(
            outgoing(), to: room, audience: target, isEphemeral: OutgoingEvent.isEphemeral(scope.type))
        return try await note(publication)
    }

    /// What has failed for the sender must not reach the others: the sender may be sending it again.
    private func requireTime() async throws(RealtimeError) {
        let isOver: Bool
        if scope.loop.isCurrent {
            isOver = scope.isOver
        } else {
            isOver = try await scope.onLoop { [scope] in scope.isOver }
        }
        if isOver { throw .tooLate }
    }

    private func relay(to user: UserID, in room: RoomID?) async throws(RealtimeError) -> Published {
        let event = outgoing(to: user)
        let publication: Publication
        if let room {
            try await requirePublishing(in: room)
            publication = try await scope.core.hub.send(event, to: user, in: room)
        } else {
            try await requireCommonRoom(with: user)
            publication = try await scope.core.hub.send(event, to: user)
        }
        try await acknowledge(with: Delivered(delivered: publication.delivered ?? 0))
        return try await note(publication)
    }

    private func requireCommonRoom(with user: UserID) async throws(RealtimeError) {
        guard let sender = scope.sender.user, !scope.sender.isApplication, sender != user else { return }
        guard try await scope.core.hub.shareARoom(sender, user) else {
            throw RealtimeError(.forbidden, "There is no room that you share with that user.")
        }
    }

    /// What the `ack` of a message to one user says beside the rest.
    private struct Delivered: Encodable, Sendable {
        let delivered: Int
    }

    /// Publishes another event to a room, as the application's own or as the sender's.
    ///
    /// No rights are asked for: a handler does what the application wants done.
    @discardableResult
    public func publish<Event: RealtimeEvent>(
        _ event: Event, to room: RoomID, asSender: Bool = false
    ) async throws(RealtimeError) -> Published {
        let type = ExactText(Event.eventType)
        let outgoing = OutgoingEvent(
            type: type, data: try SharedBytes(encoding: event), user: asSender ? scope.sender.user : nil)
        let publication = try await scope.core.hub.publish(
            outgoing, to: room, audience: .everyone, isEphemeral: OutgoingEvent.isEphemeral(type))
        return Published(publication)
    }

    /// Sends another event to all connections of a user. Who is not there does not get it.
    @discardableResult
    public func send<Event: RealtimeEvent>(
        _ event: Event, to user: UserID
    ) async throws(RealtimeError) -> Published {
        let outgoing = OutgoingEvent(
            type: ExactText(Event.eventType), data: try SharedBytes(encoding: event), recipient: user)
        return Published(try await scope.core.hub.send(outgoing, to: user))
    }

    private func outgoing(to user: UserID? = nil) -> OutgoingEvent {
        OutgoingEvent(type: scope.type, data: data, user: scope.sender.user, recipient: user)
    }

    /// Remembers what was published, for the answer.
    private func note(_ publication: Publication) async throws(RealtimeError) -> Published {
        if scope.loop.isCurrent {
            scope.publication = publication
        } else {
            try await scope.onLoop { [scope] in scope.publication = publication }
        }
        return Published(publication)
    }
}
