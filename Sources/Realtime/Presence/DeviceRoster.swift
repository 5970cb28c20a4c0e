/// The connections of one user, by device: on the whole server, or in one room.
///
/// A device is there from its first connection until it leaves, or until its last connection has been lost
/// for the grace period: a device that comes back in time was never away. Connections that name no device
/// share one.
///
/// Every operation looks through the user's connections one by one. There are few; how many one user may
/// have is bounded where connections are admitted.
struct DeviceRoster {
    /// What a new connection means.
    enum Arrival: Equatable, Sendable {
        /// The user was not there.
        case first
        /// The user was there, with other devices or with this one.
        case joined
        /// The device was lost and is back in time. Nobody has noticed.
        case reconnected
        /// This very connection was here already.
        case alreadyHere
    }

    /// What the end of a connection means.
    enum Departure: Equatable, Sendable {
        /// There is no such connection here.
        case notHere
        /// The user is still there.
        case stays
        /// The device is lost; it is gone unless it comes back by then.
        case waits(until: Instant)
        /// The user is not there any more.
        case gone
    }

    /// A connection, or the place that a lost device keeps.
    ///
    /// A device has any number of connections, or else one place that it keeps under the name of the
    /// connection that it had last.
    private struct Place {
        let connection: ConnectionID
        let device: DeviceID?
        /// When the lost device is gone; the end of time for a connection.
        var deadline = Instant.endOfTime

        var isLost: Bool { deadline < .endOfTime }
    }

    private var places = Few<Place>()
    private var devices: Int32 = 0

    /// How many devices are there, those included that may still come back.
    var deviceCount: Int { Int(devices) }

    var isEmpty: Bool { places.isEmpty }

    /// Takes in a connection of the device.
    mutating func connect(_ connection: ConnectionID, of device: DeviceID?) -> Arrival {
        var hasDevice = false
        for index in places.indices {
            if places[index].connection == connection, !places[index].isLost { return .alreadyHere }
            guard places[index].device == device else { continue }
            hasDevice = true
            if places[index].isLost {
                places[index] = Place(connection: connection, device: device)
                return .reconnected
            }
        }
        let isFirst = places.isEmpty
        places.append(Place(connection: connection, device: device))
        if !hasDevice { devices += 1 }
        return isFirst ? .first : .joined
    }

    /// A connection has ended without a word: its device may come back until `deadline`.
    mutating func lose(_ connection: ConnectionID, until deadline: Instant) -> Departure {
        guard let index = index(of: connection) else { return .notHere }
        if isOnlyConnection(index) {
            places[index].deadline = deadline
            return .waits(until: deadline)
        }
        places.remove(at: index)
        return .stays
    }

    /// A connection leaves on purpose: its device is gone when this was its last one.
    mutating func leave(_ connection: ConnectionID) -> Departure {
        guard let index = index(of: connection) else { return .notHere }
        return remove(index)
    }

    /// A device that was lost leaves on purpose, through a connection that is not here.
    mutating func leave(lost device: DeviceID?) -> Departure {
        guard let index = places.firstIndex(where: { $0.isLost && $0.device == device }) else {
            return .notHere
        }
        return remove(index)
    }

    /// Takes away the devices that were lost and have not come back in time.
    mutating func expire(at now: Instant) -> Departure {
        let before = places.count
        places.removeAll { $0.deadline <= now }
        // A lost device has one place, so as many devices are gone as places.
        devices -= Int32(before - places.count)
        guard before > places.count else { return places.isEmpty ? .notHere : .stays }
        return places.isEmpty ? .gone : .stays
    }

    /// When the next lost device is gone.
    var nextDeadline: Instant? {
        places.lazy.filter(\.isLost).map(\.deadline).min()
    }

    /// How many connections there are now.
    var connectionCount: Int {
        places.reduce(0) { count, place in place.isLost ? count : count + 1 }
    }

    /// Visits the connections that there are now.
    func forEachConnection(_ visit: (ConnectionID) -> Void) {
        for place in places where !place.isLost { visit(place.connection) }
    }

    private func index(of connection: ConnectionID) -> Int? {
        places.firstIndex { $0.connection == connection && !$0.isLost }
    }

    private func isOnlyConnection(_ index: Int) -> Bool {
        let device = places[index].device
        return !places.indices.contains { $0 != index && places[$0].device == device }
    }

    private mutating func remove(_ index: Int) -> Departure {
        if isOnlyConnection(index) { devices -= 1 }
        places.remove(at: index)
        return places.isEmpty ? .gone : .stays
    }
}

extension Instant {
    /// Later than anything that happens.
    static let endOfTime = Instant(nanoseconds: .max)
}
