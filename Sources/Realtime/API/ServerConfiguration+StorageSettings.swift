// What lasts, and for how long: rows of the table in `ServerConfiguration+Settings.swift`.
extension ServerConfiguration {
    private typealias Row = Setting<ServerConfiguration>

    static let storage = SettingGroup<ServerConfiguration>("Storage") {
        Row(
            "data-dir", \.storage.dataDirectory, .folder,
            "what the server keeps: the secret that --dev makes, the embedded database")
        Row(
            "database", \.storage.database, .optional("embedded", .database),
            "an existing PostgreSQL; with a password rather REALTIME_DATABASE, as others can see flags"
        )
        Row(
            "database-connections", \.storage.databaseConnections, .number(2...100),
            "connections to the database")
        Row(
            "database-timeout", \.storage.databaseTimeout,
            .duration(.milliseconds(100) ... .seconds(600)),
            "time for one statement of the database")
        Row(
            "allow-unsafe-database", \.storage.allowsUnsafeDatabase, .toggle,
            "use a database that may lose what it has confirmed")
    }

    static let notifications = SettingGroup<ServerConfiguration>("Notifications") {
        Row(
            "ack-timeout", \.notifications.acknowledgementTimeout,
            .duration(.milliseconds(100) ... .seconds(86_400)),
            "time for a device to acknowledge; then it is sent again, more rarely each time")
        Row(
            "notification-age", \.notifications.age,
            .duration(.seconds(60) ... .seconds(10 * 365 * 86_400)),
            "how long a notification is kept")
        Row(
            "notifications-per-user", \.notifications.maximumPerUser, .number(1...1_000_000),
            "how many of a user's are kept, the newest")
        Row(
            "idempotency-age", \.notifications.idempotencyAge,
            .duration(.seconds(1) ... .seconds(365 * 86_400)),
            "how long a repeated send has the answer of the first")
    }
}
