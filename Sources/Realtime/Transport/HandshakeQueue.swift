/// The TLS handshakes that wait for processor time.
///
/// One costs as much as hundreds of messages, so a storm of them is spread over turns: each turn gives
/// them a budget, and open connections have the rest.
struct HandshakeQueue {
    private var waiting: [Connection] = []
    private var next = 0
    private let time: TimeSource

    init(time: TimeSource = .system) {
        self.time = time
    }

    var isEmpty: Bool { next == waiting.count }

    mutating func append(_ connection: Connection) {
        waiting.append(connection)
    }

    /// Advances those that wait, in order, until the budget is used up; at least one, so that there is
    /// progress. Says whether some are left.
    mutating func advance(within budget: Duration) -> Bool {
        let end = time.now + budget
        repeat {
            guard next < waiting.count else { break }
            let connection = waiting[next]
            next += 1
            connection.advanceHandshake()
        } while time.now < end
        if next == waiting.count {
            waiting.removeAll(keepingCapacity: waiting.capacity < 1_024)
            next = 0
        }
        return !isEmpty
    }
}
