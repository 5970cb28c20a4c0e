/// A command line that can't be run, in one line for a person.
struct UsageError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// What is measured.
enum Scenario: String, CaseIterable, Sendable {
    case echo, idle, storm, fanout, rooms

    var publishes: Bool { self == .fanout || self == .rooms }
}

/// One run as the command line describes it, checked.
struct Options: Sendable {
    var scenario: Scenario
    var target: Target
    var connections = 0
    var rooms = 0
    var members = 0
    var outstanding = 1
    /// Messages (echo) or publishes (fanout, rooms) a second in all; nil means closed loop.
    var rate: Double?
    var size = 200
    var warmup = Clock.second
    var duration = 5 * Clock.second
    var messages = UInt64.max
    var concurrency = 256
    var openTimeout = 60 * Clock.second
    var settle = Clock.second
    var sources = 8
    var threads = 1
    var pin: Int?
    var serverPID: Int32?
    var dialect = Dialect.plain(deliversToSender: false)
    var tokens: [String] = []
    var json = false

    init(arguments: [String]) throws(UsageError) {
        var words = arguments[...]
        guard let name = words.popFirst(), let scenario = Scenario(rawValue: name) else {
            let known = Scenario.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageError("the first word must be a scenario: \(known)")
        }
        guard let url = words.popFirst(), !url.hasPrefix("--") else {
            throw UsageError("the second word must be the URL, such as ws://127.0.0.1:8765/echo")
        }
        self.scenario = scenario
        self.target = try Target(url: url)
        while let flag = words.popFirst() {
            if flag == "--json" {
                json = true
                continue
            }
            guard Self.flags.contains(flag) else { throw UsageError("unknown flag \(flag)") }
            guard let value = words.popFirst() else { throw UsageError("\(flag) needs a value") }
            try set(flag, to: value)
        }
        try applyDefaultsAndCheck()
    }

    static let flags: Set<String> = [
        "--connections", "--rooms", "--members", "--outstanding", "--rate", "--size", "--warmup",
        "--duration",
        "--messages", "--concurrency", "--open-timeout", "--settle", "--sources", "--threads", "--pin",
        "--server-pid", "--dialect", "--deliver", "--token-file",
    ]

    private mutating func set(_ flag: String, to value: String) throws(UsageError) {
        switch flag {
        case "--connections": connections = try Self.number(flag, value, 1...1_000_000)
        case "--rooms": rooms = try Self.number(flag, value, 1...100_000)
        case "--members": members = try Self.number(flag, value, 2...100_000)
        case "--outstanding": outstanding = try Self.number(flag, value, 1...1024)
        case "--rate": rate = Double(try Self.number(flag, value, 1...10_000_000))
        case "--size": size = try Self.number(flag, value, 1...65536)
        case "--warmup": warmup = try Self.duration(flag, value, atMost: 600)
        case "--duration": duration = try Self.duration(flag, value, atMost: 3600)
        case "--messages": messages = UInt64(try Self.number(flag, value, 1...1_000_000_000_000))
        case "--concurrency": concurrency = try Self.number(flag, value, 1...4096)
        case "--open-timeout": openTimeout = try Self.duration(flag, value, atMost: 600)
        case "--settle": settle = try Self.duration(flag, value, atMost: 3600)
        case "--sources": sources = try Self.number(flag, value, 1...250)
        case "--threads": threads = try Self.number(flag, value, 1...64)
        case "--pin": pin = try Self.number(flag, value, 0...1023)
        case "--server-pid": serverPID = Int32(try Self.number(flag, value, 1...4_194_304))
        case "--dialect": dialect = try Self.dialect(value, current: dialect)
        case "--deliver":
            guard value == "all" || value == "others" else {
                throw UsageError("--deliver must be all or others, not \(value)")
            }
            dialect.deliversToSender = value == "all"
        case "--token-file":
            guard let text = ProcFile.read(value) else {
                throw UsageError("cannot read --token-file \(value)")
            }
            tokens = text.split(whereSeparator: \.isWhitespace).map(String.init)
            if tokens.isEmpty { throw UsageError("--token-file \(value) holds no token") }
        default: throw UsageError("unknown flag \(flag)")
        }
    }

