/// One thread that carries all requests of a client, and the door through which they reach it.
///
/// What is in the inbox is under its lock. The transfers themselves belong to the thread alone.
final class TransferLoop: Sendable {
    typealias Outcome = Result<HTTPClient.Response, HTTPClientError>

    /// Names one request, from before it starts until its outcome is told.
    struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// A request that the thread has not looked at yet.
    private struct Arrival {
        let ticket: Ticket
        let request: HTTPClient.Request
        let waiting: CheckedContinuation<Outcome, Never>
    }

    private struct Inbox {
        var nextNumber: UInt64 = 0
        /// All whose outcome has not been told.
        var open: Set<Ticket> = []
        /// Those of them that nobody wants any more. A task may be cancelled before its request has started, so
        /// a ticket stays here until it is settled.
        var cancelled: Set<Ticket> = []
        var arrivals: [Arrival] = []
        var isClosed = false

        mutating func settle(_ ticket: Ticket) {
            open.remove(ticket)
            cancelled.remove(ticket)
        }
    }

    private let inbox = Locked(Inbox())
    private let curl: CurlMulti
    private let maximumInFlight: Int

    init(_ settings: HTTPClient.Settings) {
        let curl = CurlMulti(settings)
        self.curl = curl
        maximumInFlight = settings.maximumInFlight
        // The thread knows the inbox and not the loop, which could otherwise never go away.
        startThread { [inbox] in TransferLoop.run(inbox, curl) }
    }

    // MARK: From any thread

    /// Takes a place for a request.
    func reserve() throws(HTTPClientError) -> Ticket {
        let ticket = inbox.withLock { inbox -> Ticket? in
            guard inbox.open.count < maximumInFlight else { return nil }
            let ticket = Ticket(number: inbox.nextNumber)
            inbox.nextNumber += 1
            inbox.open.insert(ticket)
            return ticket
        }
        guard let ticket else {
            throw HTTPClientError(.overloaded, "\(maximumInFlight) requests are on their way already")
        }
        return ticket
    }

    func start(
        _ request: HTTPClient.Request, for ticket: Ticket, waiting: CheckedContinuation<Outcome, Never>
    ) {
        let refusal = inbox.withLock { inbox -> HTTPClientError? in
            if inbox.isClosed || inbox.cancelled.contains(ticket) {
                let isClosed = inbox.isClosed
                inbox.settle(ticket)
                return isClosed ? .clientIsGone : .taskWasCancelled
            }
            inbox.arrivals.append(Arrival(ticket: ticket, request: request, waiting: waiting))
            return nil
        }
        if let refusal {
            waiting.resume(returning: .failure(refusal))
        } else {
            curl.wake()
        }
    }

    func cancel(_ ticket: Ticket) {
        let isOpen = inbox.withLock { inbox in
            guard inbox.open.contains(ticket) else { return false }
            inbox.cancelled.insert(ticket)
            return true
        }
        if isOpen { curl.wake() }
    }

    /// Ends the thread.
    func close() {
        inbox.withLock { $0.isClosed = true }
        curl.wake()
    }

    // MARK: On the thread

    private static func run(_ inbox: Locked<Inbox>, _ curl: CurlMulti) {
        var waiting: [Ticket: CheckedContinuation<Outcome, Never>] = [:]
        func finish(_ ticket: Ticket, _ outcome: Outcome) {
            guard let continuation = waiting.removeValue(forKey: ticket) else { return }
            inbox.withLock { $0.settle(ticket) }
            continuation.resume(returning: outcome)
        }
        while true {
            let (arrivals, cancelled, isClosed) = inbox.withLock { inbox in
                defer { inbox.arrivals = [] }
                return (inbox.arrivals, inbox.cancelled, inbox.isClosed)
            }
            for arrival in arrivals {
                waiting[arrival.ticket] = arrival.waiting
                curl.add(arrival.request, as: arrival.ticket)
            }
            for ticket in cancelled {
                if let error = curl.abort(ticket, .taskWasCancelled) { finish(ticket, .failure(error)) }
            }
            if isClosed {
                for ticket in Array(waiting.keys) {
                    if let error = curl.abort(ticket, .clientIsGone) { finish(ticket, .failure(error)) }
                }
                return
            }
            for (ticket, outcome) in curl.advance() { finish(ticket, outcome) }
            curl.sleep()
        }
    }
}

extension HTTPClientError {
    fileprivate static let taskWasCancelled = HTTPClientError(.cancelled, "the task was cancelled")
    fileprivate static let clientIsGone = HTTPClientError(.closed, "the client is gone")
}
