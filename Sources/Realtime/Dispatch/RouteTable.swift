import RealtimeEvents

/// What is to be done with events of one type.
final class Route: Sendable {
    let type: ExactText
    let entries: [HandlerEntry]

    init(_ type: ExactText, _ entries: [HandlerEntry]) {
        self.type = type
        self.entries = entries
    }

    /// Whether any of them lets others receive something.
    var effect: EventEffect {
        entries.contains { $0.effect == .publishes } ? .publishes : .answers
    }

    var isEmpty: Bool { !entries.contains { $0.isEnabled } }
}

/// The routes by type. Types differ in length more often than not, so they are looked for among those of the
/// same length, without making a string of what came.
struct RouteTable: Sendable {
    static let longestType = 64

    private(set) var entries: [HandlerEntry] = []
    private var byLength: [[Route]] = Array(repeating: [], count: longestType + 1)

    mutating func add(_ entry: HandlerEntry) throws(HandlerRegistry.RegistrationError) {
        let type = entry.eventType
        guard type.withUTF8({ EventType.isWellFormed($0) }) else { throw .badEventType(type.string) }
        guard !EventType.isReserved(type) else { throw .reservedEventType(type.string) }
        guard !entries.contains(where: { $0.name == entry.name && $0.eventType == type }) else {
            throw .nameTaken(entry.name)
        }
        let place = entries.firstIndex { $0.order > entry.order } ?? entries.count
        entries.insert(entry, at: place)
        byLength[type.byteCount].removeAll { $0.type == type }
        byLength[type.byteCount].append(Route(type, entries.filter { $0.eventType == type }))
    }

    func route(of type: UnsafeRawBufferPointer) -> Route? {
        guard type.count <= Self.longestType else { return nil }
        return byLength[type.count].first { $0.type.equals(type) }
    }
}

/// What an event's type may be.
enum EventType {
    static func isWellFormed(_ type: UnsafeRawBufferPointer) -> Bool {
        (1...RouteTable.longestType).contains(type.count)
            && type.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    /// Types that a session or the server itself has a meaning for, so that no handler can take them from
    /// clients.
    static func isReserved(_ type: ExactText) -> Bool { reserved.contains(type) }

    private static let reserved: Set<ExactText> = Set(
        [
            "auth", "ping", "pong", "ack", "error", "connect", "disconnect", "auth_success", "token_expiring",
            "room_joined", "room_left", "room_info", "system_notification", "notification_page",
            "notification_counts",
        ].map { ExactText($0) })

    /// Types that handlers may take, and that the server alone tells of.
    static func isTheServers(_ type: ExactText) -> Bool {
        type == online || type == offline
    }

    static let online = ExactText(UserOnline.eventType)
    static let offline = ExactText(UserOffline.eventType)
}
