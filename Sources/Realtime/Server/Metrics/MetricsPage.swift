/// `GET /metrics`: what the server has and has done, for monitoring to read.
///
/// No label says whom or what a message was about: rooms, users and tokens would be as many as there are.
struct MetricsPage: Sendable {
    let census: Census
    let authenticator: Authenticator
    let handlers: HandlerRegistry
    let roomAuthorizer: HTTPRoomAuthorizer?

    /// What the router has at `/metrics`. It needs no token.
    var endpoint: HTTPEndpoint {
        .suspending { request in
            do throws(RealtimeError) {
                return response(try await census.sums())
            } catch {
                return .error(error)
            }
        }
    }

    private func response(_ sums: Census.Sums) -> HTTPResponse {
        var page = MetricsText()
        describeServer(on: &page)
        describeTransport(sums, on: &page)
        describePolling(sums.polling, on: &page)
        describeRooms(sums, on: &page)
        describeNotifications(sums, on: &page)
        describeDatabase(sums.inbox, on: &page)
        describeAnswers(sums, on: &page)
        describeHandlers(on: &page)
        describeTokens(on: &page)
        if let roomAuthorizer { describe(roomAuthorizer, on: &page) }
        var response = HTTPResponse(.ok, body: .bytes(page.text.array))
        response.add("Content-Type", fixed: "text/plain; version=0.0.4; charset=utf-8")
        response.add("Cache-Control", fixed: "no-store")
        return response
    }

    private func describeServer(on page: inout MetricsText) {
        page.family("realtime_build_info", .gauge, "Which version this is.")
        page.sample(1, ["version": RealtimeVersion.current])
        page.family("realtime_start_time_seconds", .gauge, "When the server began, in seconds since 1970.")
        page.sample(Double(census.startDate.milliseconds) / 1000)
        // The names that client libraries of every language give these two.
        let usage = ProcessUsage.now()
        if let bytes = usage.residentBytes {
            page.gauge("process_resident_memory_bytes", bytes, "Memory of the process that is in RAM.")
        }
        page.family("process_cpu_seconds_total", .counter, "Processor time that the process has used.")
        page.sample(Double(usage.processorTime.milliseconds) / 1000)
    }

    private func describeTransport(_ sums: Census.Sums, on page: inout MetricsText) {
        let counters = sums.transport
        page.gauge("realtime_connections", sums.connections, "Open connections of every kind.")
        page.counter(
            "realtime_connections_accepted_total", counters.acceptedConnections,
            "Connections that were taken in.")
        page.counter(
            "realtime_connections_refused_total", counters.refusedConnections,
            "Connections that were one too many, or came when there were no descriptors.")
        page.counter("realtime_http_requests_total", counters.httpRequests, "HTTP requests, upgrades too.")
        page.family(
            "realtime_http_responses_total", .counter, "HTTP responses, by the class of their status.")
        for digit in 2...5 { page.sample(counters.responses[digit], ["class": "\(digit)xx"]) }
        page.counter(
            "realtime_websockets_opened_total", counters.webSocketsOpened, "Requests that became a WebSocket."
        )
        page.counter(
            "realtime_messages_received_total", sums.messagesReceived, "Messages that clients sent.")
        page.counter(
            "realtime_messages_sent_total", sums.messagesSent,
            "Messages that were sent to clients, one for each that got it.")
        page.counter("realtime_bytes_received_total", counters.bytesReceived, "Bytes that came on sockets.")
        page.counter(
            "realtime_bytes_sent_total", counters.bytesSent, "Bytes that the kernel took for sockets.")
        page.counter(
            "realtime_slow_readers_total", sums.slowReaders,
            "Clients that were cut off because they read too slowly.")
    }

