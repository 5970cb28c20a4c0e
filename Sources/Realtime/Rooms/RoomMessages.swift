// What a room says, in the words of the wire contract: the `data` of its messages.

extension JSONObjectWriter {
    /// Writes the `data` of `room_joined`.
    mutating func roomJoined(_ joined: borrowing RoomJoined, _ room: borrowing Room) {
        string("status", joined.status.rawValue)
        string("name", room.name)
        members("members", of: room)
        int("total", room.memberCount)
        object("position") { position in
            position.string("epoch", joined.position.epoch.description)
            position.int("seq", joined.position.seq)
        }
        bool("recovered", joined.recovered)
    }

    /// Writes the `data` of `room_info`.
    mutating func roomInfo(_ room: borrowing Room) {
        room.id.withUTF8 { string("room_id", utf8: $0) }
        string("name", room.name)
        int("total_clients", room.memberCount)
        members("clients", of: room)
    }

    /// Writes the `data` of `user_online`.
    mutating func userOnline(_ member: borrowing RoomMember) {
        user(member, devices: member.devices.deviceCount)
    }

    /// Writes the `data` of `user_offline`: by then the user has no device there.
    mutating func userOffline(_ member: borrowing RoomMember) {
        user(member, devices: 0)
    }

    private mutating func user(_ member: borrowing RoomMember, devices: Int) {
        member.user.withUTF8 { string("user_id", utf8: $0) }
        string("username", member.username)
        string("status", member.state.status.rawValue)
        int("devices", devices)
    }

    /// Writes the `data` of `presence_update`.
    mutating func presence(_ state: borrowing PresenceState) {
        string("status", state.status.rawValue)
        if let custom = state.custom { custom.withUnsafeBytes { raw("custom", $0) } }
    }

    /// Writes the members of a room as an array of objects.
    mutating func members(_ key: String, of room: borrowing Room) {
        var array = ByteBuffer(capacity: 160 * room.memberCount + 2)
        array.appendMembers(of: room)
        raw(key, array.unsafeBytes)
    }
}

extension ByteBuffer {
    /// Appends members that were taken out of a room.
    mutating func append(_ members: [RoomMember]) {
        append(UInt8(ascii: "["))
        for (index, member) in members.enumerated() {
            if index > 0 { append(UInt8(ascii: ",")) }
            appendMember(member)
        }
        append(UInt8(ascii: "]"))
    }

    /// Appends the members of a room as an array of objects.
    ///
    /// Written key by key as constants, not by `JSONObjectWriter`: a join of a large room writes this for
    /// every member.
    mutating func appendMembers(of room: borrowing Room) {
        append(UInt8(ascii: "["))
        var isFirst = true
        room.forEachMember { member in
            if !isFirst { append(UInt8(ascii: ",")) }
            isFirst = false
            appendMember(member)
        }
        append(UInt8(ascii: "]"))
    }

    private mutating func appendMember(_ member: borrowing RoomMember) {
        append("{\"user_id\":" as StaticString)
        member.user.withUTF8 { appendJSON(utf8: $0) }
        append(",\"username\":" as StaticString)
        appendJSON(string: member.username)
        append(",\"status\":\"" as StaticString)
        append(member.state.status.rawValue)
        append("\",\"devices\":" as StaticString)
        append(decimal: member.devices.deviceCount)
        append(",\"since\":\"" as StaticString)
        append(member.since)
        append(UInt8(ascii: "\""))
        if let custom = member.state.custom {
            append(",\"custom\":" as StaticString)
            custom.withUnsafeBytes { append($0) }
        }
        append(UInt8(ascii: "}"))
    }
}
