// Notifications over HTTP.

extension BackendAPI {
    /// `POST /api/v1/notifications`
    func sendNotification(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let sent = try await backend.notify(try NotificationRequest(call))
        return .json(.created) { answer in
            answer.array("notifications") { notifications in
                for notification in sent { notifications.object { $0.sent(notification) } }
            }
        }
    }

    /// `GET /api/v1/users/{user_id}/notifications`
    func listNotifications(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        let user: UserID = try call.identifier("user_id")
        let request = try NotificationListRequest(call.request.head.query)
        return .json(
            try await backend.notifications(
                of: user, limit: request.limit, before: request.before, request.filter))
    }

    /// `GET /api/v1/notifications/{notification_id}`
    func describeNotification(_ call: ServiceCall) async throws(RealtimeError) -> HTTPResponse {
        .json(try await backend.timeline(of: call.request.parameters["notification_id"] ?? ""))
    }
}

extension HTTPResponse {
    /// JSON that was written before.
    fileprivate static func json(_ text: SharedBytes) -> HTTPResponse {
        var response = HTTPResponse(.ok, body: .shared(text))
        response.add("Content-Type", fixed: "application/json")
        return response
    }
}

extension JSONObjectWriter {
    fileprivate mutating func sent(_ notification: SentNotification) {
        notification.user.withUTF8 { string("user_id", utf8: $0) }
        string("notification_id", notification.notificationID)
        int("seq", notification.seq)
        bool("duplicate", notification.isDuplicate)
    }
}

extension NotificationRequest {
    /// `{"user_id" | "user_ids", "title", "message"?, "level"?, "priority"?, "ttl_seconds"?, "deliver_at"?,
    /// "collapse_key"?, "idempotency_key"?, "data"?}`
    init(_ call: ServiceCall) throws(RealtimeError) {
        self = try call.readBody { body throws(EnvelopeFailure) in
            var request = NotificationRequest(
                users: try Self.users(in: body), title: try Self.text("title", in: body),
                message: try body.string("message") ?? "", sender: .service(call.service))
            request.level = try Self.word("level", in: body, "info, success, warning or error") ?? .info
            request.priority = try Self.word("priority", in: body, "low, normal, high or urgent") ?? .normal
            request.secondsToLive = try body.integer("ttl_seconds")
            request.deliverAt = try Self.date("deliver_at", in: body)
            request.collapseKey = try body.string("collapse_key")
            request.idempotencyKey = try Self.key(call, in: body)
            if let data = body.slice("data"), !data.isNull, let bytes = body.bytes("data") {
                request.data = SharedBytes(bytes)
            }
            return request
        }
        try check()
    }

    private static func users(in body: borrowing DataMembers) throws(EnvelopeFailure) -> [UserID] {
        let user: UserID? = try body.identifier("user_id")
        let users: [UserID]? = try body.identifiers(
            "user_ids", 1...maximumUsers,
            mustBe: "an array of 1 to 100000 ids, each 1 to 256 bytes without control characters")
        switch (user, users) {
        case (let user?, nil): return [user]
        case (nil, let users?): return users.uniqued()
        case (_, _):
            throw EnvelopeFailure(.mustBe("exactly one of user_id and user_ids"), field: "the recipient")
        }
    }

    private static func text(
        _ name: StaticText, in body: borrowing DataMembers
    ) throws(EnvelopeFailure) -> String {
        guard let text = try body.string(name) else { throw EnvelopeFailure(.missing, field: name) }
        return text
    }

    private static func word<Word: RawRepresentable<String>>(
        _ name: StaticText, in body: borrowing DataMembers, _ words: StaticText
    ) throws(EnvelopeFailure) -> Word? {
        guard let text = try body.string(name) else { return nil }
        guard let word = Word(rawValue: text) else { throw EnvelopeFailure(.mustBe(words), field: name) }
        return word
    }

    private static func date(
        _ name: StaticText, in body: borrowing DataMembers
    ) throws(EnvelopeFailure) -> Timestamp? {
        guard let text = try body.string(name) else { return nil }
        guard let date = Timestamp(rfc3339: text) else {
            throw EnvelopeFailure(.mustBe("a time such as 2026-01-02T03:04:05Z"), field: name)
        }
        return date
    }

    /// The body's own, or the field `Idempotency-Key` where it has none.
    private static func key(
        _ call: ServiceCall, in body: borrowing DataMembers
    ) throws(EnvelopeFailure) -> String? {
        if let key = try body.string("idempotency_key") { return key }
        let fields = call.request.head.headers("idempotency-key")
        guard fields.count <= 1 else {
            throw EnvelopeFailure(.mustBe("there once"), field: "Idempotency-Key")
        }
        guard let field = fields.first else { return nil }
        guard let key = field.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
            throw EnvelopeFailure(.mustBe("UTF-8"), field: "Idempotency-Key")
        }
        return key
    }
}

/// `?limit=`, `?before=` and `?filter=`
private struct NotificationListRequest {
    var limit = 50
    var before: String?
    var filter = NotificationFilter.all

    init(_ query: HTTPSlice?) throws(RealtimeError) {
        let (limit, filter): (String?, String?)
        do throws(URLQueryError) {
            let query = URLQuery(query)
            (limit, before, filter) = (
                try query.value("limit"), try query.value("before"), try query.value("filter")
            )
        } catch {
            throw RealtimeError(.malformed, error.message)
        }
        if let limit {
            // One that is no number is as wrong as one that is too large.
            self.limit = Int(limit) ?? 0
        }
        if let filter {
            guard let known = NotificationFilter(rawValue: filter) else {
                throw RealtimeError(.malformed, "filter must be all, unread or archived")
            }
            self.filter = known
        }
    }
}
