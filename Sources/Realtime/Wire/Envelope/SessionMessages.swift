// What the server says on its own account on the native protocol: about the connection, not about a room.

/// What `connect` tells a client about the connection that it has.
struct ConnectGreeting {
    var connection: ConnectionID
    var user: UserID
    /// The user id where the token has no name.
    var username: String
    var device: DeviceID?
    var heartbeat: Duration
    /// Nil when the token never expires.
    var tokenExpiresAt: Timestamp?
    var serverName: String
    var serverVersion: String
}

extension ByteBuffer {
    /// The version of the native protocol.
    private static var protocolVersion: Int { 1 }

    /// Appends the first message after authentication.
    mutating func appendConnect(_ greeting: ConnectGreeting, _ head: borrowing EnvelopeHead) {
        appendEnvelope(type: "connect", head) { data in
            data.string("connection_id", greeting.connection.description)
            greeting.user.withUTF8 { data.string("user_id", utf8: $0) }
            data.string("username", greeting.username)
            if let device = greeting.device {
                device.withUTF8 { data.string("device_id", utf8: $0) }
            } else {
                data.null("device_id")
            }
            data.int("heartbeat_ms", greeting.heartbeat.milliseconds)
            if let expiry = greeting.tokenExpiresAt { data.string("token_expires_at", expiry.description) }
            data.object("server") { server in
                server.string("name", greeting.serverName)
                server.string("version", greeting.serverVersion)
            }
            data.int("protocol", Self.protocolVersion)
        }
    }

    /// Appends the warning before a token expires.
    mutating func appendTokenExpiring(at expiry: Timestamp, _ head: borrowing EnvelopeHead) {
        appendEnvelope(type: "token_expiring", head) { $0.string("expires_at", expiry.description) }
    }

    /// Appends the word before a close, and after how long the client should come back where that is known.
    mutating func appendDisconnect(
        closeCode: Int, reason: String, retryAfter: Duration? = nil, _ head: borrowing EnvelopeHead
    ) {
        appendEnvelope(type: "disconnect", head) { data in
            data.int("code", closeCode)
            data.string("reason", reason)
            if let retryAfter { data.int("retry_after_ms", retryAfter.milliseconds) }
        }
    }

    /// Appends the news that the server took a connection out of a room.
    mutating func appendRoomLeft(_ room: RoomID, reason: String, _ head: borrowing EnvelopeHead) {
        appendEnvelope(type: "room_left", head) { data in
            room.withUTF8 { data.string("room_id", utf8: $0) }
            data.string("reason", reason)
        }
    }
}
