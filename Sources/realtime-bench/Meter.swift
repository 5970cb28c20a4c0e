/// The server's and the generator's counters at both ends of a measurement.
final class Meter: @unchecked Sendable {
    struct Reading {
        var server: ServerProbe.Sample?
        var ownCPU: UInt64
        var time: UInt64
    }

    private let server: ServerProbe?
    private(set) var first: Reading?
    private(set) var last: Reading?
    /// Before the first connection: what the empty server takes.
    private(set) var empty: ServerProbe.Sample?

    init(server: ServerProbe?) {
        self.server = server
    }

    func begin() throws(BenchFailure) {
        first = try read()
        if empty == nil { empty = first?.server }
    }

    func end() throws(BenchFailure) {
        last = try read()
    }

    private func read() throws(BenchFailure) -> Reading {
        let sample = try server.map { probe throws(BenchFailure) in try probe.sample() }
        return Reading(server: sample, ownCPU: Clock.ownCPU(), time: Clock.now())
    }
}
