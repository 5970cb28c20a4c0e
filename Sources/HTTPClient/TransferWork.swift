/// What the thread of a client does: it starts requests while there are connections, lets libcurl carry them, and
/// tells their outcomes.
///
/// Everything here belongs to the thread alone, but for the inbox.
struct TransferWork: ~Copyable {
    private typealias Ticket = TransferDesk.Ticket

    private let inbox: Locked<TransferDesk.Inbox>
    private let curl: CurlMulti
    private let connections: Int
    private var line = WaitingLine()
    /// Who waits for the outcomes of those in line and of those on their way.
    private var waiting: [TransferDesk.Ticket: CheckedContinuation<TransferDesk.Outcome, Never>] = [:]

    init(_ inbox: Locked<TransferDesk.Inbox>, _ curl: CurlMulti, connections: Int) {
        self.inbox = inbox
        self.curl = curl
        self.connections = connections
    }

    /// Works until the client is gone.
    mutating func run() {
        while true {
            let (arrivals, cancelled, isClosed) = inbox.withLock { inbox in
                defer { inbox.arrivals = [] }
                return (inbox.arrivals, inbox.cancelled, inbox.isClosed)
            }
            for arrival in arrivals {
                waiting[arrival.place.ticket] = arrival.waiting
                line.append(arrival.place)
            }
            for ticket in cancelled { abort(ticket, .taskWasCancelled) }
            if isClosed {
                for ticket in Array(waiting.keys) { abort(ticket, .clientIsGone) }
                return
            }
            repeat {
                startWaiting()
                for (ticket, outcome) in curl.advance() { finish(ticket, outcome) }
                // Whatever ended has left its connection to the next one in line.
            } while curl.count < connections && line.nextDeadline != nil
            curl.sleep(atMost: line.nextDeadline.map { $0 - .now })
        }
    }

    private mutating func startWaiting() {
        let now = ContinuousClock.now
        for ticket in line.takeOverdue(at: now) { finish(ticket, .failure(.noConnectionInTime)) }
        while curl.count < connections, let next = line.takeFirst() {
            curl.add(next.request, as: next.ticket, within: next.deadline - now)
        }
    }

    private mutating func abort(_ ticket: Ticket, _ error: HTTPClientError) {
        if line.remove(ticket) {
            finish(ticket, .failure(error))
        } else if let error = curl.abort(ticket, error) {
            finish(ticket, .failure(error))
        }
    }

    private mutating func finish(_ ticket: Ticket, _ outcome: TransferDesk.Outcome) {
        guard let continuation = waiting.removeValue(forKey: ticket) else { return }
        inbox.withLock { $0.settle(ticket) }
        continuation.resume(returning: outcome)
    }
}
