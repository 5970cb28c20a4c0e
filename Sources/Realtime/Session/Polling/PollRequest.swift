/// What a client without a WebSocket asks for, read from its request's query and head. Pure.
struct PollRequest: Equatable, Sendable {
    /// The longest that an answer is waited for.
    static let longestWait: Duration = .seconds(60)
    /// How long it is waited where the client does not say.
    static let defaultWait: Duration = .seconds(25)

    /// What a request says about its session.
    enum Session: Equatable, Sendable {
        case unnamed
        case named(ConnectionID)
        /// A name that no session ever had.
        case unknown
    }

    let session: Session
    let question: EventShelf.Question
    let wait: Duration
    /// Which device, where the token does not say it.
    let device: DeviceID?

    /// Whether it begins anew and does not go on from somewhere.
    var isConnect: Bool { question == .everything }

    /// - Parameter lastEventID: what a browser's event source sends when it comes back.
    init(_ query: URLQuery, lastEventID: String? = nil) throws(RealtimeError) {
        let (session, lastID, lastTime, wait, device): (String?, String?, String?, String?, String?)
        do throws(URLQueryError) {
            session = try query.value("session")
            lastID = try query.value("lastMessageId")
            lastTime = try query.value("lastTimestamp")
            wait = try query.value("wait")
            device = try query.value("device_id")
        } catch {
            throw RealtimeError(.malformed, error.message)
        }
        self.session = Self.session(session)
        question = try Self.question(lastID: lastEventID ?? lastID, lastTime: lastTime)
        self.wait = try Self.wait(wait, isNamed: self.session != .unnamed)
        self.device = device.flatMap { DeviceID($0) }
    }

    private static func session(_ text: String?) -> Session {
        guard let text, !text.isEmpty else { return .unnamed }
        return ConnectionID(text).map { .named($0) } ?? .unknown
    }

    /// An empty value is what a client sends that has none yet.
    private static func question(
        lastID: String?, lastTime: String?
    ) throws(RealtimeError) -> EventShelf.Question {
        if let lastID, !lastID.isEmpty {
            let id = ExactText(lastID).withUTF8 { MessageID($0) }
            return id.map { .after($0) } ?? .afterUnknown
        }
        guard let lastTime, !lastTime.isEmpty else { return .everything }
        // Behind the seconds, a blank is a plus that was not escaped.
        let zoned = lastTime.prefix(19) + lastTime.dropFirst(19).map { $0 == " " ? "+" : $0 }
        guard let date = Timestamp(rfc3339: String(zoned), missingZone: .utc)
        else {
            throw RealtimeError(.malformed, "lastTimestamp must be a time such as 2026-01-02T03:04:05.678Z")
        }
        return .since(date)
    }

    private static func wait(_ text: String?, isNamed: Bool) throws(RealtimeError) -> Duration {
        guard let text else { return isNamed ? defaultWait : .zero }
        guard let seconds = Double(text), seconds.isFinite, seconds >= 0 else {
            throw RealtimeError(.malformed, "wait must be a number of seconds that is not negative")
        }
        return seconds >= 60 ? longestWait : .milliseconds(Int64(seconds * 1000))
    }
}
