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
        slowReaders += other.slowReaders
    }
}
