// What became of notifications, and how the database is.

extension MetricsPage {
    func describeNotifications(_ sums: Census.Sums, on page: inout MetricsText) {
        let counters = sums.inbox.counters
        page.counter(
            "realtime_notifications_posted_total", counters.posted,
            "Notifications that somebody wanted sent, one for each user.")
        page.counter(
            "realtime_notifications_accepted_total", counters.accepted,
            "Notifications that are new and on disk.")
        page.counter(
            "realtime_notifications_duplicate_total", counters.duplicates,
            "Notifications that had been sent before, with the same idempotency key.")
        page.counter(
            "realtime_notifications_delivered_total", sums.hub.notificationsDelivered,
            "Notifications that were sent to a connection the first time that its device was to get them.")
        page.counter(
            "realtime_notifications_redelivered_total", sums.hub.notificationsRedelivered,
            "Notifications that were sent to a connection once more.")
        page.counter(
            "realtime_notifications_acknowledged_total", counters.acknowledged,
            "Notifications that a device has acknowledged, once for each device.")
        page.counter(
            "realtime_notifications_expired_total", counters.expired,
            "Notifications whose time was over.")
        page.gauge(
            "realtime_notification_feeds_pending", sums.hub.feeds,
            "Connections that have notifications to be fetched, sent or acknowledged.")
    }

    func describeDatabase(_ figures: InboxFigures, on page: inout MetricsText) {
        page.gauge(
            "realtime_database_up", figures.cutOff == 0 ? 1 : 0, "1 while every loop can ask the database.")
        page.gauge(
            "realtime_database_connections", figures.database.connections,
            "Connections to the database that can be used.")
        page.gauge(
            "realtime_database_statements_in_flight", figures.database.statements,
            "Statements that the database has not answered, and those that wait for a connection.")
        page.gauge(
            "realtime_database_questions_waiting", figures.questions,
            "Posts, pages and acknowledgements that wait for the next statement.")
        page.counter(
            "realtime_database_statements_total", figures.database.ended,
            "Statements that have ended, one for many posts or pages at once.")
        page.counter(
            "realtime_database_statement_failures_total", figures.database.failed,
            "Statements that the database refused or did not answer.")
        page.family(
            "realtime_database_statement_seconds_total", .counter,
            "Time from sending each statement to its answer.")
        page.sample(figures.database.time / .seconds(1))
    }
}
