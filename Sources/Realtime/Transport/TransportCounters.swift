/// What happened on one loop since it began. Plain numbers, touched by that loop alone; others ask the
/// loop for a copy.
struct TransportCounters: Sendable {
    var acceptedConnections = 0
    /// Refused because there were too many, or because the process was out of descriptors.
    var refusedConnections = 0
    var httpRequests = 0
    var webSocketsOpened = 0
    var messagesReceived = 0
    var messagesSent = 0
    /// Bytes that came and went on sockets, encrypted where connections are.
    var bytesReceived = 0
    var bytesSent = 0
    /// Answers to requests, by the first digit of their status.
    var responses = StatusClasses()
    /// Cut off because they read too slowly.
    var slowReaders = 0

    /// Adds another loop's numbers.
    mutating func add(_ other: TransportCounters) {
        acceptedConnections += other.acceptedConnections
        refusedConnections += other.refusedConnections
        httpRequests += other.httpRequests
        webSocketsOpened += other.webSocketsOpened
        messagesReceived += other.messagesReceived
        messagesSent += other.messagesSent
        bytesReceived += other.bytesReceived
        bytesSent += other.bytesSent
        responses.add(other.responses)
        slowReaders += other.slowReaders
    }
}

/// How many answers of each class of status there were.
struct StatusClasses: Sendable {
    private var counts = InlineArray<10, Int>(repeating: 0)

    /// The answers of a class: 2 for 200 to 299.
    subscript(digit: Int) -> Int { counts[digit] }

    mutating func note(_ status: HTTPStatus) {
        counts[status.code / 100] += 1
    }

    mutating func add(_ other: StatusClasses) {
        for digit in counts.indices { counts[digit] += other.counts[digit] }
    }
}