    private mutating func applyDefaultsAndCheck() throws(UsageError) {
        if scenario.publishes {
            if connections != 0 {
                throw UsageError("\(scenario) takes --rooms and --members, not --connections")
            }
            if rooms == 0 { rooms = scenario == .fanout ? 1 : 1000 }
            if members == 0 { members = scenario == .fanout ? 1000 : 10 }
            connections = rooms * members
            if threads > rooms {
                throw UsageError(
                    "--threads \(threads) is more than the rooms (\(rooms)); a room lives on one thread")
            }
        } else {
            if rooms != 0 { throw UsageError("--rooms is for fanout and rooms") }
            if members == 0 { members = 1000 }
            if connections == 0 {
                connections = [.echo: 500, .idle: 19_000, .storm: 10_000][scenario]!
            }
            if threads > connections { throw UsageError("--threads is more than the connections") }
        }
        if rate != nil, scenario == .idle || scenario == .storm {
            throw UsageError("--rate is for echo, fanout and rooms")
        }
        if rate != nil, outstanding != 1 {
            throw UsageError("--rate and --outstanding exclude each other: a rate is an open loop")
        }
        if target.path.contains("{token}"), tokens.isEmpty {
            throw UsageError("the URL has {token}, so --token-file is needed")
        }
        if duration == 0 { throw UsageError("--duration must be more than 0s") }
        if let pattern = scenario == .echo ? Dialect.echo : scenario.publishes ? dialect.publish : nil {
            let least = MessageTemplate.leastSize(of: pattern)
            if size < least { throw UsageError("--size must be at least \(least) for \(scenario)") }
        }
    }

    private static func dialect(_ name: String, current: Dialect) throws(UsageError) -> Dialect {
        switch name {
        case "plain": .plain(deliversToSender: current.deliversToSender)
        case "realtime": .realtime
        case "centrifuge": .centrifuge
        default: throw UsageError("--dialect must be plain, realtime or centrifuge, not \(name)")
        }
    }

    private static func number(
        _ flag: String, _ text: String, _ range: ClosedRange<Int>
    ) throws(UsageError) -> Int {
        guard let value = Int(text), range.contains(value) else {
            throw UsageError("\(flag) must be \(range.lowerBound) to \(range.upperBound), not \(text)")
        }
        return value
    }

    /// A duration as `250ms`, `5s` or `2m`, in nanoseconds.
    static func duration(
        _ flag: String, _ text: String, atMost seconds: UInt64
    ) throws(UsageError) -> UInt64 {
        let units: [(String, UInt64)] = [
            ("ms", Clock.millisecond), ("s", Clock.second), ("m", 60 * Clock.second),
        ]
        for (unit, length) in units where text.hasSuffix(unit) {
            guard let count = UInt64(text.dropLast(unit.count)), count <= seconds * Clock.second / length
            else { break }
            return count * length
        }
        throw UsageError(
            "\(flag) must be a duration such as 250ms, 5s or 2m, at most \(seconds)s, not \(text)")
    }
}

/// The server's address. Only loopback is accepted: a load generator aimed at another machine by mistake
/// is an attack.
struct Target: Sendable {
    let host: String
    /// The IPv4 address in host byte order.
    let address: UInt32
    let port: UInt16
    /// Path and query; `{connection}`, `{room}` and `{token}` are filled in for each connection.
    let path: String

    init(url: String) throws(UsageError) {
        guard url.hasPrefix("ws://") else { throw UsageError("the URL must begin with ws://, not \(url)") }
        let rest = url.dropFirst(5)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let parts = rest[..<slash].split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let port = UInt16(parts[1]), port > 0 else {
            throw UsageError("the URL needs a host and a port, such as ws://127.0.0.1:8765/echo")
        }
        let host = parts[0] == "localhost" ? "127.0.0.1" : String(parts[0])
        let octets = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        guard octets.count == 4, octets[0] == 127, octets.allSatisfy({ $0 != nil }) else {
            throw UsageError("the host must be localhost or 127.x.y.z, not \(parts[0])")
        }
        self.host = String(parts[0])
        self.address = octets.reduce(0) { $0 << 8 | UInt32($1!) }
        self.port = port
        self.path = slash == rest.endIndex ? "/" : String(rest[slash...])
        guard self.path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UsageError("the URL's path must be plain ASCII without spaces")
        }
    }
}
