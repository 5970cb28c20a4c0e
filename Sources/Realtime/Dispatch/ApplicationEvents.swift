// The application's door: by the same handlers as a client's message.

/// An event of the application's own.
struct ApplicationEvent: Sendable {
    var type: ExactText
    var data: SharedBytes?
    var room: RoomID?
    /// A repeated one within five minutes is answered as the first was.
    var messageID: ClientMessageID?
    /// Who says it: the `sub` of a service token; nil for the application's Swift code.
    var service: UserID?
}

extension DispatchCore {
    /// Hands an event to the handlers of its type, and returns what was published because of it.
    func handle(_ event: ApplicationEvent) async throws(RealtimeError) -> Publication {
        guard let plan = event.type.withUTF8({ registry.plan(for: $0) }), !plan.route.isEmpty else {
            throw RealtimeError(.unknownType, "Nobody here takes events of this type.")
        }
        return try await once(event) { [self] () async throws(RealtimeError) in
            let scope = try await run(event, plan)
            guard let publication = scope.publication else {
                throw RealtimeError(.handlerFailed, "The handlers have published nothing.")
            }
            return publication
        }
    }

    private func run(_ event: ApplicationEvent, _ plan: Plan) async throws(RealtimeError) -> EventScope {
        let loop = hub.loop(event.room.map { hub.home(of: $0) } ?? 0)
        let sender = Sender(
            user: nil, username: event.service?.string ?? "", device: nil, connectionID: nil,
            isApplication: true)
        let scope = EventScope(
            core: self, loop: loop, type: event.type, data: event.data, room: event.room, recipient: nil,
            messageID: event.messageID, sender: sender, session: nil)
        let outcome: Result<Void, RealtimeError> = await withCheckedContinuation { done in
            let isPosted = loop.post {
                EventRun.start(scope, plan.route, around: plan.around) { done.resume(returning: $0) }
            }
            if !isPosted { done.resume(returning: .failure(.stopped)) }
        }
        try outcome.get()
        return scope
    }

    /// Does what `act` does, unless the same service has said the same id within five minutes.
    func once(
        _ event: ApplicationEvent, _ act: () async throws(RealtimeError) -> Publication
    ) async throws(RealtimeError) -> Publication {
        guard let id = event.messageID, let service = event.service else { return try await act() }
        let account = accounts.account(of: service)
        let (repeated, first) = AsyncStream<UserAccount.Outcome>.makeStream()
        let verdict = account.begin(id, at: hub.time.now, window) { outcome in
            first.yield(outcome)
            first.finish()
        }
        switch verdict {
        case .answered(let answer):
            return try Publication(remembered: answer)
        case .underway:
            var outcomes = repeated.makeAsyncIterator()
            guard let outcome = await outcomes.next() else { throw RealtimeError.stopped }
            return try Publication(remembered: try outcome.get())
        case .act:
            do throws(RealtimeError) {
                let publication = try await act()
                account.end(id, .success(publication.remembered), at: hub.time.now, window)
                return publication
            } catch {
                account.end(id, .failure(error), at: hub.time.now, window)
                throw error
            }
        }
    }
}

extension Publication {
    /// What is remembered for one who asks again.
    fileprivate var remembered: PublishWindow.Answer {
        var extra = ByteBuffer()
        extra.append(messageID)
        if let room { room.withUTF8 { extra.append($0) } }
        return PublishWindow.Answer(seq: seq, extra: SharedBytes(extra))
    }

    fileprivate init(remembered answer: PublishWindow.Answer) throws(RealtimeError) {
        let parts = answer.extra?.withUnsafeBytes { text -> (MessageID?, RoomID?) in
            guard text.count >= MessageID.byteCount else { return (nil, nil) }
            let room = UnsafeRawBufferPointer(rebasing: text[MessageID.byteCount...])
            return (
                MessageID(UnsafeRawBufferPointer(rebasing: text[..<MessageID.byteCount])),
                RoomID(validating: room)
            )
        }
        guard let id = parts?.0 else {
            throw RealtimeError(.conflict, "That id was used for something else.")
        }
        self.init(messageID: id, room: parts?.1, seq: answer.seq)
    }
}
