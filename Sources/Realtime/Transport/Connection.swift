/// What a connection speaks at the moment: HTTP first, WebSocket after an upgrade.
///
/// A driver turns bytes into meaning and answers through the connection that it is told about. It is
/// called on the connection's loop only, and never after `connectionClosed`.
protocol ConnectionDriver: AnyObject {
    /// The connection is this driver's from now on.
    func connectionOpened(_ connection: Connection)
    /// Bytes have come, in memory that is the driver's until it returns.
    func received(_ bytes: UnsafeMutableRawBufferPointer, on connection: Connection)
    /// The peer will send no more, but may still be listening.
    func peerEnded(_ connection: Connection)
    /// The time set with `Connection.setTimer` is up.
    func timerEnded(_ connection: Connection)
    /// Everything that was sent has been handed to the kernel, which the driver has asked to be told with
    /// `Connection.tellWhenEmptied`.
    func outboxEmptied(_ connection: Connection)
    /// More waits to be sent than the peer may leave unread. The driver says goodbye, or aborts.
    func outboxOverflowed(_ connection: Connection)
    /// The server is stopping: finish what is under way and end.
    func drain(_ connection: Connection)
    /// The socket is gone.
    func connectionClosed(_ connection: Connection)
}

/// One socket's life on its loop: what comes in goes through TLS, where there is TLS, to the driver; what
/// the driver sends is collected and flushed once per turn.
///
/// States: open, then finishing (what is collected is still sent, what comes is thrown away), then closed.
/// It belongs to its loop's `LoopTransport` from `init` to `streamClosed`.
final class Connection: TCPStreamDelegate, LoopTimerTarget {
    private enum Phase {
        case open
        /// The last bytes are on their way.
        case finishing
        /// All is sent and the peer was told so; we wait a moment for it to close, because closing with
        /// bytes unread would make the kernel throw away what the peer has not read yet.
        case lingering
        case closing
    }

    private struct ReadingHold: OptionSet {
        let rawValue: UInt8
        static let driver = ReadingHold(rawValue: 1)
        static let fullOutbox = ReadingHold(rawValue: 2)
    }

    unowned(unsafe) let transport: LoopTransport
    private let stream: TCPStream
    private var driver: (any ConnectionDriver)?
    private let link: TLSLink?
    /// Not checked for being used while it is used, which is a tenth of what a message costs outside of the kernel: what
    /// writes into it only writes, and what it is flushed to only sends.
    @exclusivity(unchecked) private var outbox = Outbox()
    /// The size of one large message that is not counted against the limit of what may wait, until all has left.
    private var oversized = 0
    private var timer: LoopTimer?
    private var phase = Phase.open
    private var holds: ReadingHold = []
    private var isMarked = false
    /// Whether the driver waits for the outbox to become empty. Most never do, and what they are made of is not
    /// looked at then.
    private var isEmptyAwaited = false
    private var peerHasEnded = false
    /// Its place in the table of its loop; the table's to use.
    var slot: Int32 = -1
    /// Its right to be here, given back at the end; nil when it was let in only to be told no.
    let ticket: Admission.Ticket?

    init(
        _ stream: TCPStream, ticket: Admission.Ticket?, driver: any ConnectionDriver, tls: TLSSession?,
        on transport: LoopTransport
    ) {
        self.stream = stream
        self.ticket = ticket
        self.driver = driver
        self.transport = transport
        self.link = tls.map(TLSLink.init)
        stream.open(for: self)
    }

    /// Starts to listen to the peer.
    func start() {
        driver?.connectionOpened(self)
        stream.resumeReading()
    }

    /// Whether the peer can still be spoken to.
    var isOpen: Bool { phase == .open }

    /// Whether what is said is encrypted.
    var isSecure: Bool { link != nil }

    /// The peer's address, asked of the kernel each time.
    func peerAddress() -> SocketAddress? { stream.peerAddress() }

    /// Bytes that the kernel has not taken yet.
    var unsentBytes: Int { outbox.count + (link?.unsentBytes ?? 0) }

    // MARK: For the driver

    /// Hands the connection to another driver, from the bytes that come next.
    func switchDriver(to next: any ConnectionDriver) {
        driver = next
    }

