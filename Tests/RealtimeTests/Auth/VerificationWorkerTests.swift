import Testing

@testable import Realtime

/// A worker of one thread and room for one more, which can be kept busy.
final class BusyWorker: Sendable {
    let worker = VerificationWorker(threads: 1, capacity: 1)
    private let held = Monitor(false)
    private let begun = Gate()

    /// Gives the thread a job whose end it waits in, and fills the queue behind it.
    func occupy(with token: ExaminedToken) async {
        _ = worker.check(token) { [held, begun] _ in
            begun.open()
            held.wait { $0 ? () : nil }
        }
        await begun.wait()
        _ = worker.check(token) { _ in }
    }

    func release() {
        held.withLock { $0 = true }
        held.wakeAll()
    }
}

@Suite("Verification worker")
struct VerificationWorkerTests {
    private func examined(by signer: Forge.Signer? = nil) throws -> ExaminedToken {
        let (key, own) = try Forge.pair(.es256)
        let token = Forge.token(header: #"{"alg":"ES256"}"#, by: signer ?? own)
        return try Forge.verifier(key).examine(token, at: Forge.now)
    }

    @Test("It says of each token what checking it there and then would say")
    func outcomes() async throws {
        let worker = VerificationWorker(threads: 2)
        let good = try examined()
        let bad = try examined(by: .ec(.otherP256, .p256))
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<40 {
                group.addTask {
                    do throws(TokenRefusal) {
                        let token = try await worker.check(index % 2 == 0 ? good : bad)
                        #expect(index % 2 == 0 && token.claims.user.string == "ada")
                    } catch {
                        #expect(index % 2 == 1 && error == .badSignature)
                    }
                }
            }
        }
    }

    @Test("With the queue full a check is refused at once, and goes again when there is room")
    func full() async throws {
        let busy = BusyWorker()
        let token = try examined()
        await busy.occupy(with: token)
        #expect(!busy.worker.check(token) { _ in Issue.record("it was refused") })
        await #expect(throws: TokenRefusal.unavailable) { try await busy.worker.check(token) }
        busy.release()
        while true {
            do throws(TokenRefusal) {
                _ = try await busy.worker.check(token)
                break
            } catch {
                await Task.yield()
            }
        }
    }

    @Test("What still waits when the worker is let go of is refused, and answered")
    func ended() async throws {
        let token = try examined()
        let answered = Gate()
        let outcome = Locked<TokenRefusal?>(nil)
        let held = Monitor(false)
        let begun = Gate()
        var worker: VerificationWorker? = VerificationWorker(threads: 1, capacity: 2)
        _ = worker?.check(token) { _ in
            begun.open()
            held.wait { $0 ? () : nil }
        }
        await begun.wait()
        _ = worker?.check(token) { result in
            if case .failure(let refusal) = result { outcome.withLock { $0 = refusal } }
            answered.open()
        }
        worker = nil
        held.withLock { $0 = true }
        held.wakeAll()
        await answered.wait()
        #expect(outcome.withLock { $0 } == .unavailable)
    }
}
