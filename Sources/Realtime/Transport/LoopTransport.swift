/// What the connections of one loop share: buffers, spare memory, the table of who is there, and the
/// order of things at the end of a turn.
///
/// It belongs to its loop and is touched on that loop's thread alone.
final class LoopTransport: LoopTurnHook {
    /// The most runs of memory that one system call is given.
    private static let sliceLimit = 128
    private static let plainBufferSize = 64 * 1_024

    let loop: EventLoop
    let settings: TransportSettings
    let log: Log
    let outboxes = OutboxPool()
    /// Room to describe what is sent; used within one flush.
    let slices: UnsafeMutableBufferPointer<WriteSlice>
    /// Room for decrypted bytes; used within one read.
    let plainBuffer: UnsafeMutableRawBufferPointer
    /// What TLS itself has to say while it reads: alerts, tickets, handshakes. Empty between calls.
    var protocolOutput = ByteBuffer()
    /// Room to join what is sent into records.
    let tlsRecords = TLSRecordBuffer()
    /// Compression that needs nothing remembered, for all connections.
    let deflate: DeflateContext
    private(set) var connections = ConnectionTable()
    /// Connections that are open only to be told no.
    private(set) var refusals = 0
    var counters = TransportCounters()
    private var dateCache: (second: UInt64, date: HTTPDate)?

    private let admission: Admission
    private var toFlush: [Connection] = []
    private var flushing: [Connection] = []
    private var toPump: [Connection] = []
    private var handshakes = HandshakeQueue()
    /// Makes the message that every WebSocket gets before it is closed because the server stops.
    private(set) var farewell: (() -> [UInt8])?
    /// Called once when the last connection of a draining loop is gone.
    private var whenEmpty: (() -> Void)?
    private(set) var isDraining = false

    init(loop: EventLoop, settings: TransportSettings, admission: Admission, log: Log) {
        loop.preconditionCurrent()
        self.loop = loop
        self.settings = settings
        self.admission = admission
        self.log = log
        deflate = DeflateContext(settings: settings.deflate?.settings ?? .init())
        slices = .allocate(capacity: Self.sliceLimit)
        plainBuffer = .allocate(byteCount: Self.plainBufferSize, alignment: 64)
        loop.addTurnHook(self)
    }

    deinit {
        plainBuffer.deallocate()
        slices.deallocate()
    }

    // MARK: Connections

    /// Takes in a connection that was admitted.
    func add(_ connection: Connection) {
        connections.insert(connection)
        if connection.ticket == nil { refusals += 1 }
        counters.acceptedConnections += 1
        connection.start()
    }

    /// Told by a connection when its socket is gone.
    func connectionClosed(_ connection: Connection) {
        connections.remove(connection)
        if let ticket = connection.ticket { admission.release(ticket) } else { refusals -= 1 }
        if isDraining, connections.isEmpty { becameEmpty() }
    }

    /// Asks every connection to end, and tells when all have.
    ///
    /// - Parameter farewell: makes a message for each WebSocket, sent before its Close frame.
    func drain(farewell: @escaping () -> [UInt8], whenEmpty: @escaping () -> Void) {
        isDraining = true
        self.farewell = farewell
        self.whenEmpty = whenEmpty
        connections.forEach { $0.drain() }
        if connections.isEmpty { becameEmpty() }
    }

    /// Ends every connection at once.
    func abortAll() {
        connections.forEach { $0.abort() }
    }

    private func becameEmpty() {
        let done = whenEmpty
        whenEmpty = nil
        done?()
    }

    /// The `Date` of responses, made once a second.
    var httpDate: HTTPDate {
        let second = loop.milliseconds / 1_000
        if let dateCache, dateCache.second == second { return dateCache.date }
        let date = HTTPDate(TimeSource.system.date)
        dateCache = (second, date)
        return date
    }

    // MARK: The end of the turn

    /// Has a connection flushed when the turn ends.
    func flushLater(_ connection: Connection) {
        toFlush.append(connection)
    }

    /// Has a connection look for decrypted bytes when the turn ends.
    func pumpLater(_ connection: Connection) {
        toPump.append(connection)
        loop.requestTurn()
    }

    /// Has a connection's TLS handshake advanced when its turn comes.
    func handshakeLater(_ connection: Connection) {
        handshakes.append(connection)
    }

    func turnEnds() {
        if !handshakes.isEmpty, handshakes.advance(within: settings.handshakeBudget) {
            loop.requestTurn()
        }
        if !toPump.isEmpty {
            let waiting = toPump
            toPump.removeAll(keepingCapacity: true)
            for connection in waiting { connection.pump() }
        }
        flushAll()
    }

    private func flushAll() {
        // A flush may bring a driver to send more, which is flushed in this turn too, but only so often:
        // a stream without end must not keep the loop from its sockets.
        var rounds = 0
        while !toFlush.isEmpty {
            if rounds == 4 {
                loop.requestTurn()
                return
            }
            rounds += 1
            swap(&toFlush, &flushing)
            for index in flushing.indices {
                if index + 2 < flushing.count { prefetch(flushing[index + 2]) }
                if index + 1 < flushing.count { flushing[index + 1].prefetchStream() }
                flushing[index].flush()
            }
            flushing.removeAll(keepingCapacity: true)
        }
    }
}
