/// Does from time to time what an inbox has to have done, for as long as the server runs.
///
/// It belongs to one loop. Each round begins when the one before has ended; one that fails is tried again next time.
final class InboxKeeper: LoopTimerTarget {
    /// How soon what applications leave in the database is found, and what is scheduled is released.
    private static let interval: Duration = .milliseconds(250)
    /// How often what is old is removed.
    private static let trimInterval: Duration = .seconds(60)

    private let inbox: Inbox
    private let loop: EventLoop
    private var timer: LoopTimer?
    private var nextTrim: Instant
    private var isOver = false

    init(of inbox: Inbox, on loop: EventLoop) {
        self.inbox = inbox
        self.loop = loop
        nextTrim = inbox.time.now + Self.trimInterval
        timer = loop.schedule(after: Self.interval, self)
    }

    func stop() {
        isOver = true
        if let timer { loop.cancel(timer) }
        timer = nil
    }

    func timerEnded(_ ended: LoopTimer) {
        guard ended == timer else { return }
        timer = nil
        guard inbox.isReadyHere else {
            goOn()
            return
        }
        let me = LoopBound(self, on: loop)
        let trims = inbox.time.now >= nextTrim
        if trims { nextTrim = inbox.time.now + Self.trimInterval }
        loop.spawn { [inbox] in
            await Self.keep(inbox, trims: trims)
            me.value.goOn()
        }
    }

    private static func keep(_ inbox: Inbox, trims: Bool) async {
        do throws(RealtimeError) {
            try await inbox.keepUp()
            if trims {
                let removed = try await inbox.trim()
                if removed > 0 { inbox.log.info("old notifications removed", ["count": .integer(removed)]) }
            }
        } catch {
            // The database is away, which is said elsewhere; or it refused something, which was said too.
        }
    }

    private func goOn() {
        guard !isOver else { return }
        timer = loop.schedule(after: Self.interval, self)
    }
}
