/// Where an HTTP connection is between one request and the next: what happened goes in, what to do comes
/// out. It does no I/O and has no clock.
///
/// One request is worked on at a time. What a client pipelines behind it waits, so answers leave in the
/// order of the questions and nobody can make us collect them.
struct HTTPExchange: Equatable {
    /// How far the exchange is.
    enum State: Equatable {
        /// Nothing asked: a new connection, or a kept-alive one between requests.
        case idle(isFirst: Bool)
        /// Some of a head has come.
        case head(isFirst: Bool)
        /// A head has come and its body is coming.
        case body
        /// The request is complete and the answer is being made or is on its way.
        case answering
        /// The last answer is on its way, and the connection ends after it.
        case ending
    }

    /// What the driver has to do.
    enum Action: Equatable {
        case nothing
        /// Ask the parser for the next event.
        case readOn
        /// Expect the first byte of a request within the idle time-out.
        case awaitRequest
        /// Expect a whole head within the handshake time-out.
        case awaitHead
        /// Expect the end of the body within its time-out; say `100 Continue` first where asked.
        case awaitBody(sayContinue: Bool)
        /// The request is complete: have it answered. Stop reading meanwhile.
        case answer
        /// Answer with this error and end the connection.
        case refuse(HTTPStatus)
        /// End the connection after what was sent.
        case finish
        /// End the connection now: nobody waits for an answer.
        case abort
    }

    private(set) var state = State.idle(isFirst: true)
    private var keepsAlive = true

    /// Whether a next request may be read.
    var takesRequests: Bool {
        switch state {
        case .idle, .head, .body: true
        case .answering, .ending: false
        }
    }

    /// Whether the answer has to say that the connection ends.
    var endsAfterAnswer: Bool { !keepsAlive }

    /// The answer is one that only the connection's end ends, or its maker wants no more.
    mutating func endAfterAnswer() {
        keepsAlive = false
    }

    /// Bytes came that begin or continue a head without ending it.
    mutating func headIsComing() -> Action {
        switch state {
        case .idle(let isFirst):
            state = .head(isFirst: isFirst)
            // The first head's time runs from the connection's first moment, and goes on running.
            return isFirst ? .nothing : .awaitHead
        case .head, .body, .answering, .ending:
            return .nothing
        }
    }

    /// A whole head came.
    mutating func headCame(keepsAlive: Bool, hasBody: Bool, expectsContinue: Bool) -> Action {
        switch state {
        case .idle, .head:
            self.keepsAlive = self.keepsAlive && keepsAlive
            state = .body
            return hasBody ? .awaitBody(sayContinue: expectsContinue) : .readOn
        case .body, .answering, .ending:
            preconditionFailure("a head inside a request")
        }
    }

    /// The request's last byte came.
    mutating func requestEnded() -> Action {
        switch state {
        case .body:
            state = .answering
            return .answer
        case .idle, .head, .answering, .ending:
            preconditionFailure("the end of a request that did not begin")
        }
    }

    /// The input is no HTTP that we take.
    mutating func failed(_ status: HTTPStatus) -> Action {
        switch state {
        case .idle, .head, .body:
            keepsAlive = false
            state = .ending
            return .refuse(status)
        case .answering, .ending:
            return .nothing
        }
    }

    /// The answer has been handed to the outbox, all of it.
    mutating func answered() -> Action {
        switch state {
        case .answering:
            if keepsAlive {
                state = .idle(isFirst: false)
                return .awaitRequest
            }
            state = .ending
            return .finish
        case .idle, .head, .body, .ending:
            return .nothing
        }
    }

    /// The time that was set is up.
    mutating func timedOut() -> Action {
        switch state {
        case .idle(isFirst: false):
            state = .ending
            return .finish
        case .idle(isFirst: true), .head, .body:
            keepsAlive = false
            state = .ending
            return .refuse(.requestTimeout)
        case .answering, .ending:
            // The answer lay in the outbox all that time: the peer does not read.
            return .abort
        }
    }

    /// The peer will send nothing more.
    mutating func peerEnded() -> Action {
        switch state {
        case .idle, .head, .body:
            state = .ending
            return .finish
        case .answering:
            // It may have closed its half and still wait for the answer.
            keepsAlive = false
            return .nothing
        case .ending:
            return .nothing
        }
    }

    /// The server is stopping.
    mutating func drain() -> Action {
        keepsAlive = false
        switch state {
        case .idle:
            state = .ending
            return .finish
        case .head, .body, .answering, .ending:
            return .nothing
        }
    }
}
