/// Who is where, on all loops: the rooms and users, each with its home on one of them, and the way to the
/// connections.
///
/// Any thread may ask. What is asked is done on the loop that owns the state: at once when the caller is on it,
/// else posted. Two posts from one loop to another are done in their order, which is all that the order of a
/// room rests on.
final class Hub: Sendable {
    /// What holds for all.
    struct Settings: Sendable {
        var rooms = Room.Rules()
        /// How many rooms there may be in all.
        var maxRooms = 1_000_000
    }

    let settings: Settings
    let time: TimeSource
    let lifecycle: LifecycleBroadcaster
    /// Who may be connected.
    let crowd = Crowd()
    /// Set once, before anybody else knows of the hub.
    nonisolated(unsafe) private var shards: [LoopBound<HubShard>] = []
    /// Told of users who come and go, on the loop of the user's home. Set once, before anybody connects.
    nonisolated(unsafe) var whenPresenceChanges: @Sendable (PresenceChange) -> Void = { _ in }

    private init(settings: Settings, time: TimeSource, lifecycle: LifecycleBroadcaster) {
        self.settings = settings
        self.time = time
        self.lifecycle = lifecycle
    }

    /// Makes a hub for these loops, which run already.
    static func start(
        on loops: [EventLoop], settings: Settings = Settings(), time: TimeSource = .system,
        lifecycle: LifecycleBroadcaster = LifecycleBroadcaster()
    ) async -> Hub {
        let hub = Hub(settings: settings, time: time, lifecycle: lifecycle)
        var shards: [LoopBound<HubShard>] = []
        for loop in loops {
            shards.append(await loop.perform { LoopBound(HubShard(of: hub, on: loop), on: loop) })
        }
        hub.shards = shards
        return hub
    }

    var loopCount: Int { shards.count }

    func loop(_ index: Int) -> EventLoop { shards[index].loop }

    /// Where the room's order is made.
    func home(of room: RoomID) -> Int { home(hash: room.hashValue) }

    /// Where a user's presence is kept.
    func home(of user: UserID) -> Int { home(hash: user.hashValue) }

    private func home(hash: Int) -> Int { Int(UInt(bitPattern: hash) % UInt(shards.count)) }

    /// The part of the loop that the caller is on.
    func shard(on loop: EventLoop) -> HubShard { shards[loop.index].value }

    /// Does something on a loop: now when the caller is on it, else soon.
    func on(_ loop: Int, _ work: @escaping @Sendable (HubShard) -> Void) {
        let shard = shards[loop]
        if shard.loop.isCurrent {
            work(shard.value)
        } else {
            shard.loop.post { work(shard.value) }
        }
    }

    /// Does something on a loop and returns what came of it. Without a wait when the caller is on that loop.
    ///
    /// What `body` has posted to the caller's loop is done there before this returns.
    func perform<Result: Sendable>(
        on loop: Int, _ body: @escaping @Sendable (HubShard) -> Result
    ) async throws(RealtimeError) -> Result {
        if shards[loop].loop.isCurrent { return body(shards[loop].value) }
        return try await performBehindPosts(on: loop, body)
    }

    /// Does something on a loop behind all that was posted to it until now, also when the caller is on it, and
    /// returns what came of it.
    func performBehindPosts<Result: Sendable>(
        on loop: Int, _ body: @escaping @Sendable (HubShard) -> Result
    ) async throws(RealtimeError) -> Result {
        let shard = shards[loop]
        let here = shards.first { $0.loop.isCurrent }?.loop
        let result: Result? = await withCheckedContinuation { done in
            let isPosted = shard.loop.post {
                let result = body(shard.value)
                // By the way that all posts go: resumed from here, a task that has not quite suspended yet would go
                // on at once, and overtake them.
                let resume = { @Sendable in done.resume(returning: result) }
                if here?.post(resume) != true { resume() }
            }
            if !isPosted { done.resume(returning: nil) }
        }
        guard let result else { throw RealtimeError.stopped }
        return result
    }

    /// Does something on every loop.
    func onEveryLoop(_ work: @escaping @Sendable (HubShard) -> Void) {
        for loop in shards.indices { on(loop, work) }
    }

    /// Does something on every loop, one after the other, and returns what came of it.
    func performOnEveryLoop<Result: Sendable>(
        _ body: @escaping @Sendable (HubShard) -> Result
    ) async throws(RealtimeError) -> [Result] {
        var results: [Result] = []
        for loop in shards.indices { results.append(try await perform(on: loop, body)) }
        return results
    }
}
