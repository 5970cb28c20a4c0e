/// The figures of one run, as a table for a person and as JSON for a script.
struct Report {
    /// A way that is timed beside the one that the scenario is about.
    struct Stage {
        let name: String
        let key: String
        let latency: Histogram
    }

    /// A number that only one scenario has.
    struct Fact {
        let name: String
        let key: String
        let value: Double
        var unit = ""
    }

    private let options: Options
    private let seconds: Double
    private let counts: Counts
    private let meter: Meter
    private let stages: [Stage]
    private let facts: [Fact]

    init(
        _ options: Options, seconds: Double, counts: Counts, meter: Meter, stages: [Stage] = [],
        facts: [Fact] = []
    ) {
        self.options = options
        self.seconds = seconds
        self.counts = counts
        self.meter = meter
        self.stages = stages
        self.facts = facts
    }

    /// What a server is paid by: the thing whose cost is comparable between servers.
    private var unit: String {
        switch options.scenario {
        case .echo: "message"
        case .idle, .storm: "connection"
        case .fanout, .rooms: "delivery"
        case .enqueue, .inbox, .inboxStorm: "notification"
        case .pages: "page"
        }
    }

    private var units: Double {
        Double(options.scenario.publishes ? counts.deliveries : counts.completed)
    }

    private var wall: Double {
        guard let first = meter.first, let last = meter.last else { return 0 }
        return Double(last.time - first.time)
    }

    private var ownCPU: Double {
        guard let first = meter.first, let last = meter.last else { return 0 }
        return Double(last.ownCPU - first.ownCPU)
    }

    private var serverCPU: Double? {
        guard let first = meter.first?.server, let last = meter.last?.server else { return nil }
        return Double(last.cpuNanoseconds - first.cpuNanoseconds)
    }

    private var residentKiB: UInt64? { meter.last?.server?.residentKiB }

    private var kibPerConnection: Double? {
        guard options.connections > 0, let empty = meter.empty, let residentKiB else { return nil }
        return (Double(residentKiB) - Double(empty.residentKiB)) / Double(options.connections)
    }

    private func perUnit(_ nanoseconds: Double) -> Double {
        units > 0 ? nanoseconds / units / 1000 : 0
    }

    var table: String {
        var rows: [(String, String)] = []
        rows.append(("throughput", "\(Text.grouped(units / seconds)) \(plural)/s"))
        if options.scenario.publishes {
            rows.append(("published", "\(Text.grouped(Double(counts.completed) / seconds)) messages/s"))
        }
        let openings: Set<Scenario> = [.storm, .idle, .inboxStorm]
        rows.append((openings.contains(options.scenario) ? "opening" : "latency", quantiles(counts.latency)))
        for stage in stages { rows.append((stage.name, quantiles(stage.latency))) }
        for fact in facts {
            let number = Text.decimal(fact.value, fact.unit.isEmpty ? 0 : 2)
            rows.append((fact.name, fact.unit.isEmpty ? number : "\(number) \(fact.unit)"))
        }
        if let serverCPU {
            rows.append(("server CPU", cpu(serverCPU)))
        }
        if let empty = meter.empty, let residentKiB, let kibPerConnection {
            rows.append(
                (
                    "server memory",
                    "\(Text.decimal(kibPerConnection, 2)) KiB per connection "
                        + "(\(Text.decimal(Double(empty.residentKiB) / 1024, 1)) MiB empty, "
                        + "\(Text.decimal(Double(residentKiB) / 1024, 1)) MiB now)"
                ))
        }
        if let peak = meter.last?.server?.peakKiB {
            rows.append(("server's peak", "\(Text.decimal(Double(peak) / 1024, 1)) MiB in its first process"))
        }
        rows.append(("generator CPU", cpu(ownCPU)))
        let lines = rows.map { "  " + Text.pad($0.0, to: 16) + $0.1 }
        return ([headline] + lines).joined(separator: "\n") + "\n"
    }

