/// A command line that can't be run, in one line for a person.
struct UsageError: Error {
    let message: String

    init(_ message: String) {
        self.message = message
    }
}

/// What is measured.
enum Scenario: String, CaseIterable, Sendable {
    case echo, idle, storm, fanout, rooms, enqueue, inbox, pages
    case inboxStorm = "inbox-storm"

    var publishes: Bool { self == .fanout || self == .rooms }
    /// Whether it is about notifications.
    var notifies: Bool { asksOverHTTP || self == .inbox || self == .inboxStorm }
    /// Whether there are HTTP connections alone.
    var asksOverHTTP: Bool { self == .enqueue || self == .pages }
    /// Whether it runs for a time, and not until something is reached.
    var lasts: Bool { publishes || self == .echo || self == .inbox || asksOverHTTP }
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
    var concurrency = 0
    var openTimeout = 60 * Clock.second
    var settle = Clock.second
    var sources = 8
    var threads = 1
    var pin: Int?
    var serverPID: Int32?
    var dialect = Dialect.plain(deliversToSender: false)
    var tokens: [String] = []
    /// What the scenarios with notifications take besides.
    var notifications = NotificationOptions()
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
        self.target = try Target(url: url, scheme: scenario.asksOverHTTP ? "http" : "ws")
        while let flag = words.popFirst() {
            if flag == "--json" {
                json = true
                continue
            }
            if flag == "--idempotent" {
                notifications.idempotent = true
                continue
            }
            if flag == "--filled" {
                notifications.areThere = true
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
        "--server-pid", "--dialect", "--deliver", "--token-file", "--service-token-file", "--callers",
        "--users", "--pending",
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
        case "--concurrency": concurrency = try Self.number(flag, value, 1...20_000)
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
        case "--token-file": tokens = try Self.words(flag, inFile: value)
        case "--service-token-file": notifications.token = try Self.words(flag, inFile: value)[0]
        case "--callers": notifications.callers = try Self.number(flag, value, 1...10_000)
        case "--users": notifications.users = try Self.number(flag, value, 1...1_000_000)
        case "--pending": notifications.pending = try Self.number(flag, value, 1...1000)
        default: throw UsageError("unknown flag \(flag)")
        }
    }

    private mutating func applyDefaultsAndCheck() throws(UsageError) {
        if scenario.publishes {
            try applyRooms()
        } else {
            if rooms != 0 { throw UsageError("--rooms is for fanout and rooms") }
            if members == 0 { members = 1000 }
            if connections == 0 {
                connections =
                    [.echo: 500, .idle: 19_000, .storm: 10_000, .inbox: 1, .inboxStorm: 10_000][
                        scenario, default: 0]
            }
        }
        if concurrency == 0 { concurrency = scenario == .inboxStorm ? connections : 256 }
        if scenario.notifies { try applyNotifications() }
        if !scenario.asksOverHTTP, threads > connections {
            throw UsageError("--threads is more than the connections")
        }
        if rate != nil, !scenario.lasts || scenario == .pages {
            throw UsageError("--rate is for echo, fanout, rooms, enqueue and inbox")
        }
        if rate != nil, outstanding != 1 {
            throw UsageError("--rate and --outstanding exclude each other: a rate is an open loop")
        }
        if target.path.contains("{token}"), tokens.isEmpty {
            throw UsageError("the URL has {token}, so --token-file is needed")
        }
        if duration == 0 { throw UsageError("--duration must be more than 0s") }
        if let least = leastSize, size < least {
            throw UsageError("--size must be at least \(least) for \(scenario.rawValue)")
        }
    }

    private mutating func applyRooms() throws(UsageError) {
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
    }

    private mutating func applyNotifications() throws(UsageError) {
        if notifications.token.isEmpty { throw UsageError("\(scenario.rawValue) needs --service-token-file") }
        if threads != 1 { throw UsageError("\(scenario.rawValue) runs on one thread") }
        if outstanding != 1 { throw UsageError("--outstanding is not for \(scenario.rawValue)") }
        if size > NotificationOptions.largestBody {
            throw UsageError("--size is at most \(NotificationOptions.largestBody) for \(scenario.rawValue)")
        }
        switch scenario {
        case .enqueue, .pages:
            if connections != 0 { throw UsageError("\(scenario) takes --callers, not --connections") }
            if notifications.callers == 0 { notifications.callers = scenario == .pages ? 1 : 200 }
        default:
            if tokens.count < connections {
                throw UsageError("--token-file needs a token for each of the \(connections) connections")
            }
            if notifications.callers == 0 { notifications.callers = 16 }
            notifications.users = connections
            dialect = .inbox
        }
        if scenario == .inbox, rate == nil { rate = 200 }
    }

    private var leastSize: Int? {
        switch scenario {
        case .echo: MessageTemplate.leastSize(of: Dialect.echo)
        case .fanout, .rooms: MessageTemplate.leastSize(of: dialect.publish)
        case .enqueue, .inbox, .inboxStorm: NotificationBody.leastSize(idempotent: notifications.idempotent)
        case .idle, .storm, .pages: nil
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

    private static func words(_ flag: String, inFile path: String) throws(UsageError) -> [String] {
        guard let text = ProcFile.read(path) else { throw UsageError("cannot read \(flag) \(path)") }
        let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
        if words.isEmpty { throw UsageError("\(flag) \(path) holds no token") }
        return words
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

/// What the scenarios that post notifications take besides.
struct NotificationOptions: Sendable {
    /// The contract's longest `message` and `data` have room in it, and one `send` takes it whole.
    static let largestBody = 16_000

    /// The service token that posts.
    var token = ""
    /// HTTP connections, each with one request on its way.
    var callers = 0
    /// Users that notifications go to, `user-00000000` and so on.
    var users = 10_000
    /// inbox-storm: what waits for every user.
    var pending = 10
    /// inbox-storm: whether what waits has been posted by somebody else.
    var areThere = false
    /// Whether every post has an idempotency key of its own.
    var idempotent = false
}
