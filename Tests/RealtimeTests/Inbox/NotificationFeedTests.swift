import Testing

@testable import Realtime

@Suite("What a connection is sent of its user's notifications")
struct NotificationFeedTests {
    typealias Question = NotificationFeed.Question

    private var settings = NotificationFeed.Settings(
        ackTimeout: .seconds(30), longestWait: .seconds(100), pageSize: 3)
    private let start = Instant(nanoseconds: 0)
    private let date = Timestamp(milliseconds: 1_000)

    private func sent(_ places: Int64...) -> [NotificationFeed.Sent] {
        places.map { ($0, id($0)) }
    }

    private func id(_ seq: Int64) -> NotificationID {
        NotificationID(high: 1, low: UInt64(seq))
    }

    /// A feed that has caught up, up to a place.
    private func live(after last: Int64) -> NotificationFeed {
        var feed = NotificationFeed(connectedAt: date)
        _ = feed.next(at: start, settings)
        feed.answered(last: last, newest: last, hasPending: false)
        return feed
    }

    @Test("it asks first where the sequence stands, and one thing at a time")
    func beginning() {
        var feed = NotificationFeed(connectedAt: date)
        #expect(feed.next(at: start, settings) == .position(date))
        #expect(feed.next(at: start, settings) == nil)
        feed.answered(last: 7, newest: 7, hasPending: false)
        #expect(feed.next(at: start, settings) == nil)
        #expect(feed.delay(at: start) == nil)
    }

    @Test("what was pending comes urgent first, then the others, in pages, and then what is newer")
    func catchingUp() {
        var feed = NotificationFeed(connectedAt: date)
        _ = feed.next(at: start, settings)
        feed.answered(last: 9, newest: 9, hasPending: true)
        feed.heard(of: 10)
        #expect(feed.next(at: start, settings) == .page(.urgent, after: 0, upTo: 9))
        feed.answered(sent(2, 5, 6), at: start, settings)
        #expect(feed.next(at: start, settings) == .page(.urgent, after: 6, upTo: 9))
        feed.answered([], at: start, settings)
        #expect(feed.next(at: start, settings) == .page(.others, after: 0, upTo: 9))
        feed.answered(sent(1, 3, 4), at: start, settings)
        #expect(feed.next(at: start, settings) == .page(.others, after: 4, upTo: 9))
        feed.answered(sent(7), at: start, settings)
        #expect(feed.next(at: start, settings) == .page(.both, after: 9, upTo: NotificationFeed.everything))
        feed.answered(sent(10), at: start, settings)
        #expect(feed.next(at: start, settings) == nil)
        #expect(feed.outstandingCount == 8)
    }

    @Test("something new is asked for from where it was left, whatever number it was heard by")
    func news() {
        var feed = live(after: 4)
        feed.heard(of: 4)
        #expect(feed.next(at: start, settings) == nil)
        feed.heard(of: 6)
        feed.heard(of: 5)
        #expect(feed.next(at: start, settings) == .page(.both, after: 4, upTo: NotificationFeed.everything))
        // It found one that was not heard of yet.
        feed.answered(sent(5, 7), at: start, settings)
        feed.heard(of: 7)
        #expect(feed.next(at: start, settings) == nil)
        feed.heard(of: 8)
        #expect(feed.next(at: start, settings) == .page(.both, after: 7, upTo: NotificationFeed.everything))
    }

    @Test("what is heard of while a page is on its way is asked for afterwards")
    func newsMeanwhile() {
        var feed = live(after: 0)
        feed.heard(of: 1)
        _ = feed.next(at: start, settings)
        feed.heard(of: 2)
        feed.answered(sent(1), at: start, settings)
        #expect(feed.next(at: start, settings) == .page(.both, after: 1, upTo: NotificationFeed.everything))
    }

    @Test("a place of which nothing came is not asked for again")
    func nothingThere() {
        var feed = live(after: 0)
        feed.heard(of: 3)
        _ = feed.next(at: start, settings)
        feed.answered([], at: start, settings)
        #expect(feed.next(at: start, settings) == nil)
    }

    @Test("what is not acknowledged comes again after the time-out, each on its own clock, never sooner")
    func timeOut() {
        var feed = live(after: 0)
        feed.heard(of: 1)
        _ = feed.next(at: start, settings)
        feed.answered(sent(1), at: start, settings)
        feed.heard(of: 2)
        _ = feed.next(at: start + .seconds(10), settings)
        feed.answered(sent(2), at: start + .seconds(10), settings)
        #expect(feed.delay(at: start + .seconds(10)) == .seconds(20))
        #expect(feed.next(at: start + .milliseconds(29_999), settings) == nil)
        #expect(feed.next(at: start + .seconds(30), settings) == .again([1]))
        feed.answered(sent(1), at: start + .seconds(30), settings)
        #expect(feed.next(at: start + .milliseconds(39_999), settings) == nil)
        #expect(feed.next(at: start + .seconds(40), settings) == .again([2]))
    }

    @Test("each time it waits twice as long, up to a bound")
    func backoff() {
        var feed = live(after: 0)
        feed.heard(of: 1)
        _ = feed.next(at: start, settings)
        feed.answered(sent(1), at: start, settings)
        var now = start
        for wait in [30, 60, 100, 100] {
            #expect(feed.delay(at: now) == .seconds(wait))
            now = now + .seconds(wait)
            #expect(feed.next(at: now, settings) == .again([1]))
            feed.answered(sent(1), at: now, settings)
        }
    }

