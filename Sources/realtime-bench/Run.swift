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
        switch options.scenario {
        case .enqueue: return try enqueue(meter)
        case .pages: return try pages(meter)
        case .inbox: return try inbox(meter)
        case .inboxStorm: return try inboxStorm(meter)
        case .echo, .idle, .storm, .fanout, .rooms: return try connections(meter)
        }
    }

    /// The scenarios that are about connections and what is said on them.
    private func connections(_ meter: Meter) throws(BenchFailure) -> Report {
        let swarms = try makeSwarms()
        try meter.begin()
        let opening = try onEachThread { index throws(BenchFailure) in try swarms[index].openAll() }
        guard options.scenario.lasts else {
            if options.scenario == .idle {
                let settled = Clock.now() + options.settle
                try onEachThread { index throws(BenchFailure) in try swarms[index].rest(until: settled) }
            }
            try meter.end()
            return Report(options, seconds: opening, counts: opened(swarms), meter: meter)
        }
        let (seconds, counts) = try exchange(swarms, meter)
        return Report(options, seconds: seconds, counts: counts, meter: meter)
    }

    private func enqueue(_ meter: Meter) throws(BenchFailure) -> Report {
        var load = try EnqueueLoad(options)
        let nanoseconds = try window.run(&load, meter: meter)
        try load.check()
        return Report(
            options, seconds: Double(nanoseconds) / Double(Clock.second), counts: load.counts, meter: meter)
    }

    private func pages(_ meter: Meter) throws(BenchFailure) -> Report {
        var load = try PageLoad(options)
        let nanoseconds = try window.run(&load, meter: meter)
        return Report(
            options, seconds: Double(nanoseconds) / Double(Clock.second), counts: load.counts, meter: meter)
    }

    private func inbox(_ meter: Meter) throws(BenchFailure) -> Report {
        let swarm = Swarm(options, first: 0, count: options.connections, poller: try Poller())
        try meter.begin()
        var load = try InboxLoad(options, swarm)
        let nanoseconds = try window.run(&load, meter: meter)
        try load.check()
        return Report(
            options, seconds: Double(nanoseconds) / Double(Clock.second), counts: load.counts, meter: meter,
            stages: [
                Report.Stage(name: "to the 201", key: "answer", latency: load.answers),
                Report.Stage(name: "201 to socket", key: "after_answer", latency: load.afterAnswers),
            ],
            facts: [Report.Fact(name: "redelivered", key: "redelivered", value: Double(load.redelivered))])
    }

    private func inboxStorm(_ meter: Meter) throws(BenchFailure) -> Report {
        let swarm = Swarm(options, first: 0, count: options.connections, poller: try Poller())
        var storm = InboxStorm(options, swarm)
        if !options.notifications.areThere { try storm.fill() }
        let outcome = try storm.run(meter)
        return Report(
            options, seconds: outcome.seconds, counts: outcome.counts, meter: meter,
            stages: [
                Report.Stage(name: "caught up", key: "caught_up", latency: outcome.caughtUp),
                Report.Stage(name: "acknowledged", key: "acknowledged", latency: outcome.acknowledged),
            ],
            facts: [
                Report.Fact(name: "filling took", key: "fill_seconds", value: outcome.fillSeconds, unit: "s"),
                Report.Fact(name: "all open", key: "open_seconds", value: outcome.openSeconds, unit: "s"),
                Report.Fact(
                    name: "all delivered", key: "delivered_seconds", value: outcome.deliveredSeconds,
                    unit: "s"),
                Report.Fact(name: "redelivered", key: "redelivered", value: Double(outcome.redelivered)),
            ])
    }

    private var window: Window {
        Window(warmup: options.warmup, duration: options.duration, messages: options.messages)
    }

    /// Splits rooms, or connections where there are none, evenly over the threads.
    private func makeSwarms() throws(BenchFailure) -> [Swarm] {
        let unit = options.scenario.publishes ? options.members : 1
        let units = options.connections / unit
        var swarms: [Swarm] = []
        var first = 0
        for index in 0..<options.threads {
            let share = units / options.threads + (index < units % options.threads ? 1 : 0)
            swarms.append(Swarm(options, first: first, count: share * unit, poller: try Poller()))
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
                let traffic = EchoTraffic(options, connections: swarm.count, rate: rate)
                defer { traffic.free() }
                results.values[index] = try measure(SwarmLoad(traffic, swarm), edges)
            } else {
                let traffic = RoomTraffic(options, rooms: swarm.count / options.members, rate: rate)
                defer { traffic.free() }
                results.values[index] = try measure(SwarmLoad(traffic, swarm), edges)
            }
        }
        var counts = Counts()
        for result in results.values { counts.merge(result.counts) }
        return (Double(results.values[0].nanoseconds) / Double(Clock.second), counts)
    }

    private func measure<Work: Load>(
        _ load: Work, _ meter: Meter?
    ) throws(BenchFailure) -> (nanoseconds: UInt64, counts: Counts) {
        var load = load
        let nanoseconds = try window.run(&load, meter: meter)
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
        let wanted = options.connections + options.notifications.callers
        if limit.rlim_cur < UInt(wanted + 32) {
            throw BenchFailure(
                "\(wanted) connections need more than the \(limit.rlim_cur) file descriptors allowed here"
            )
        }
    }
}
