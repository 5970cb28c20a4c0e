// Rooms, who is there, and how much may be said: rows of the table in `ServerConfiguration+Settings.swift`.
extension ServerConfiguration {
    private typealias Row = Setting<ServerConfiguration>

    static let rooms = SettingGroup<ServerConfiguration>("Rooms") {
        Row(
            "room-policy", \.roomPolicy, .choice("POLICY"),
            "for tokens without rooms; open with --dev unless set")
        Row(
            "authorize-url", \.rooms.authorizeURL, .optional("none", .httpURL),
            "where the application is asked instead, by POST")
        Row(
            "authorize-timeout", \.rooms.authorizeTimeout,
            .duration(.milliseconds(10) ... .seconds(60)),
            "time for its answer; then it is no")
        Row(
            "authorize-cache", \.rooms.authorizeCache, .number(0...10_000_000),
            "how many of its answers are remembered")
        Row(
            "history-count", \.rooms.historyCount, .number(0...1_000_000),
            "messages that a room keeps for those who come back")
        Row(
            "history-bytes", \.rooms.historyBytes, .size(0...(1 << 30)),
            "bytes of them in one room")
        Row(
            "history-age", \.rooms.historyAge, .duration(.zero ... .seconds(86_400)),
            "how long they are kept, and an empty room")
        Row(
            "max-rooms-per-connection", \.rooms.maximumPerConnection, .number(1...1_000_000),
            "rooms that one connection may be in")
        Row(
            "max-rooms", \.rooms.maximum, .number(1...100_000_000),
            "rooms in all")
        Row(
            "custom-events", \.rooms.passesCustomEvents, .toggle,
            "pass on events of types that no handler declares")
    }

    static let presence = SettingGroup<ServerConfiguration>("Presence") {
        Row(
            "presence-grace", \.presence.grace, .duration(.zero ... .seconds(3600)),
            "how long a last device may be gone before its user is offline")
        Row(
            "max-connections-per-user", \.presence.maximumConnectionsPerUser, .number(1...1_000_000),
            "connections of one user")
    }

    static let rates = SettingGroup<ServerConfiguration>("Rates, in messages a second / at once") {
        Row(
            "rate-messages", \.rates.messages, .rate,
            "all messages of one connection; 0 is no limit")
        Row(
            "rate-publishes", \.rates.publishes, .rate,
            "those of one connection that others receive")
        Row(
            "rate-queries", \.rates.queries, .rate,
            "joins and questions of one connection")
        Row(
            "rate-user-messages", \.rates.userMessages, .rate,
            "all messages of one user, over all connections")
    }
}
