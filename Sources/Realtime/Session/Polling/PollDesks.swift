/// The desks of all loops, and the way to the one that a user's sessions are at.
struct PollDesks: Sendable {
    private let hub: Hub
    private let desks: [LoopBound<PollDesk>]

    /// Opens a desk on each loop of the hub.
    init(_ services: SessionServices, _ limits: PollDesk.Limits) async {
        hub = services.hub
        var desks: [LoopBound<PollDesk>] = []
        for index in 0..<hub.loopCount {
            let loop = hub.loop(index)
            desks.append(
                await loop.perform { [hub] in
                    LoopBound(PollDesk(services, on: hub.shard(on: loop), limits), on: loop)
                })
        }
        self.desks = desks
    }

    /// Does something at the desk where a user's sessions are, and returns what it calls back with, which it must do
    /// once.
    func ask<Answer: Sendable>(
        about user: UserID,
        _ body:
            @escaping @Sendable (PollDesk, @escaping @Sendable (Result<Answer, RealtimeError>) -> Void) ->
            Void
    ) async -> Result<Answer, RealtimeError> {
        let desk = desks[hub.home(of: user)]
        return await withCheckedContinuation { continuation in
            let isPosted = desk.loop.post { body(desk.value) { continuation.resume(returning: $0) } }
            if !isPosted { continuation.resume(returning: .failure(.stopped)) }
        }
    }

    /// Ends all sessions, as the server stops: their clients hear of it.
    func drain(farewell: @escaping @Sendable () -> [UInt8]) async {
        for desk in desks { await desk.loop.perform { desk.value.drain(farewell: farewell) } }
    }

    /// What a loop's desk has and has had. Asked on that loop.
    func counters(of loop: EventLoop) -> PollDesk.Counters { desks[loop.index].value.counters }

    /// Does at once what timers would do by now.
    func expireAll() async {
        for desk in desks { await desk.loop.perform { desk.value.expireAll() } }
    }
}
