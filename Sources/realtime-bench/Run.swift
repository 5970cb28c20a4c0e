import Glibc

/// One scenario from the first connection to the report.
struct Run: Sendable {
    private let options: Options

    init(_ options: Options) {
        self.options = options
    }

    func report() throws(BenchFailure) -> Report {
        signal(SIGPIPE, SIG_IGN)
        try raiseDescriptorLimit()
        if let cpu = options.pin {
            for index in (0..<options.threads).reversed() where !Threads.pin(to: cpu + index) {
                throw BenchFailure("--pin: there is no CPU \(cpu + index)")
            }
        }
        let meter = Meter(
            server: try options.serverPID.map { pid throws(BenchFailure) in try ServerProbe(root: pid) })
        let swarms = try makeSwarms()
        try meter.begin()
        let opening = try onEachThread { index throws(BenchFailure) in try swarms[index].openAll() }
        switch options.scenario {
        case .storm:
            try meter.end()
            return Report(options, seconds: opening, counts: opened(swarms), meter: meter)
        case .idle:
            let settled = Clock.now() + options.settle
            try onEachThread { index throws(BenchFailure) in try swarms[index].rest(until: settled) }
            try meter.end()
            return Report(options, seconds: opening, counts: opened(swarms), meter: meter)
        case .echo, .fanout, .rooms:
            let (seconds, counts) = try exchange(swarms, meter)
            return Report(options, seconds: seconds, counts: counts, meter: meter)
        }
    }

    /// Splits rooms, or connections where there are none, evenly over the threads.
    private func makeSwarms() throws(BenchFailure) -> [Swarm] {
        let unit = options.scenario.publishes ? options.members : 1
        let units = options.connections / unit
        var swarms: [Swarm] = []
        var first = 0
        for index in 0..<options.threads {
            let share = units / options.threads + (index < units % options.threads ? 1 : 0)
            swarms.append(try Swarm(options, first: first, count: share * unit))
            first += share * unit
        }
        return swarms
    }

    private func opened(_ swarms: [Swarm]) -> Counts {
        var counts = Counts()
        for swarm in swarms {
            counts.completed += UInt64(swarm.opened)
            counts.latency.merge(swarm.openTimes)
        }
        return counts
    }

    /// The traffic scenarios; the first thread reads the server's counters at both ends of its window.
    private func exchange(_ swarms: [Swarm], _ meter: Meter) throws(BenchFailure) -> (Double, Counts) {
        let results = PerThread(options.threads, (nanoseconds: UInt64(0), counts: Counts()))
        try onEachThread { [self] index throws(BenchFailure) in
            let swarm = swarms[index]
            let edges = index == 0 ? meter : nil
            let rate = options.rate.map { $0 * Double(swarm.count) / Double(options.connections) }
            if options.scenario == .echo {
                var load = EchoTraffic(options, connections: swarm.count, rate: rate)
                defer { load.free() }
                results.values[index] = try measure(&load, swarm, edges)
            } else {
                var load = RoomTraffic(options, rooms: swarm.count / options.members, rate: rate)
                defer { load.free() }
                results.values[index] = try measure(&load, swarm, edges)
            }
        }
        var counts = Counts()
        for result in results.values { counts.merge(result.counts) }
        return (Double(results.values[0].nanoseconds) / Double(Clock.second), counts)
    }

    private func measure<Load: Traffic>(
        _ load: inout Load, _ swarm: Swarm, _ meter: Meter?
    ) throws(BenchFailure) -> (nanoseconds: UInt64, counts: Counts) {
        let window = Window(warmup: options.warmup, duration: options.duration, messages: options.messages)
        let nanoseconds = try window.run(&load, swarm, meter: meter)
        return (nanoseconds, load.counts)
    }

    /// Runs the body on every thread, rethrows the first failure, and returns the seconds that it took.
    @discardableResult
    private func onEachThread(
        _ body: @escaping @Sendable (Int) throws(BenchFailure) -> Void
    ) throws(BenchFailure) -> Double {
        let failures = PerThread<BenchFailure?>(options.threads, nil)
        let began = Clock.now()
        Threads.run(options.threads, pinnedFrom: options.pin) { index in
            do throws(BenchFailure) { try body(index) } catch { failures.values[index] = error }
        }
        for failure in failures.values { if let failure { throw failure } }
        return Double(Clock.now() - began) / Double(Clock.second)
    }

    private func raiseDescriptorLimit() throws(BenchFailure) {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        if limit.rlim_cur < UInt(options.connections + 32) {
            throw BenchFailure(
                "\(options.connections) connections need more than the \(limit.rlim_cur) file descriptors allowed here"
            )
        }
    }
}
