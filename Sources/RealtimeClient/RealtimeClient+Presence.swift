public import FoundationEssentials

extension RealtimeClient {
    /// A user in a room.
    public struct Member: Decodable, Sendable, Hashable {
        /// Who.
        public let userID: String
        /// What others see.
        public let username: String
        /// What the user says of themselves, as in `online` or `away`.
        public let status: String
        /// With how many devices.
        public let devices: Int
        /// Since when.
        public let since: Date

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case username, status, devices, since
        }
    }

    /// A room and who is in it.
    public struct Room: Decodable, Sendable, Hashable {
        /// Its id.
        public let roomID: String
        /// What it is called.
        public let name: String?
        /// How many users are in it.
        public let total: Int
        /// Who they are.
        public let members: [Member]

        private enum CodingKeys: String, CodingKey {
            case roomID = "room_id"
            case name, total, members
        }
    }

    /// A room in a list.
    public struct RoomSummary: Decodable, Sendable, Hashable {
        /// Its id.
        public let roomID: String
        /// What it is called.
        public let name: String?
        /// How many users are in it.
        public let total: Int

        private enum CodingKeys: String, CodingKey {
            case roomID = "room_id"
            case name, total
        }
    }

    /// A part of the list of rooms.
    public struct RoomPage: Decodable, Sendable, Hashable {
        /// The rooms of this part.
        public let rooms: [RoomSummary]
        /// What to ask with for the next part, as `after`; nil when this is the last.
        public let next: String?
    }

    /// A user, and where they are.
    public struct User: Decodable, Sendable, Hashable {
        /// Who.
        public let userID: String
        /// What others see.
        public let username: String
        /// Whether any of their devices is connected.
        public let online: Bool
        /// What the user says of themselves, as in `online` or `away`.
        public let status: String
        /// How many of their devices are connected.
        public let devices: Int
        /// The ids of the rooms that they are in.
        public let rooms: [String]
        /// When they were last there; nil where the server does not know.
        public let lastSeen: Date?

        private enum CodingKeys: String, CodingKey {
            case userID = "user_id"
            case username, online, status, devices, rooms
            case lastSeen = "last_seen"
        }
    }

    /// Who is in a room. Throws `roomNotFound` when there is no such room.
    public func presence(in room: String) async throws(RealtimeClientError) -> Room {
        try await api.answer(to: .get("/api/v1/rooms/" + APICall.segment(room)))
    }

    /// The rooms there are, a page at a time.
    ///
    /// - Parameters:
    ///   - limit: How many at most, up to 100.
    ///   - after: The `next` of the page before this one.
    public func rooms(limit: Int = 100, after: String? = nil) async throws(RealtimeClientError) -> RoomPage {
        let place = after.map { "&after=" + APICall.segment($0) } ?? ""
        return try await api.answer(to: .get("/api/v1/rooms?limit=\(limit)" + place))
    }

    /// Whether a user is there, and in which rooms.
    public func user(_ user: String) async throws(RealtimeClientError) -> User {
        try await api.answer(to: .get("/api/v1/users/" + APICall.segment(user)))
    }
}