    private func describePolling(_ polling: PollDesk.Counters, on page: inout MetricsText) {
        page.gauge("realtime_polls_waiting", polling.waiting, "Polls that wait for something to come.")
        page.gauge("realtime_event_streams", polling.streams, "Open streams of Server-Sent Events.")
        page.family(
            "realtime_http_sessions_ended_total", .counter,
            "Sessions without a WebSocket that have ended, by how.")
        for ending in PollEnding.allCases {
            page.sample(polling.endings[ending, default: 0], ["reason": ending.rawValue])
        }
    }

    private func describeRooms(_ sums: Census.Sums, on page: inout MetricsText) {
        page.family("realtime_sessions", .gauge, "Sessions that know whose they are, by what carries them.")
        page.sample(sums.sessions - sums.polling.open, ["transport": "websocket"])
        page.sample(sums.polling.open, ["transport": "http"])
        page.gauge("realtime_users_online", sums.hub.usersOnline, "Users with a device that is there.")
        page.gauge("realtime_rooms", sums.rooms, "Rooms, empty ones too that are still remembered.")
        page.counter(
            "realtime_room_joins_total", sums.hub.joined, "Times that a connection came into a room.")
        page.counter(
            "realtime_events_published_total", sums.hub.published, "Events that were published to rooms.")
        page.gauge(
            "realtime_history_messages", sums.hub.history.count,
            "Messages that rooms keep for those who come back.")
        page.gauge("realtime_history_bytes", sums.hub.history.bytes, "Bytes of the messages that rooms keep.")
    }

    private func describeAnswers(_ sums: Census.Sums, on page: inout MetricsText) {
        page.family("realtime_errors_total", .counter, "Messages of clients that were answered by an error.")
        for code in ErrorCode.allCases {
            page.sample(sums.hub.errors[code, default: 0], ["code": code.rawValue])
        }
        page.counter(
            "realtime_rate_limited_total", sums.hub.rateLimited, "Messages of clients that were over a limit."
        )
        page.gauge(
            "realtime_events_in_flight", sums.eventsInFlight,
            "Events of clients that handlers are working on.")
    }

    private func describeHandlers(on page: inout MetricsText) {
        let handlers = handlers.handlers
        page.family("realtime_handler_runs_total", .counter, "Events that a handler has handled.")
        for handler in handlers { page.sample(handler.handled, handler) }
        page.family(
            "realtime_handler_failures_total", .counter,
            "Events that a handler failed at, or was too slow for.")
        for handler in handlers { page.sample(handler.failures, handler) }
        page.family(
            "realtime_handler_switched_off", .gauge,
            "1 for a handler that is left alone after failing repeatedly.")
        for handler in handlers { page.sample(handler.isSwitchedOff ? 1 : 0, handler) }
    }

    private func describeTokens(on page: inout MetricsText) {
        let outcomes = authenticator.outcomes
        page.family(
            "realtime_authentications_total", .counter, "Tokens that were judged, by what came of it.")
        page.sample(outcomes.accepted, ["outcome": "accepted"])
        for refusal in TokenRefusal.allCases {
            page.sample(outcomes.refused[refusal, default: 0], ["outcome": refusal.rawValue])
        }
        page.gauge(
            "realtime_revocations", authenticator.revocations.count, "Users and tokens that are revoked.")
    }

    private func describe(_ authorizer: HTTPRoomAuthorizer, on page: inout MetricsText) {
        let counters = authorizer.counters
        page.family(
            "realtime_room_questions_total", .counter,
            "Questions about rooms that the application decides, by how they were answered.")
        page.sample(counters.requests, ["answered": "by_request"])
        page.sample(counters.shared, ["answered": "by_a_request_underway"])
        page.sample(counters.remembered, ["answered": "from_memory"])
        page.counter(
            "realtime_room_authorizer_failures_total", counters.failures,
            "Requests that the application did not answer with rights, and that count as no.")
    }
}

extension MetricsText {
    fileprivate mutating func sample(_ value: Int, _ handler: HandlerRegistry.Status) {
        sample(value, ["handler": handler.name, "event": handler.eventType])
    }
}
