/// The door to the one thread that carries all requests of a client, open to any thread.
final class TransferDesk: Sendable {
    typealias Outcome = Result<HTTPClient.Response, HTTPClientError>

    /// Names one request, from before it starts until its outcome is told.
    struct Ticket: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    /// A request that the thread has not looked at yet.
    struct Arrival {
        let place: WaitingLine.Place
        let waiting: CheckedContinuation<Outcome, Never>
    }

    /// What other threads leave for the thread.
    struct Inbox {
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
    private let settings: HTTPClient.Settings

    init(_ settings: HTTPClient.Settings) {
        let curl = CurlMulti(settings)
        self.curl = curl
        self.settings = settings
        // The thread knows the inbox and not the loop, which could otherwise never go away.
        startThread { [inbox] in
            var work = TransferWork(inbox, curl, connections: settings.maximumConnections)
            work.run()
        }
    }

    /// Takes a place for a request.
    func reserve() throws(HTTPClientError) -> Ticket {
        let ticket = inbox.withLock { inbox -> Ticket? in
            guard inbox.open.count < settings.maximumInFlight else { return nil }
            let ticket = Ticket(number: inbox.nextNumber)
            inbox.nextNumber += 1
            inbox.open.insert(ticket)
            return ticket
        }
        guard let ticket else {
            throw HTTPClientError(
                .overloaded, "\(settings.maximumInFlight) requests are on their way already")
        }
        return ticket
    }

    func start(
        _ request: HTTPClient.Request, for ticket: Ticket, waiting: CheckedContinuation<Outcome, Never>
    ) {
        let deadline = ContinuousClock.now + (request.timeout ?? settings.timeout)
        let place = WaitingLine.Place(ticket: ticket, request: request, deadline: deadline)
        let refusal = inbox.withLock { inbox -> HTTPClientError? in
            if inbox.isClosed || inbox.cancelled.contains(ticket) {
                let isClosed = inbox.isClosed
                inbox.settle(ticket)
                return isClosed ? .clientIsGone : .taskWasCancelled
            }
            inbox.arrivals.append(Arrival(place: place, waiting: waiting))
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
}

extension HTTPClientError {
    static let taskWasCancelled = HTTPClientError(.cancelled, "the task was cancelled")
    static let noConnectionInTime = HTTPClientError(.timedOut, "no connection was free in time")
    static let clientIsGone = HTTPClientError(.closed, "the client is gone")
}
