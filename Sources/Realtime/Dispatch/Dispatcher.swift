/// Takes an event through middleware and handlers, in their order.
///
/// The first that refuses or fails ends it, so that one which checks keeps those behind it from acting. What
/// has been published by then stays published and is acknowledged as such: whoever sent it must not send it
/// again because of what a later handler could not do.
struct Dispatcher {
    let scope: EventScope
    let route: Route
    let around: [any EventMiddleware]

    /// Handles the event.
    func run() async throws(RealtimeError) {
        do {
            try await pass(EventContext(scope), through: around[...])
        } catch let refusal as RealtimeError {
            throw refusal
        } catch {
            // A middleware of the application failed: nobody behind it has acted.
            scope.core.log.error(
                "middleware failed", ["type": .string(scope.type.string), "reason": .string("\(error)")])
            throw RealtimeError(.handlerFailed, "The event could not be handled.")
        }
    }

    private func pass(_ context: EventContext, through rest: ArraySlice<any EventMiddleware>) async throws {
        guard !scope.isOver else { throw RealtimeError.tooLate }
        guard let first = rest.first else {
            try await handle(context)
            return
        }
        try await first.handle(context) { context in
            try await pass(context, through: rest.dropFirst())
        }
    }

    private func handle(_ context: EventContext) async throws(RealtimeError) {
        for entry in route.entries where entry.isEnabled {
            do throws(RealtimeError) {
                try await call(entry, context)
            } catch {
                guard scope.publication != nil else { throw error }
                scope.core.log.warning(
                    "handler refused what was published already",
                    ["handler": .string(entry.name), "code": .string(error.code.rawValue)])
                return
            }
        }
    }

    private func call(_ entry: HandlerEntry, _ context: EventContext) async throws(RealtimeError) {
        let core = scope.core
        // Whoever sent it has been told that it failed, and may be sending it again.
        guard !scope.isOver else { throw RealtimeError.tooLate }
        guard entry.admits(at: core.hub.time.now) else {
            throw RealtimeError(.handlerFailed, "What handles this is switched off after failing repeatedly.")
        }
        scope.current = entry
        scope.deadline = core.hub.time.now + core.settings.handlerTimeout
        defer { scope.current = nil }
        do {
            try await entry.run(context)
            succeeded(entry)
        } catch let refusal as RealtimeError {
            // A refusal is an answer: the handler works.
            succeeded(entry)
            throw refusal
        } catch {
            failed(entry, error)
            throw RealtimeError(.handlerFailed, "The event could not be handled.")
        }
    }

    /// One that came too late was counted as a failure when its time was up, however it ended.
    private func succeeded(_ entry: HandlerEntry) {
        if !scope.isOver { report(entry.succeeded(), of: entry) }
    }

    private func failed(_ entry: HandlerEntry, _ error: any Error) {
        guard !scope.isOver else { return }
        scope.core.log.error(
            "handler failed",
            [
                "handler": .string(entry.name), "type": .string(scope.type.string),
                "reason": .string("\(error)"),
            ])
        report(entry.failed(at: scope.core.hub.time.now), of: entry)
    }

    private func report(_ change: HandlerBreaker.Change?, of entry: HandlerEntry) {
        scope.core.report(change, of: entry)
    }
}

extension DispatchCore {
    /// A handler has had its time, or what stands around the handlers has.
    func timedOut(_ scope: EventScope) {
        guard let entry = scope.current else {
            log.error("middleware took too long", ["type": .string(scope.type.string)])
            return
        }
        log.error("handler took too long", ["handler": .string(entry.name)])
        report(entry.failed(at: hub.time.now), of: entry)
    }

    fileprivate func report(_ change: HandlerBreaker.Change?, of entry: HandlerEntry) {
        switch change {
        case .switchedOff:
            log.error("handler switched off for a while", ["handler": .string(entry.name)])
        case .switchedOn:
            log.info("handler switched on again", ["handler": .string(entry.name)])
        case nil:
            break
        }
    }
}
