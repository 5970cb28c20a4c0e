import Testing

@testable import Realtime

@Suite("Hub", .timeLimit(.minutes(10)))
struct HubTests {
    /// An asker that is stopped before it has begun to wait is answered meanwhile. That must not let it go on before
    /// what the answering loop had posted to it: a joiner would not find itself in the room.
    @Test("what was posted back while another loop answered is done before the answer is here")
    func postsBeforeAnswers() async throws {
        try await withHouse(.memory) { house in
            let hub = house.hub
            let (late, done) = (Locked(0), Inbox<Bool>())
            hub.loop(0).post {
                hub.loop(0).spawn {
                    for _ in 0..<5_000 {
                        let isDone = Locked(false)
                        try? await hub.perform(on: 1) { _ in
                            hub.on(0) { _ in isDone.withLock { $0 = true } }
                        }
                        if !isDone.withLock({ $0 }) { late.withLock { $0 += 1 } }
                    }
                    done.put(true)
                }
            }
            _ = try done.take()
            #expect(late.withLock { $0 } == 0)
        }
    }

    @Test("a loop that is asked by itself answers without a wait")
    func ownLoop() async throws {
        try await withHouse(.memory) { house in
            let hub = house.hub
            let done = Inbox<Bool>()
            try house.onLoop(0) { _ in
                let isDone = Locked(false)
                hub.loop(0).spawn {
                    try? await hub.perform(on: 0) { _ in isDone.withLock { $0 = true } }
                }
                done.put(isDone.withLock { $0 })
            }
            #expect(try done.take())
        }
    }
}
