/// The figures of one run, as a table for a person and as JSON for a script.
struct Report {
    private let options: Options
    private let seconds: Double
    private let counts: Counts
    private let meter: Meter

    init(_ options: Options, seconds: Double, counts: Counts, meter: Meter) {
        self.options = options
        self.seconds = seconds
        self.counts = counts
        self.meter = meter
    }

    /// What a server is paid by: the thing whose cost is comparable between servers.
    private var unit: String {
        switch options.scenario {
        case .echo: "message"
        case .idle, .storm: "connection"
        case .fanout, .rooms: "delivery"
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
        guard let empty = meter.empty, let residentKiB else { return nil }
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
        let quantiles = [("p50", 0.5), ("p99", 0.99), ("p99.9", 0.999)]
            .map { "\($0.0) \(Text.duration(counts.latency.quantile($0.1)))" }
        let latency = options.scenario == .storm || options.scenario == .idle ? "opening" : "latency"
        rows.append(
            (latency, (quantiles + ["max \(Text.duration(counts.latency.max))"]).joined(separator: "   ")))
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
        rows.append(("generator CPU", cpu(ownCPU)))
        let lines = rows.map { "  " + Text.pad($0.0, to: 16) + $0.1 }
        return ([headline] + lines).joined(separator: "\n") + "\n"
    }

    private var plural: String { unit == "delivery" ? "deliveries" : unit + "s" }

    private func cpu(_ nanoseconds: Double) -> String {
        "\(Text.decimal(perUnit(nanoseconds), 2)) µs per \(unit)   "
            + "(\(Text.decimal(wall > 0 ? nanoseconds / wall : 0, 2)) of a core)"
    }

    private var headline: String {
        var parts = ["\(options.connections) connections"]
        if options.scenario.publishes { parts.append("\(options.rooms) rooms of \(options.members)") }
        if options.scenario != .idle, options.scenario != .storm {
            parts.append(
                options.rate.map { "\(Text.grouped($0)) a second" }
                    ?? "closed loop, \(options.outstanding) outstanding")
            parts.append("\(options.size)-byte messages")
        }
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
            ("outstanding", "\(options.outstanding)"),
            ("rate", options.rate.map { Text.decimal($0, 0) } ?? "null"),
            ("size", "\(options.size)"),
            ("seconds", Text.decimal(seconds, 6)),
            ("completed", "\(counts.completed)"),
            ("units", Text.decimal(units, 0)),
            ("units_per_second", Text.decimal(units / seconds, 1)),
            ("p50_us", micros(counts.latency.quantile(0.5))),
            ("p99_us", micros(counts.latency.quantile(0.99))),
            ("p99_9_us", micros(counts.latency.quantile(0.999))),
            ("max_us", micros(counts.latency.max)),
            ("generator_cpu_us_per_unit", Text.decimal(perUnit(ownCPU), 4)),
            ("generator_cpu_share", Text.decimal(wall > 0 ? ownCPU / wall : 0, 4)),
        ]
        fields.append(("server_cpu_us_per_unit", serverCPU.map { Text.decimal(perUnit($0), 4) } ?? "null"))
        fields.append(
            ("server_cpu_share", serverCPU.map { Text.decimal(wall > 0 ? $0 / wall : 0, 4) } ?? "null"))
        fields.append(("server_empty_kib", meter.empty.map { "\($0.residentKiB)" } ?? "null"))
        fields.append(("server_resident_kib", residentKiB.map { "\($0)" } ?? "null"))
        fields.append(("kib_per_connection", kibPerConnection.map { Text.decimal($0, 4) } ?? "null"))
        return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}\n"
    }

    private func micros(_ nanoseconds: UInt64) -> String {
        Text.decimal(Double(nanoseconds) / 1000, 1)
    }
}

/// Numbers as people read them.
enum Text {
    static func decimal(_ value: Double, _ places: Int) -> String {
        guard value.isFinite else { return "0" }
        let scale = (0..<places).reduce(1) { product, _ in product * 10 }
        let scaled = Int((value.magnitude * Double(scale)).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        guard places > 0 else { return "\(sign)\(scaled)" }
        let fraction = String(scaled % scale)
        let zeros = String(repeating: "0", count: places - fraction.count)
        return "\(sign)\(scaled / scale).\(zeros)\(fraction)"
    }

    /// A whole number with commas.
    static func grouped(_ value: Double) -> String {
        var text = ""
        for (position, digit) in decimal(value, 0).reversed().enumerated() {
            if position > 0, position % 3 == 0, digit != "-" { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }

    static func duration(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<Clock.millisecond: decimal(Double(nanoseconds) / 1000, 0) + " µs"
        case ..<Clock.second: decimal(Double(nanoseconds) / Double(Clock.millisecond), 2) + " ms"
        default: decimal(Double(nanoseconds) / Double(Clock.second), 2) + " s"
        }
    }

    static func pad(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
