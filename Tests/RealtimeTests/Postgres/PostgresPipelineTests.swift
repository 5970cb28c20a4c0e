import Testing

@testable import Realtime

@Suite("Postgres pipeline")
struct PostgresPipelineTests {
    private typealias Pipeline = PostgresPipeline<String, Int>

    /// A step, in a form that can be compared.
    private enum Told: Equatable {
        case goOn
        case ended(String, Int)
        case failed(String, PostgresFailure)
        case nonsense

        init(_ step: Pipeline.Step) {
            switch step {
            case .goOn: self = .goOn
            case .ended(let work, .success(let rows)): self = .ended(work, rows)
            case .ended(let work, .failure(let failure)): self = .failed(work, failure)
            case .nonsense: self = .nonsense
            }
        }
    }

    private let no = PostgresFailure.refused(sqlState: "23505", message: "no")

    /// A pipeline that has prepared `s` and has nothing on its way.
    private func prepared() -> Pipeline {
        var pipeline = Pipeline()
        pipeline.sent("first", named: "s", at: 0)
        _ = pipeline.succeeded(0)
        _ = pipeline.succeeded(0)
        _ = pipeline.synced(at: 0)
        return pipeline
    }

    @Test("a statement is prepared at its first use, and ends when its transaction has")
    func firstUse() {
        var pipeline = Pipeline()
        #expect(pipeline.needsPreparing("s"))
        pipeline.sent("a", named: "s", at: 0)
        #expect(Told(pipeline.succeeded(-1)) == .goOn)
        #expect(!pipeline.needsPreparing("s"))
        #expect(Told(pipeline.succeeded(7)) == .goOn)
        #expect(pipeline.count == 1)
        #expect(Told(pipeline.synced(at: 1)) == .ended("a", 7))
        #expect(pipeline.isEmpty)
    }

    @Test("nothing is sent behind a statement that is being prepared")
    func barrier() {
        var pipeline = prepared()
        pipeline.sent("a", named: "s", at: 0)
        #expect(pipeline.isOpen)
        pipeline.sent("b", named: "t", at: 0)
        #expect(!pipeline.isOpen)
        // The answers for "a" change nothing about it.
        _ = pipeline.succeeded(1)
        _ = pipeline.synced(at: 0)
        #expect(!pipeline.isOpen)
        _ = pipeline.succeeded(2)
        #expect(pipeline.isOpen)
    }

    @Test("statements end in the order in which they were sent")
    func order() {
        var pipeline = prepared()
        for (number, work) in ["a", "b", "c"].enumerated() {
            pipeline.sent(work, named: "s", at: UInt64(number))
        }
        for (number, work) in ["a", "b", "c"].enumerated() {
            #expect(Told(pipeline.succeeded(number)) == .goOn)
            #expect(Told(pipeline.synced(at: 5)) == .ended(work, number))
        }
    }

    @Test("a refused statement takes no other with it")
    func refusedAlone() {
        var pipeline = prepared()
        for work in ["a", "b", "c"] { pipeline.sent(work, named: "s", at: 0) }
        _ = pipeline.succeeded(1)
        #expect(Told(pipeline.synced(at: 0)) == .ended("a", 1))
        #expect(Told(pipeline.refused(sqlState: "23505", message: "no")) == .goOn)
        #expect(Told(pipeline.synced(at: 0)) == .failed("b", no))
        _ = pipeline.succeeded(3)
        #expect(Told(pipeline.synced(at: 0)) == .ended("c", 3))
    }

    @Test("a statement that was carried out and then could not be committed is refused")
    func refusedAtCommit() {
        var pipeline = prepared()
        pipeline.sent("a", named: "s", at: 0)
        _ = pipeline.succeeded(1)
        #expect(Told(pipeline.refused(sqlState: "23505", message: "no")) == .goOn)
        #expect(Told(pipeline.synced(at: 0)) == .failed("a", no))
    }

