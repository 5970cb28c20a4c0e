/// Whose a request is, among the sessions that one user has without a WebSocket.
///
/// A client that names its session gets that one: so two tabs of one user are told apart. Who names none is a client
/// that was written for a server with one session for each user, and then all of them share one, on each device. It
/// does no I/O and has no clock.
struct PollRoster {
    /// How a session is used.
    enum Use: Equatable {
        /// Nobody has come again since its connect.
        case fresh
        /// By its name.
        case named
        /// By all who name none.
        case shared
        /// By an event stream that does not know its name.
        case streamed
    }

    private struct Entry {
        let id: ConnectionID
        let device: DeviceID?
        var use: Use
        var isOver = false
    }

    /// How many sessions may be fresh at once: a client that only ever connects must not pile them up.
    static let mostFresh = 16

    /// In the order in which they were made.
    private var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// A session was made. Returns the one that has to go for it.
    mutating func made(_ id: ConnectionID, on device: DeviceID?, as use: Use) -> ConnectionID? {
        entries.append(Entry(id: id, device: device, use: use))
        let fresh = entries.filter { $0.use == .fresh && !$0.isOver }
        return fresh.count > Self.mostFresh ? fresh.first?.id : nil
    }

    /// A session is over; it can still be asked for its end.
    mutating func ended(_ id: ConnectionID) {
        if let index = index(of: id) { entries[index].isOver = true }
    }

    /// A session is gone.
    mutating func forgot(_ id: ConnectionID) {
        entries.removeAll { $0.id == id }
    }

    // MARK: Whose a request is

    /// A request names its session. False when there is no such one.
    mutating func named(_ id: ConnectionID) -> Bool {
        guard let index = index(of: id) else { return false }
        if entries[index].use == .fresh { entries[index].use = .named }
        return true
    }

    /// A client connects, and names no session: the one that is shared, if there is one.
    func forConnect(on device: DeviceID?) -> ConnectionID? {
        entries.last { $0.use == .shared && $0.device == device && !$0.isOver }?.id
    }

    /// A client goes on, and names no session: the shared one, or else the one that was made last for a connect, which
    /// is shared from now on.
    mutating func forFollowUp(on device: DeviceID?) -> ConnectionID? {
        let own = entries.indices.filter { entries[$0].device == device }
        let found =
            own.last { entries[$0].use == .shared && !entries[$0].isOver }
            ?? own.last { entries[$0].use == .fresh && !entries[$0].isOver }
            ?? own.last { entries[$0].use == .shared }
        guard let found else { return nil }
        entries[found].use = .shared
        return entries[found].id
    }

    /// A stream goes on that was cut, and names no session: one whose stream is gone, or else the one whose stream is
    /// the oldest, as its client may have gone unnoticed.
    ///
    /// - Parameter begun: when a session's stream began; nil where there is none.
    mutating func forStream(on device: DeviceID?, begun: (ConnectionID) -> Instant?) -> ConnectionID? {
        let own = entries.indices.filter { index in
            let entry = entries[index]
            return entry.device == device && !entry.isOver && entry.use != .named
        }
        let idle = own.last { begun(entries[$0].id) == nil }
        let found =
            idle ?? own.min { (begun(entries[$0].id) ?? .endOfTime) < (begun(entries[$1].id) ?? .endOfTime) }
        guard let found else { return nil }
        if entries[found].use == .fresh { entries[found].use = .streamed }
        return entries[found].id
    }

    private func index(of id: ConnectionID) -> Int? {
        entries.firstIndex { $0.id == id }
    }
}
