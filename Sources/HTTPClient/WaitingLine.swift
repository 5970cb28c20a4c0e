/// Requests that wait for a connection, the first one in front, each only for its time.
struct WaitingLine {
    /// A request, and when its time is up.
    struct Place {
        let ticket: TransferDesk.Ticket
        let request: HTTPClient.Request
        let deadline: ContinuousClock.Instant
    }

    private var places: [Place] = []

    /// When the first of their times is up.
    var nextDeadline: ContinuousClock.Instant? {
        places.lazy.map(\.deadline).min()
    }

    mutating func append(_ place: Place) {
        places.append(place)
    }

    mutating func takeFirst() -> Place? {
        places.isEmpty ? nil : places.removeFirst()
    }

    /// Takes one out of the line; says whether it stood there.
    mutating func remove(_ ticket: TransferDesk.Ticket) -> Bool {
        guard let index = places.firstIndex(where: { $0.ticket == ticket }) else { return false }
        places.remove(at: index)
        return true
    }

    /// Takes out those whose time is up.
    mutating func takeOverdue(at now: ContinuousClock.Instant) -> [TransferDesk.Ticket] {
        let overdue = places.filter { $0.deadline <= now }
        if !overdue.isEmpty { places.removeAll { $0.deadline <= now } }
        return overdue.map(\.ticket)
    }
}