    @Test("a statement that could not be prepared is prepared again the next time")
    func refusedPreparing() {
        var pipeline = Pipeline()
        pipeline.sent("a", named: "s", at: 0)
        #expect(Told(pipeline.refused(sqlState: "23505", message: "no")) == .goOn)
        #expect(Told(pipeline.skipped()) == .goOn)
        #expect(Told(pipeline.synced(at: 0)) == .failed("a", no))
        #expect(pipeline.isOpen)
        #expect(pipeline.needsPreparing("s"))
    }

    @Test("a statement that was prepared, and then refused, is not prepared again")
    func refusedAfterPreparing() {
        var pipeline = Pipeline()
        pipeline.sent("a", named: "s", at: 0)
        _ = pipeline.succeeded(0)
        _ = pipeline.refused(sqlState: "23505", message: "no")
        #expect(Told(pipeline.synced(at: 0)) == .failed("a", no))
        #expect(!pipeline.needsPreparing("s"))
        #expect(pipeline.isOpen)
    }

    @Test("with the connection lost nobody knows about what was sent, but for what was refused")
    func lost() {
        var pipeline = prepared()
        for work in ["a", "b", "c"] { pipeline.sent(work, named: "s", at: 0) }
        _ = pipeline.refused(sqlState: "23505", message: "no")
        let broken = pipeline.lost()
        #expect(broken.map(\.0) == ["a", "b", "c"])
        #expect(broken.map(\.1) == [no, .unknown, .unknown])
        #expect(pipeline.isEmpty && pipeline.isOpen)
        #expect(pipeline.needsPreparing("s"))
    }

    @Test("carried out is not committed: lost before the end of its transaction, nobody knows")
    func lostBeforeSync() {
        var pipeline = prepared()
        pipeline.sent("a", named: "s", at: 0)
        _ = pipeline.succeeded(1)
        #expect(pipeline.lost().map(\.1) == [.unknown])
    }

    @Test(
        "a prepared statement that no longer fits asks for a new connection",
        arguments: ["0A000", "26000", "25006"])
    func outdated(sqlState: String) {
        var pipeline = prepared()
        pipeline.sent("a", named: "s", at: 0)
        _ = pipeline.refused(sqlState: sqlState, message: "")
        #expect(pipeline.isOutdated && !pipeline.isOpen)
        #expect(Told(pipeline.synced(at: 0)) == .failed("a", .unavailable))
        _ = pipeline.lost()
        #expect(pipeline.isOpen)
    }

    @Test("a statement that is refused while it is new says nothing about the connection")
    func notOutdated() {
        var pipeline = Pipeline()
        pipeline.sent("a", named: "s", at: 0)
        _ = pipeline.refused(sqlState: "0A000", message: "")
        #expect(!pipeline.isOutdated)
    }

    @Test("the oldest statement's time begins when those before it have been answered")
    func age() {
        var pipeline = prepared()
        #expect(pipeline.headAge(at: 100) == 0)
        pipeline.sent("a", named: "s", at: 100)
        pipeline.sent("b", named: "s", at: 110)
        #expect(pipeline.headAge(at: 150) == 50)
        _ = pipeline.succeeded(1)
        _ = pipeline.synced(at: 150)
        #expect(pipeline.headAge(at: 170) == 20)
    }

    @Test("answers to nothing, or that come too often, are nonsense")
    func nonsense() {
        var pipeline = Pipeline()
        #expect(Told(pipeline.succeeded(1)) == .nonsense)
        #expect(Told(pipeline.synced(at: 0)) == .nonsense)
        #expect(Told(pipeline.skipped()) == .nonsense)
        #expect(Told(pipeline.refused(sqlState: "", message: "")) == .nonsense)
        pipeline = prepared()
        pipeline.sent("a", named: "s", at: 0)
        #expect(Told(pipeline.synced(at: 0)) == .nonsense)
        #expect(Told(pipeline.skipped()) == .nonsense)
        _ = pipeline.succeeded(1)
        #expect(Told(pipeline.succeeded(1)) == .nonsense)
        _ = pipeline.refused(sqlState: "1", message: "")
        #expect(Told(pipeline.refused(sqlState: "2", message: "")) == .nonsense)
    }
}
