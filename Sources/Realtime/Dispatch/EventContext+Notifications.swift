// What a handler can do about notifications: these stay until each device of their user has acknowledged them.

extension EventContext {
    /// Notifies users on every device of theirs, now or when it is next connected. When this returns, all of them will
    /// be notified, whatever happens; when it throws, none.
    ///
    /// - Parameters:
    ///   - users: who is notified.
    ///   - title: 1 to 1,024 bytes.
    ///   - message: up to 16 KiB.
    ///   - level: what kind of news it is.
    ///   - priority: how much it matters.
    ///   - idempotencyKey: the same key from the same sender within 24 hours is the same notification.
    ///   - data: any value that the devices get along with it, up to 16 KiB as JSON.
    @discardableResult
    public func sendNotification<Payload: Encodable & Sendable>(
        to users: [UserID], title: String, message: String, level: NotificationLevel = .info,
        priority: NotificationPriority = .normal, idempotencyKey: String? = nil, data: Payload? = Never?.none
    ) async throws(RealtimeError) -> [SentNotification] {
        var request = NotificationRequest(
            users: users.uniqued(), title: title, message: message, sender: notificationSender)
        request.level = level
        request.priority = priority
        request.idempotencyKey = idempotencyKey
        request.data = try data.map { value throws(RealtimeError) in try SharedBytes(encoding: value) }
        return try await scope.core.inbox.send(request)
    }

    /// Notes whose a task is now. If it was not theirs, as far as was heard, they are notified; unless they did it
    /// themselves.
    ///
    /// - Parameters:
    ///   - task: the task.
    ///   - project: where the task is.
    ///   - user: whose it is now.
    ///   - doer: who made it theirs, where it was not the sender.
    ///   - title: what the notification says, 1 to 1,024 bytes.
    ///   - message: and in more words.
    ///   - data: any value that the devices get along with it.
    public func assign<Payload: Encodable & Sendable>(
        task: String, in project: RoomID, to user: UserID, by doer: UserID? = nil, title: String,
        message: String, data: Payload? = Never?.none
    ) async throws(RealtimeError) {
        var notification: NotificationRequest?
        if user != doer ?? scope.sender.user {
            notification = NotificationRequest(
                users: [user], title: title, message: message, sender: notificationSender)
            notification?.data = try data.map { value throws(RealtimeError) in
                try SharedBytes(encoding: value)
            }
        }
        try await scope.core.inbox.assign(task: task, in: project, to: user, telling: notification)
    }

    /// Those of some users who may read a room, as far as is known: by the token that they came with last, else by what
    /// decides for tokens that say nothing of rooms.
    public func readers(among users: [UserID], of room: RoomID) async throws(RealtimeError) -> [UserID] {
        guard !users.isEmpty else { return [] }
        let known = try await scope.core.inbox.rooms(of: users)
        var readers: [UserID] = []
        for user in users {
            let rights =
                if let grants = known[user] { grants.rights(for: room) } else {
                    await scope.core.access.rights(of: user, in: room)
                }
            if rights.contains(.read) { readers.append(user) }
        }
        return readers
    }

    private var notificationSender: NotificationSender {
        scope.sender.user.map { .user($0) } ?? .application
    }

    // MARK: A user's own

    /// Notes what the sender's device has acknowledged. Ids that are not the user's change nothing.
    public func acknowledgeNotifications(_ ids: [String]) async throws(RealtimeError) {
        let ids = ids.compactMap { NotificationID($0) }
        guard !ids.isEmpty else { return }
        let (user, loop) = (try requireUser(), scope.loop)
        let address = InboxAddress(user: user, device: scope.sender.device)
        let outcome: Result<Void, RealtimeError> = await withCheckedContinuation { done in
            let ask = { @Sendable [inbox = scope.core.inbox] in
                let desk = inbox.desk(on: loop)
                desk.acknowledging.ask(
                    AcknowledgeQuestion(address: address, ids: ids) { result in
                        done.resume(
                            returning: result.map { desk.counters.acknowledged += $0 }
                                .mapError { RealtimeError($0) })
                    })
            }
            if loop.isCurrent {
                ask()
            } else if !loop.post(ask) {
                done.resume(returning: .failure(.stopped))
            }
        }
        try outcome.get()
        let acknowledgement = InboxAcknowledgement(device: address.device, ids: Set(ids))
        let isHere = try await scope.onLoop { [scope] in
            scope.session?.acknowledged(acknowledgement)
            return scope.session?.isOpen ?? false
        }
        // The device may have other connections.
        try await scope.core.hub.acknowledged(acknowledgement, by: user, known: isHere ? 1 : 0)
    }

    /// Notes what the sender says of some of their notifications, or of all (nil). Their other devices are told how the
    /// counts stand. Ids that are not the user's change nothing.
    public func markNotifications(
        _ ids: [String]?, as mark: NotificationMark
    ) async throws(RealtimeError) {
        let user = try requireUser()
        try await scope.core.inbox.mark(ids?.compactMap { NotificationID($0) }, of: user, as: mark)
    }

    /// Answers the sender with `notification_page`: a page of their notifications, newest first.
    ///
    /// - Parameters:
    ///   - limit: how many at most, 1 to 100.
    ///   - before: the `next` of the page before.
    ///   - filter: which of them.
    public func replyWithNotifications(
        limit: Int = 50, before: String? = nil, _ filter: NotificationFilter = .all
    ) async throws(RealtimeError) {
        let page = try await scope.core.inbox.page(
            of: try requireUser(), limit: limit, before: before, filter)
        try await reply(ExactText("notification_page"), page)
    }

    private func requireUser() throws(RealtimeError) -> UserID {
        guard let user = scope.sender.user else {
            throw RealtimeError(.forbidden, "Only users have notifications.")
        }
        return user
    }
}

extension [UserID] {
    /// Each once, in the order of their first mention.
    func uniqued() -> [UserID] {
        var seen: Set<UserID> = []
        return filter { seen.insert($0).inserted }
    }
}
