@testable import Realtime

/// Who is where, told by hand: what the contract says of presence, in as few words as possible, without any of the
/// server's types but ids and times.
struct PresenceReference {
    struct Event: Hashable {
        let room: RoomID?
        let user: UserID
    }

    let grace: Duration
    var now = Instant(nanoseconds: 0)
    /// The devices of each user, in each room and altogether (`nil`): each with the moment at which it is given up.
    private var places: [Event: [DeviceID: Instant?]] = [:]
    /// What was to be told of a user in a room, or altogether, in order.
    private(set) var told: [Event: [String]] = [:]

    init(grace: Duration) {
        self.grace = grace
    }

    private mutating func come(_ device: DeviceID, _ place: Event) {
        if places[place] == nil { told[place, default: []].append("online") }
        places[place, default: [:]][device] = .some(nil)
    }

    private mutating func go(_ device: DeviceID, _ place: Event) {
        places[place]?.removeValue(forKey: device)
        guard places[place]?.isEmpty == true else { return }
        places[place] = nil
        told[place, default: []].append("offline")
    }

    mutating func connect(_ user: UserID, _ device: DeviceID) {
        come(device, Event(room: nil, user: user))
    }

    mutating func join(_ user: UserID, _ device: DeviceID, _ room: RoomID) {
        come(device, Event(room: room, user: user))
    }

    mutating func leave(_ user: UserID, _ device: DeviceID, _ room: RoomID) {
        go(device, Event(room: room, user: user))
    }

    mutating func cut(_ user: UserID, _ device: DeviceID, in rooms: Set<RoomID>) {
        for room in rooms.map(Optional.some) + [nil] {
            places[Event(room: room, user: user)]?[device] = .some(now + grace)
        }
    }

    mutating func pass(_ duration: Duration) {
        now = now + duration
        for (place, devices) in places {
            for (device, deadline) in devices {
                if let deadline, deadline <= now { go(device, place) }
            }
        }
    }

    /// How many devices each user has in a room, or altogether.
    func devices(in room: RoomID?) -> [UserID: Int] {
        var counts: [UserID: Int] = [:]
        for (place, devices) in places where place.room == room { counts[place.user] = devices.count }
        return counts
    }
}

/// A user's device: connected or not, and in some rooms.
struct StormDevice {
    let user: UserID
    let device: DeviceID
    let token: String
    var link: MemoryLink?
    var rooms: Set<RoomID> = []
}
