/// Callers that each ask for the newest page of some user's notifications, with the counts, and then for the next
/// user's.
struct PageLoad: Load {
    static let limit = 20

    var counts = Counts()
    var measuring = false
    var stopped = false
    private(set) var inFlight = 0
    private(set) var arrived: UInt64 = 0

    private let connections: HTTPConnections
    private let poller: Poller
    private let template: RequestTemplate
    private var users: UserDice
    private var idle: [Int]
    /// When the question of each connection was sent.
    private var asked: [UInt64]

    init(_ options: Options) throws(BenchFailure) {
        poller = try Poller()
        let callers = options.notifications.callers
        connections = try HTTPConnections(options, count: callers, firstKey: 0, poller: poller)
        let path = "/api/v1/users/user-{user}/notifications?limit=\(Self.limit)"
        template = RequestTemplate(RequestTemplate.get(path, options))
        users = UserDice(count: options.notifications.users)
        idle = Array(0..<callers)
        asked = Array(repeating: 0, count: callers)
    }

    mutating func begin() throws(BenchFailure) {}

    mutating func sendDue(_ now: UInt64) throws(BenchFailure) -> UInt64 {
        for connection in idle {
            let request = template.request(user: users.next(), Tag(stream: 0, counter: 0))
            asked[connection] = Clock.now()
            inFlight += 1
            try connections.send(connection, request)
        }
        idle.removeAll(keepingCapacity: true)
        return .max
    }

    mutating func wait(until deadline: UInt64) throws(BenchFailure) {
        for position in 0..<(try poller.wait(until: deadline)) {
            let connection = connections.index(of: poller[position])
            let before = idle.count
            try connections.receive(connection) { answer, bytes throws(BenchFailure) in
                let body = UnsafeRawBufferPointer(rebasing: bytes[answer.body])
                guard answer.status == 200, body.contains(#""items":[{"#),
                    body.number(after: #""unread":"#) != nil, body.number(after: #""total":"#) != nil
                else { throw BenchFailure("an answer is not a page: \(bytes.excerpt)") }
                idle.append(connection)
            }
            guard idle.count > before else { continue }
            inFlight -= 1
            arrived += 1
            guard measuring else { continue }
            counts.completed += 1
            counts.deliveries += 1
            counts.latency.record(Clock.now() - asked[connection])
        }
    }
}
