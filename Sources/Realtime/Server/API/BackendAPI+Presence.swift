// Who is where, for backends that ask.

extension BackendAPI {
    /// `GET /api/v1/rooms`
    func listRooms(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let request = try RoomListRequest(call.request.head.query)
        let page = try await backend.rooms(after: request.after, limit: request.limit)
        return .json(.ok) { answer in
            answer.array("rooms") { rooms in
                for room in page.rooms { rooms.object { $0.summary(room.room, room.name, room.total) } }
            }
            if let next = page.next { next.withUTF8 { answer.string("next", utf8: $0) } }
        }
    }

    /// `GET /api/v1/rooms/{room_id}`
    func describeRoom(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        guard let room = try await backend.room(try call.identifier("room_id")) else {
            throw RealtimeError(.roomNotFound, "There is no such room.")
        }
        return .json(.ok) { answer in
            answer.summary(room.room, room.name, room.members.count)
            answer.object("position") { position in
                position.string("epoch", room.position.epoch)
                position.int("seq", room.position.seq)
            }
            var members = ByteBuffer(capacity: 160 * room.members.count + 2)
            members.append(room.members.map(\.member))
            answer.raw("members", members.unsafeBytes)
        }
    }

    /// `GET /api/v1/users/{user_id}`
    func describeUser(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let user = try await backend.user(try call.identifier("user_id"))
        return .json(.ok) { answer in
            user.user.withUTF8 { answer.string("user_id", utf8: $0) }
            answer.string("username", user.username)
            answer.bool("online", user.isOnline)
            answer.string("status", user.status.rawValue)
            answer.int("devices", user.devices)
            answer.array("rooms") { rooms in
                for room in user.rooms { room.withUTF8 { rooms.string(utf8: $0) } }
            }
            if let lastSeen = user.lastSeen {
                answer.string("last_seen", lastSeen.description)
            } else {
                answer.null("last_seen")
            }
        }
    }
}

extension JSONObjectWriter {
    fileprivate mutating func summary(_ room: RoomID, _ name: String, _ total: Int) {
        room.withUTF8 { string("room_id", utf8: $0) }
        string("name", name)
        int("total", total)
    }
}

/// `?limit=` and `?after=`
private struct RoomListRequest {
    private static let limits = 1...100

    var limit = 50
    var after: RoomID?

    init(_ query: HTTPSlice?) throws(RealtimeError) {
        let (limit, after): (String?, String?)
        do throws(URLQueryError) {
            let query = URLQuery(query)
            (limit, after) = (try query.value("limit"), try query.value("after"))
        } catch {
            throw RealtimeError(.malformed, error.message)
        }
        if let limit {
            guard let number = Int(limit), Self.limits.contains(number) else {
                throw RealtimeError(.malformed, "limit must be a whole number from 1 to 100")
            }
            self.limit = number
        }
        if let after {
            guard let room = RoomID(after) else {
                throw RealtimeError(.malformed, "after must be the next of another page")
            }
            self.after = room
        }
    }
}