    @Test("what was acknowledged does not come again")
    func acknowledged() {
        var feed = live(after: 0)
        feed.heard(of: 2)
        _ = feed.next(at: start, settings)
        feed.answered(sent(1, 2), at: start, settings)
        feed.acknowledged([id(1), id(77)])
        #expect(feed.next(at: start + .seconds(31), settings) == .again([2]))
    }

    @Test("what is acknowledged while it is on its way from the database is not sent")
    func acknowledgedMeanwhile() {
        var feed = NotificationFeed(connectedAt: date)
        _ = feed.next(at: start, settings)
        feed.answered(last: 4, newest: 4, hasPending: true)
        _ = feed.next(at: start, settings)
        feed.answered([], at: start, settings)
        _ = feed.next(at: start, settings)
        feed.acknowledged([id(2)])
        #expect(feed.isStillPending(id(1)))
        #expect(!feed.isStillPending(id(2)))
        feed.answered(sent(1, 2, 3), at: start, settings)
        #expect(feed.outstandingCount == 2)
        // The page was full: there is more behind it.
        #expect(feed.next(at: start, settings) == .page(.others, after: 3, upTo: 4))
        #expect(feed.isStillPending(id(2)))
    }

    @Test("what is no longer pending is forgotten when its time comes")
    func goneMeanwhile() {
        var feed = live(after: 0)
        feed.heard(of: 2)
        _ = feed.next(at: start, settings)
        feed.answered(sent(1, 2), at: start, settings)
        #expect(feed.next(at: start + .seconds(30), settings) == .again([1, 2]))
        feed.answered(sent(2), at: start + .seconds(30), settings)
        #expect(feed.outstandingCount == 1)
    }

    @Test("at most a page is sent again at once")
    func manyDue() {
        var feed = live(after: 0)
        feed.heard(of: 5)
        _ = feed.next(at: start, settings)
        feed.answered(sent(1, 2, 3), at: start, settings)
        _ = feed.next(at: start, settings)
        feed.answered(sent(4, 5), at: start, settings)
        #expect(feed.next(at: start + .seconds(30), settings) == .again([1, 2, 3]))
        feed.answered(sent(1, 2, 3), at: start + .seconds(30), settings)
        #expect(feed.next(at: start + .seconds(30), settings) == .again([4, 5]))
    }

    @Test("what was scheduled and is due comes at once, though its place is behind")
    func released() {
        var feed = live(after: 9)
        feed.released(4, at: start)
        #expect(feed.delay(at: start) == .zero)
        #expect(feed.next(at: start, settings) == .again([4]))
        feed.answered(sent(4), at: start, settings)
        #expect(feed.delay(at: start) == .seconds(30))
    }

    @Test("what becomes due while catching up comes once")
    func releasedMeanwhile() {
        var feed = NotificationFeed(connectedAt: date)
        _ = feed.next(at: start, settings)
        feed.answered(last: 5, newest: 5, hasPending: true)
        _ = feed.next(at: start, settings)
        feed.released(2, at: start)
        feed.released(3, at: start)
        feed.answered([], at: start, settings)
        _ = feed.next(at: start, settings)
        // One of the two was there in time.
        feed.answered(sent(2), at: start, settings)
        #expect(feed.next(at: start, settings) == .again([3]))
    }

    @Test("what becomes due while a page is on its way comes, though the page did not have it yet")
    func releasedDuringAPage() {
        var feed = live(after: 4)
        feed.heard(of: 6)
        #expect(feed.next(at: start, settings) == .page(.both, after: 4, upTo: NotificationFeed.everything))
        feed.released(5, at: start)
        feed.answered(sent(6), at: start, settings)
        #expect(feed.next(at: start, settings) == .again([5]))
        feed.answered(sent(5), at: start, settings)
        #expect(feed.next(at: start, settings) == nil)
    }

    @Test("after a failure it asks the same again, after a while that grows")
    func failure() {
        var feed = live(after: 0)
        feed.heard(of: 1)
        let question = feed.next(at: start, settings)
        feed.failed(at: start)
        #expect(feed.next(at: start, settings) == nil)
        #expect(feed.delay(at: start) == .milliseconds(200))
        let then = start + .milliseconds(200)
        #expect(feed.next(at: then, settings) == question)
        feed.failed(at: then)
        #expect(feed.delay(at: then) == .milliseconds(400))
    }

    @Test("it is at rest when all was sent and acknowledged, and goes on from there")
    func rest() {
        var feed = NotificationFeed(connectedAt: date)
        #expect(feed.restingPlace == nil)
        _ = feed.next(at: start, settings)
        feed.answered(last: 4, newest: 4, hasPending: false)
        #expect(feed.restingPlace == 4)
        feed.heard(of: 5)
        #expect(feed.restingPlace == nil)
        _ = feed.next(at: start, settings)
        #expect(feed.restingPlace == nil)
        feed.answered(sent(5), at: start, settings)
        #expect(feed.restingPlace == nil)
        feed.acknowledged([id(5)])
        #expect(feed.restingPlace == 5)

        feed = NotificationFeed(restedAfter: 5)
        #expect(feed.restingPlace == 5)
        #expect(feed.next(at: start, settings) == nil)
        feed.released(3, at: start)
        #expect(feed.restingPlace == nil)
        #expect(feed.next(at: start, settings) == .again([3]))
        feed.answered([], at: start, settings)
        #expect(feed.restingPlace == 5)
        feed.look()
        #expect(feed.next(at: start, settings) == .page(.both, after: 5, upTo: NotificationFeed.everything))
        feed.failed(at: start)
        #expect(feed.restingPlace == nil)
    }
}