    /// Lets `write` append bytes to what is sent at the end of this turn.
    func send(_ write: (inout ByteBuffer) -> Void) {
        guard phase == .open else { return }
        let before = outbox.count
        outbox.append(from: transport.outboxes, write)
        sendingMore(outbox.count - before)
    }

    /// Sends bytes that others send too, by reference.
    func send(_ bytes: SharedBytes) {
        guard phase == .open else { return }
        outbox.append(bytes, from: transport.outboxes)
        sendingMore(bytes.count)
    }

    /// One message may be larger than what may wait, as the list of a large room's members is; a peer that reads
    /// it is no slow reader. A second one before the first has left is counted.
    private func sendingMore(_ size: Int) {
        markForFlush()
        let limit = transport.settings.maxOutbox
        if oversized == 0, size > limit / 4 { oversized = size }
        if unsentBytes > limit + oversized { driver?.outboxOverflowed(self) }
    }

    /// Has the driver told once, when all that is unsent now, and what joins it, has been handed to the kernel.
    func tellWhenEmptied() {
        isEmptyAwaited = true
    }

    /// Forgets everything collected but not yet handed to the kernel, to make room for a last word. Whole
    /// frames only: what the kernel has begun is finished.
    func discardUnsent() {
        outbox.discard()
    }

    /// Leaves what the peer sends in the kernel until `resumeReading`.
    func pauseReading() {
        holds.insert(.driver)
        stream.pauseReading()
    }

    /// Takes up reading again. Bytes that were decrypted already are given at the end of the turn.
    func resumeReading() {
        release(.driver)
    }

    private func release(_ hold: ReadingHold) {
        guard holds.contains(hold) else { return }
        holds.remove(hold)
        guard holds.isEmpty, phase == .open else { return }
        stream.resumeReading()
        if link != nil { transport.pumpLater(self) }
    }

    /// Sets the one timer that a driver has, in place of any earlier time.
    func setTimer(after delay: Duration) {
        transport.loop.set(&timer, after: delay, self)
    }

    /// Forgets the driver's timer.
    func clearTimer() {
        transport.loop.set(&timer, after: nil, self)
    }

    /// Ends the connection after all that was sent has left: says so to the peer, and waits a moment for
    /// it to hang up first.
    func finish() {
        guard phase == .open else { return }
        if let link {
            // What was collected goes into its records before the word that nothing follows.
            encrypt(with: link)
            link.collect(on: transport) { link.session.shutdown(output: &$0) }
        }
        phase = .finishing
        setTimer(after: transport.settings.lingerTimeout)
        markForFlush()
        // Whatever still comes is read and thrown away.
        holds = []
        stream.resumeReading()
    }

    /// Ends the connection at once; what was not sent is lost.
    func abort() {
        guard phase != .closing else { return }
        phase = .closing
        clearTimer()
        stream.close()
    }

    // MARK: Turn

    private func markForFlush() {
        guard !isMarked else { return }
        isMarked = true
        transport.flushLater(self)
    }

    /// It is flushed next.
    func prefetchStream() {
        prefetch(stream)
    }

    /// Sends what was collected. Called by the transport at the end of the turn.
    func flush() {
        isMarked = false
        guard phase != .closing else { return }
        let result: Outbox.Flush
        if let link {
            guard !link.isInFlight else {
                pauseReadingIfFull()
                return
            }
            if phase == .open { encrypt(with: link) }
            result = flush(&link.wire)
        } else {
            result = flush(&outbox)
        }
        switch result {
        case .done where unsentBytes == 0:
            outboxIsEmpty()
        case .done, .blocked:
            pauseReadingIfFull()
        case .failed:
            abort()
        }
    }

    /// Reads no more from a peer that leaves our answers unread.
    private func pauseReadingIfFull() {
        guard phase == .open, unsentBytes > transport.settings.readPauseOutbox else { return }
        holds.insert(.fullOutbox)
        stream.pauseReading()
    }

    /// Turns all that was collected into records.
    private func encrypt(with link: TLSLink) {
        guard link.isEstablished, !outbox.isEmpty else { return }
        do throws(TLSError) {
            try link.encrypt(&outbox, with: transport)
        } catch {
            transport.log.debug("tls failed", ["reason": .string(error.description)])
            abort()
        }
    }

