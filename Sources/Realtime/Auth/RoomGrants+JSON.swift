// Grants as the claim `rooms` writes them.

extension RoomGrants {
    /// The same as a claim: `{"project_*":"rw"}`.
    var json: String {
        var text = ByteBuffer()
        text.appendJSONObject { object in
            for grant in grants { object.string(grant.pattern, grant.rights.letters) }
        }
        return String(decoding: text.unsafeBytes, as: UTF8.self)
    }

    /// Reads the form of the claim; nil for anything else.
    init?(json: String) {
        guard let value = try? JSONValue.parse(json), case .object(let members) = value else { return nil }
        var grants: [Grant] = []
        for member in members {
            guard case .string(let letters) = member.value, let rights = RoomRights(letters: letters) else {
                return nil
            }
            grants.append(Grant(member.key, rights))
        }
        guard let read = try? RoomGrants(grants) else { return nil }
        self = read
    }
}
