/// Runs one event's handlers on their loop, and ends it when they take too long.
///
/// It belongs to the loop. Handlers that do not wait are done when `start` returns.
final class EventRun: LoopTimerTarget {
    private let scope: EventScope
    private var completion: ((Result<Void, RealtimeError>) -> Void)?
    private var task: Task<Void, Never>?
    private var timer: LoopTimer?

    private init(_ scope: EventScope, _ completion: @escaping (Result<Void, RealtimeError>) -> Void) {
        self.scope = scope
        self.completion = completion
    }

    /// Begins. `completion` is called once, on the loop, perhaps before this returns.
    static func start(
        _ scope: EventScope, _ route: Route, around: [any EventMiddleware],
        completion: @escaping (Result<Void, RealtimeError>) -> Void
    ) {
        let loop = scope.loop
        let run = EventRun(scope, completion)
        let me = LoopBound(run, on: loop)
        let task = loop.spawn {
            let outcome: Result<Void, RealtimeError>
            do throws(RealtimeError) {
                try await Dispatcher(scope: scope, route: route, around: around).run()
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            me.value.end(outcome)
        }
        guard run.completion != nil else { return }
        run.task = task
        run.watch()
    }

    private func end(_ outcome: Result<Void, RealtimeError>) {
        guard let completion else { return }
        self.completion = nil
        scope.isOver = true
        if let timer { scope.loop.cancel(timer) }
        timer = nil
        task = nil
        completion(outcome)
    }

    private func watch() {
        let wait = scope.deadline - scope.core.hub.time.now
        timer = scope.loop.schedule(after: max(wait, .zero), self)
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer, completion != nil else { return }
        timer = nil
        // Another handler may have begun since.
        guard scope.core.hub.time.now >= scope.deadline else {
            watch()
            return
        }
        scope.core.timedOut(scope)
        task?.cancel()
        end(.failure(.tooLate))
    }
}