    private func quantiles(_ latency: Histogram) -> String {
        let shares = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
        let texts = shares.map { "\($0.0) \(Text.duration(latency.quantile($0.1)))" }
        return (texts + ["max \(Text.duration(latency.max))"]).joined(separator: "   ")
    }

    private var plural: String { unit == "delivery" ? "deliveries" : unit + "s" }

    private func cpu(_ nanoseconds: Double) -> String {
        "\(Text.decimal(perUnit(nanoseconds), 2)) µs per \(unit)   "
            + "(\(Text.decimal(wall > 0 ? nanoseconds / wall : 0, 2)) of a core)"
    }

    private var headline: String {
        var parts: [String] = []
        if options.connections > 0 { parts.append("\(options.connections) connections") }
        if options.scenario.asksOverHTTP || options.scenario == .inbox {
            parts.append("\(options.notifications.callers) callers")
        }
        if options.scenario.publishes { parts.append("\(options.rooms) rooms of \(options.members)") }
        if options.scenario == .inboxStorm {
            parts.append("\(options.notifications.pending) waiting for each")
        }
        if options.scenario.lasts {
            parts.append(
                options.rate.map { "\(Text.grouped($0)) a second" }
                    ?? "closed loop, \(options.outstanding) outstanding")
            parts.append("\(options.size)-byte messages")
        }
        if options.notifications.idempotent { parts.append("idempotency keys") }
        parts.append("\(Text.decimal(seconds, 2)) s")
        return "\(options.scenario.rawValue): " + parts.joined(separator: ", ")
    }

    var json: String {
        var fields: [(String, String)] = [
            ("scenario", "\"\(options.scenario.rawValue)\""),
            ("unit", "\"\(unit)\""),
            ("connections", "\(options.connections)"),
            ("rooms", "\(options.rooms)"),
            ("members", "\(options.scenario.publishes ? options.members : 0)"),
            ("callers", "\(options.notifications.callers)"),
            ("outstanding", "\(options.outstanding)"),
            ("rate", options.rate.map { Text.decimal($0, 0) } ?? "null"),
            ("size", "\(options.size)"),
            ("seconds", Text.decimal(seconds, 6)),
            ("completed", "\(counts.completed)"),
            ("units", Text.decimal(units, 0)),
            ("units_per_second", Text.decimal(units / seconds, 1)),
        ]
        fields += micros(counts.latency, "")
        for stage in stages { fields += micros(stage.latency, stage.key + "_") }
        fields += facts.map { ($0.key, Text.decimal($0.value, 3)) }
        fields += [
            ("generator_cpu_us_per_unit", Text.decimal(perUnit(ownCPU), 4)),
            ("generator_cpu_share", Text.decimal(wall > 0 ? ownCPU / wall : 0, 4)),
        ]
        fields.append(("server_cpu_us_per_unit", serverCPU.map { Text.decimal(perUnit($0), 4) } ?? "null"))
        fields.append(
            ("server_cpu_share", serverCPU.map { Text.decimal(wall > 0 ? $0 / wall : 0, 4) } ?? "null"))
        fields.append(("server_empty_kib", meter.empty.map { "\($0.residentKiB)" } ?? "null"))
        fields.append(("server_resident_kib", residentKiB.map { "\($0)" } ?? "null"))
        fields.append(("server_peak_kib", meter.last?.server.map { "\($0.peakKiB)" } ?? "null"))
        fields.append(("kib_per_connection", kibPerConnection.map { Text.decimal($0, 4) } ?? "null"))
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
    }

    private func micros(_ latency: Histogram, _ prefix: String) -> [(String, String)] {
        let values = [
            ("p50", latency.quantile(0.5)), ("p99", latency.quantile(0.99)),
            ("p99_9", latency.quantile(0.999)), ("max", latency.max),
        ]
        return values.map { ("\(prefix)\($0.0)_us", Text.decimal(Double($0.1) / 1000, 1)) }
    }
}
