/// What the application is asked: what this user, on this device, may do in this room.
///
/// The device belongs to it, in the memory of answers too: an application that tells devices apart must not
/// have its answer for one used for another.
struct AuthorizationQuestion: Hashable, Sendable {
    let user: UserID
    let device: DeviceID?
    let room: RoomID

    /// The body of the request.
    var json: [UInt8] {
        var buffer = ByteBuffer(capacity: 256)
        buffer.appendJSONObject { object in
            object.string("user_id", user.string)
            object.string("room_id", room.string)
            if let device { object.string("device_id", device.string) }
        }
        return buffer.array
    }
}

/// What the application answered, and how long that may be remembered.
struct AuthorizationAnswer: Equatable, Sendable {
    let rights: RoomRights
    /// Nil when the next question is to be asked again.
    let maximumAge: Duration?

    /// Nil for everything that is no answer: then the user has no rights, and nothing is remembered.
    init?(status: Int, body: [UInt8], cacheControl: String?) {
        switch status {
        case 200:
            let limits = JSONLimits(depth: 8, bytes: 16 << 10, members: 64)
            guard let tree = try? JSONValue.parse(body, limits: limits),
                let letters = tree["rights"]?.string, let rights = RoomRights(letters: letters)
            else { return nil }
            self.rights = rights
        case 403, 404: rights = []
        default: return nil
        }
        maximumAge = cacheControl.flatMap(Self.maximumAge)
    }

    /// No answer is remembered for longer, whatever it says: somebody was surely told to leave meanwhile.
    static let longestAge = Duration.seconds(3600)

    /// Reads `Cache-Control`. What can't be read is not remembered.
    private static func maximumAge(in cacheControl: String) -> Duration? {
        var age: Duration?
        for directive in cacheControl.split(separator: ",") {
            let parts = directive.lowercased().split(separator: "=", maxSplits: 1).map { part in
                String(part.filter { $0 != " " && $0 != "\t" })
            }
            switch parts.first {
            case "no-store", "no-cache": return nil
            case "max-age":
                let digits = parts.last?.filter { $0 != "\"" } ?? ""
                guard age == nil, !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
                else { return nil }
                // A number with too many digits is one that is too large.
                age = min(Int64(digits).map { .seconds($0) } ?? longestAge, longestAge)
            default: break
            }
        }
        return age.flatMap { $0 > .zero ? $0 : nil }
    }
}