    private func flush(_ outbox: inout Outbox) -> Outbox.Flush {
        let before = outbox.count
        let result = outbox.flush(
            describing: transport.slices, pool: transport.outboxes, write: { stream.tryWrite($0) })
        if result == .blocked { outbox.lend(describing: transport.slices, to: stream.queue) }
        transport.counters.bytesSent += before - outbox.count
        return result
    }

    private func outboxIsEmpty() {
        switch phase {
        case .open:
            oversized = 0
            release(.fullOutbox)
            guard isEmptyAwaited else { return }
            isEmptyAwaited = false
            driver?.outboxEmptied(self)
        case .finishing where peerHasEnded:
            abort()
        case .finishing:
            phase = .lingering
            stream.shutdownWriting()
        case .lingering, .closing:
            break
        }
    }

    /// Decrypts what has come and gives it to the driver, as far as the driver takes it.
    func pump() {
        guard let link, link.isEstablished else { return }
        while phase == .open, holds.isEmpty {
            let progress = link.collect(on: transport) {
                link.session.read(into: transport.plainBuffer, output: &$0)
            }
            switch progress {
            case .bytes(let count):
                let bytes = UnsafeMutableRawBufferPointer(rebasing: transport.plainBuffer[..<count])
                driver?.received(bytes, on: self)
            case .wouldBlock:
                markForFlush()
                return
            case .closed:
                driver?.peerEnded(self)
                return
            case .failed(let error):
                transport.log.debug("tls failed", ["reason": .string(error.description)])
                abort()
                return
            }
        }
    }

    /// One step of the TLS handshake. Called by the transport, within the turn's budget.
    func advanceHandshake() {
        guard let link, phase == .open else { return }
        switch link.collect(on: transport, { link.session.handshake(output: &$0) }) {
        case .complete:
            link.isEstablished = true
            markForFlush()
            pump()
        case .needsMoreInput:
            markForFlush()
        case .failed(let error):
            transport.log.debug("tls handshake failed", ["reason": .string(error.description)])
            // The alert that says why goes out first.
            finish()
        }
    }

    // MARK: TCPStreamDelegate

    func streamReceived(_ bytes: UnsafeMutableRawBufferPointer) {
        guard phase == .open else { return }
        transport.counters.bytesReceived += bytes.count
        guard let link else {
            driver?.received(bytes, on: self)
            return
        }
        if link.isEstablished {
            link.session.receive(UnsafeRawBufferPointer(bytes)) { pump() }
        } else {
            link.session.receive(UnsafeRawBufferPointer(bytes)) {}
            transport.handshakeLater(self)
        }
    }

    func streamEnded() {
        peerHasEnded = true
        switch phase {
        case .open: driver?.peerEnded(self)
        case .finishing: break
        case .lingering: abort()
        case .closing: break
        }
    }

    func streamFailed(_ error: LoopError) {
        abort()
    }

    func streamWroteQueued(_ error: LoopError?) {
        if error != nil {
            abort()
            return
        }
        if let link {
            queuedWasWritten(&link.wire)
        } else {
            queuedWasWritten(&outbox)
        }
        markForFlush()
    }

    private func queuedWasWritten(_ outbox: inout Outbox) {
        let before = outbox.count
        outbox.queuedWasWritten(describing: transport.slices, pool: transport.outboxes)
        transport.counters.bytesSent += before - outbox.count
    }

    func streamClosed() {
        phase = .closing
        outbox = Outbox()
        let last = driver
        driver = nil
        last?.connectionClosed(self)
        transport.connectionClosed(self)
    }

    // MARK: LoopTimerTarget

    func timerEnded(_ ended: LoopTimer) {
        // A timer that was moved or dropped in the very sweep that ended it is still told.
        guard ended == timer else { return }
        timer = nil
        switch phase {
        case .open:
            driver?.timerEnded(self)
        case .finishing, .lingering:
            abort()
        case .closing:
            break
        }
    }

    /// Passes on that the server is stopping.
    func drain() {
        guard phase == .open else { return }
        driver?.drain(self)
    }
}
