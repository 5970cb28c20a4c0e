import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Realtime

/// Notes the bytes that come.
private final class NotingDelegate: TCPStreamDelegate {
    private let note: (String) -> Void

    init(_ note: @escaping (String) -> Void) {
        self.note = note
    }

    func streamReceived(_ bytes: UnsafeMutableRawBufferPointer) {
        note(String(decoding: bytes, as: UTF8.self))
    }

    func streamEnded() {}
    func streamFailed(_ error: LoopError) {}
    func streamWroteQueued(_ error: LoopError?) {}
    func streamClosed() {}
}

@Suite("Event loop", .timeLimit(.minutes(10)))
struct EventLoopTests {
    private func withLoops<Result: Sendable>(
        _ count: Int = 1, _ body: ([EventLoop]) async throws -> Result
    ) async throws -> Result {
        let group = EventLoopGroup(count: count)
        do {
            let result = try await body(group.loops)
            await group.stopped()
            return result
        } catch {
            await group.stopped()
            throw error
        }
    }

    @Test("posted work is done on the loop's thread, in the order of posting")
    func order() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            let seen = Locked<[Int]>([])
            let all: [Int] = await withCheckedContinuation { done in
                for number in 0..<1_000 {
                    loop.post {
                        loop.preconditionCurrent()
                        seen.withLock { $0.append(number) }
                    }
                }
                loop.post { done.resume(returning: seen.withLock { $0 }) }
            }
            #expect(all == Array(0..<1_000))
        }
    }

    @Test("work that posts work is done in later places, also from a timer")
    func nested() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            let depth: Int = await withCheckedContinuation { done in
                @Sendable func step(_ depth: Int) {
                    if depth == 10_000 { return done.resume(returning: depth) }
                    loop.post { step(depth + 1) }
                }
                loop.post { step(0) }
            }
            #expect(depth == 10_000)
        }
    }

    @Test("what was posted before bytes were sent is done before they are handled")
    func postsBeforeBytes() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            var ends: [Int32] = [0, 0]
            let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            #expect(socketpair(AF_UNIX, kind, 0, &ends) == 0)
            let (here, there) = (ends[0], ends[1])
            let (notes, gate, done) = (Notes(), Inbox<Bool>(), Inbox<Bool>())
            let stream = await loop.perform {
                let stream = TCPStream(owning: here, on: loop)
                stream.open(
                    for: NotingDelegate {
                        notes.note($0)
                        done.put(true)
                    })
                stream.resumeReading()
                return LoopBound(stream, on: loop)
            }
            try await onThread {
                // Held up, the loop finds both at once.
                loop.post { _ = try? gate.take() }
                loop.post { notes.note("held") }
                eventually { loop.post { notes.note("posted") } }
                #expect(send(there, "bytes", 5, 0) == 5)
                gate.put(true)
                _ = try done.take()
            }
            #expect(notes.all == ["held", "posted", "bytes"])
            await loop.perform { stream.value.close() }
            close(there)
        }
    }

    @Test("a task stays on its loop across suspensions")
    func tasksStay() async throws {
        try await withLoops(2) { loops in
            let stayed = Locked<[Bool]>([])
            await withCheckedContinuation { done in
                loops[0].post {
                    loops[0].spawn {
                        for _ in 0..<100 {
                            await Task.yield()
                            await elsewhere(loops[1])
                            let here = loops[0].isCurrent
                            stayed.withLock { $0.append(here) }
                        }
                        done.resume()
                    }
                }
            }
            #expect(stayed.withLock { $0 } == Array(repeating: true, count: 100))
        }
    }

    @Test("a task that does not suspend has run when spawn returns")
    func immediate() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            let ran: Bool = await withCheckedContinuation { done in
                loop.post {
                    let flag = Locked(false)
                    loop.spawn { flag.withLock { $0 = true } }
                    done.resume(returning: flag.withLock { $0 })
                }
            }
            #expect(ran)
        }
    }

    @Test("an actor on the loop runs there")
    func actorOnLoop() async throws {
        try await withLoops { loops in
            let actor = LoopActor(loops[0])
            for _ in 0..<100 { #expect(await actor.isOnLoop()) }
        }
    }

    @Test("a timer ends once, after its time")
    func timer() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            let waited: UInt64 = await withCheckedContinuation { done in
                loop.post {
                    let begin = loop.milliseconds
                    let target = TimerProbe { done.resume(returning: loop.milliseconds - begin) }
                    target.timer = loop.schedule(after: .milliseconds(120), target)
                }
            }
            #expect(waited >= 100)
        }
    }

    @Test("a loop ends only when its tasks have ended")
    func stopWaits() async {
        let group = EventLoopGroup(count: 1)
        let loop = group.loops[0]
        let finished = Locked(false)
        let gate = Gate()
        await withCheckedContinuation { started in
            loop.post {
                loop.spawn {
                    started.resume()
                    await gate.wait()
                    finished.withLock { $0 = true }
                }
            }
        }
        loop.stop()
        gate.open()
        await group.stopped()
        #expect(finished.withLock { $0 })
    }

    @Test("what is posted to a loop that has ended is refused")
    func afterTheEnd() async {
        let group = EventLoopGroup(count: 1)
        await group.stopped()
        let accepted = group.loops[0].post {}
        #expect(!accepted)
    }

    @Test("posts from many threads all arrive")
    func manyPosters() async throws {
        try await withLoops { loops in
            let loop = loops[0]
            let count = Locked(0)
            await withTaskGroup { group in
                for _ in 0..<8 {
                    group.addTask {
                        for _ in 0..<1_000 { loop.post { count.withLock { $0 += 1 } } }
                    }
                }
            }
            await withCheckedContinuation { done in loop.post { done.resume() } }
            #expect(count.withLock { $0 } == 8_000)
        }
    }
}

/// Runs on another loop and comes back.
private func elsewhere(_ loop: EventLoop) async {
    await withCheckedContinuation { done in loop.post { done.resume() } }
}

private actor LoopActor {
    private let loop: EventLoop

    init(_ loop: EventLoop) {
        self.loop = loop
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    func isOnLoop() -> Bool { loop.isCurrent }
}

private final class TimerProbe: LoopTimerTarget {
    var timer: LoopTimer?
    private let told: () -> Void

    init(_ told: @escaping () -> Void) {
        self.told = told
    }

    func timerEnded(_ ended: LoopTimer) {
        precondition(ended == timer)
        told()
    }
}
