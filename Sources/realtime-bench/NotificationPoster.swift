/// Posts single notifications and checks every answer: 201, the right user, a number, and no duplicate.
struct NotificationPoster {
    /// A notification whose answer has not come.
    struct Posted {
        var user: UInt32 = 0
        var counter: UInt32 = 0
        /// When it was sent, or due.
        var since: UInt64 = 0
    }

    /// Connections that wait for no answer, the longest idle one first: that is taken next, as the server gives up
    /// those on which nothing comes.
    private(set) var idle: [Int]
    private(set) var inFlight = 0
    private(set) var answered: UInt64 = 0
    private(set) var ledger: NotificationLedger
    /// Tells this run's notifications from those of others before it, also in idempotency keys.
    let stream: UInt32

    private let connections: HTTPConnections
    private let template: RequestTemplate
    private var posted: [Posted]
    private var counter: UInt32 = 0

    init(_ options: Options, _ connections: HTTPConnections) {
        self.connections = connections
        let body = NotificationBody.single(size: options.size, idempotent: options.notifications.idempotent)
        template = RequestTemplate(RequestTemplate.post(NotificationBody.path, body, options))
        stream = UInt32.random(in: 0 ... .max)
        idle = Array(0..<connections.count)
        posted = Array(repeating: Posted(), count: connections.count)
        ledger = NotificationLedger(expecting: 1 << 20)
    }

    /// Posts on an idle connection, of which there must be one; returns the tag's counter.
    @discardableResult
    mutating func post(to user: UInt32, at time: UInt64) throws(BenchFailure) -> UInt32 {
        let connection = idle.removeFirst()
        let number = counter
        counter &+= 1
        posted[connection] = Posted(user: user, counter: number, since: time)
        inFlight += 1
        try connections.send(connection, template.request(user: user, Tag(stream: stream, counter: number)))
        return number
    }

    /// Reads what has arrived on a connection; returns what was posted when its answer is complete.
    mutating func receive(_ event: Poller.Event) throws(BenchFailure) -> Posted? {
        let connection = connections.index(of: event)
        let wanted = posted[connection]
        var receipt: NotificationReceipt?
        try connections.receive(connection) { answer, bytes throws(BenchFailure) in
            guard answer.status == 201 else {
                throw BenchFailure("a notification was not accepted: \(bytes.excerpt)")
            }
            try NotificationReceipt.forEach(in: UnsafeRawBufferPointer(rebasing: bytes[answer.body])) {
                entry throws(BenchFailure) in
                guard receipt == nil, entry.user == wanted.user, !entry.duplicate else {
                    throw BenchFailure("an answer is not to what was posted: \(bytes.excerpt)")
                }
                receipt = entry
            }
            if receipt == nil { throw BenchFailure("an answer names no notification: \(bytes.excerpt)") }
        }
        guard let receipt else { return nil }
        ledger.record(receipt)
        idle.append(connection)
        inFlight -= 1
        answered += 1
        return wanted
    }

    /// Looks through everything that was accepted, after the run.
    mutating func check() throws(BenchFailure) { try ledger.check() }
}
