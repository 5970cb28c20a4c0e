import RealtimeEvents

// What backends publish.

extension BackendAPI {
    /// `POST /api/v1/broadcast`
    func broadcast(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let request = try BroadcastRequest(call)
        let publication = try await backend.broadcast(
            request.event, to: request.target, excluding: request.excluded)
        return .json(.ok) { $0.publication(publication) }
    }

    /// `POST /api/v1/tasks`
    func publishTask(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let publication = try await backend.handleTask(try TaskRequest(call).event)
        guard let room = publication.room, publication.seq != nil else {
            // What this id was used for before had no place in a room.
            throw RealtimeError(.conflict, "That message_id was used for something else.")
        }
        return .json(.ok) { answer in
            answer.publication(publication)
            room.withUTF8 { answer.string("room_id", utf8: $0) }
        }
    }
}

extension JSONObjectWriter {
    fileprivate mutating func publication(_ publication: Publication) {
        string("message_id", publication.messageID.description)
        if let seq = publication.seq { int("seq", seq) }
    }
}

/// `{"type", "data"?, "room_id" | "user_ids" | "all": true, "exclude_user_ids"?, "message_id"?}`
private struct BroadcastRequest {
    /// How many users one call may name.
    static let users = 1...10_000

    let event: ApplicationEvent
    let target: BroadcastTarget
    let excluded: [UserID]

    init(_ call: ServiceCall) throws(RealtimeError) {
        self = try call.readBody { body throws(EnvelopeFailure) in
            try BroadcastRequest(
                event: ApplicationEvent(
                    type: body.eventType(), data: body.bytes("data").map { SharedBytes($0) },
                    messageID: call.messageID(in: body), service: call.service),
                target: Self.target(in: body),
                excluded: body.identifiers(
                    "exclude_user_ids", 0...Self.users.upperBound,
                    mustBe: "an array of up to 10000 ids, each 1 to 256 bytes without control characters")
                    ?? [])
        }
    }

    private init(event: ApplicationEvent, target: BroadcastTarget, excluded: [UserID]) {
        self.event = event
        self.target = target
        self.excluded = excluded
    }

    private static func target(in body: borrowing DataMembers) throws(EnvelopeFailure) -> BroadcastTarget {
        let room: RoomID? = try body.identifier("room_id")
        let users: [UserID]? = try body.identifiers(
            "user_ids", Self.users,
            mustBe: "an array of 1 to 10000 ids, each 1 to 256 bytes without control characters")
        let all = try body.bool("all") ?? false
        switch (room, users, all) {
        case (let room?, nil, false): return .room(room)
        case (nil, let users?, false): return .users(users)
        case (nil, nil, true): return .everyone
        case (_, _, _):
            throw EnvelopeFailure(
                .mustBe("exactly one of room_id, user_ids and \"all\": true"), field: "the target")
        }
    }
}

/// `{"type", "data", "room_id"?, "message_id"?}` with one of the types of tasks.
private struct TaskRequest {
    private static let types: [ExactText] = [
        TaskCreated.eventType, TaskUpdated.eventType, TaskStatusChanged.eventType, TaskDeleted.eventType,
    ].map { ExactText($0) }

    let event: ApplicationEvent

    init(_ call: ServiceCall) throws(RealtimeError) {
        event = try call.readBody { body throws(EnvelopeFailure) in
            let type = try body.eventType()
            guard Self.types.contains(type) else {
                throw EnvelopeFailure(
                    .mustBe("task_created, task_updated, task_status_changed or task_deleted"),
                    field: "type")
            }
            return ApplicationEvent(
                type: type, data: body.bytes("data").map { SharedBytes($0) }, room: try Self.room(in: body),
                messageID: try call.messageID(in: body), service: call.service)
        }
    }

    /// The room that the call names, as a client's message would; else the project's, where that can be one: what
    /// is wrong with it is the handler's to say.
    private static func room(in body: borrowing DataMembers) throws(EnvelopeFailure) -> RoomID? {
        let named: RoomID? = try body.identifier("room_id")
        guard let data = try body.object("data") else {
            throw EnvelopeFailure(.missing, field: "data")
        }
        let inData: RoomID? = try data.identifier("room_id")
        if let named, let inData, named != inData { throw EnvelopeFailure(.contradicts, field: "room_id") }
        if let room = named ?? inData { return room }
        return try data.string("project_id").flatMap { RoomID($0) }
    }
}

extension DataMembers {
    /// The event's type, which has to be there.
    fileprivate borrowing func eventType() throws(EnvelopeFailure) -> ExactText {
        guard let type = try string("type").map({ ExactText($0) }) else {
            throw EnvelopeFailure(.missing, field: "type")
        }
        return type
    }
}
