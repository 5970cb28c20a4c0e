/// What the parser found next.
enum HTTPRequestEvent: Sendable {
    /// A request begins. Its body and its end follow as events of their own.
    case head(HTTPRequestHead)
    /// Bytes of the body, as a range of the input that was given. Never empty.
    case body(Range<Int>)
    /// The request is complete; what follows belongs to the next one.
    case end
    /// The input is no HTTP that is taken here. It is the last event: answer once and close.
    case failure(HTTPParseFailure)
}

/// Reads HTTP/1.1 requests from a connection's bytes, however they were cut into reads.
///
/// It is asked for one event at a time, so the caller decides how many pipelined requests it works on, and
/// may stop after a head that upgrades the connection: what follows it in the input is then another
/// protocol's. A head that arrives in one read is parsed where it lies; only one that is spread over reads
/// is gathered, within the limits.
struct HTTPRequestParser: Sendable {
    private enum State {
        case idle
        case head(GatheredHead)
        case sized(remaining: Int)
        case chunked(HTTPChunkedDecoder)
        case failed(HTTPParseFailure)
    }

    /// A head of which some has come.
    private struct GatheredHead {
        var parser: HTTPHeadParser
        /// All bytes since its first.
        var bytes: [UInt8]
        /// Where the line begins that has not ended yet.
        var lineStart: Int
    }

    /// RFC 9112 asks for one empty line before a request to be ignored, as old clients end a body with one
    /// too many. A few do no harm; more are no HTTP.
    private static let maximumEmptyLines = 4

    private let limits: HTTPLimits
    private var state = State.idle
    private var emptyLines: UInt8 = 0

    init(limits: HTTPLimits) {
        self.limits = limits
    }

    /// Whether no request is under way: none has begun since the last one ended.
    var isIdle: Bool {
        if case .idle = state { true } else { false }
    }

    /// The next event of the input from `offset` on, or nil when more input is needed.
    ///
    /// What lies before `offset` afterwards is done with. What lies behind it has to be given again, even
    /// when nothing is added: an `.end` may need no bytes at all. Ask until the answer is nil.
    mutating func next(_ input: Span<UInt8>, from offset: inout Int) -> HTTPRequestEvent? {
        input.withUnsafeBytes { input in
            do throws(HTTPParseFailure) {
                return try nextEvent(input, from: &offset)
            } catch {
                state = .failed(error)
                return .failure(error)
            }
        }
    }

    private mutating func nextEvent(
        _ input: UnsafeRawBufferPointer, from offset: inout Int
    ) throws(HTTPParseFailure) -> HTTPRequestEvent? {
        switch state {
        case .idle:
            return try beginHead(input, from: &offset)
        case .head(let gathered):
            // Taken out of the state, so that its bytes have one owner and grow in place.
            state = .idle
            return try continueHead(gathered, input, from: &offset)
        case .sized(let remaining):
            return nextOfSized(remaining, input, from: &offset)
        case .chunked(var decoder):
            let step = try decoder.next(input, from: &offset, limits: limits)
            state = step == .end ? .idle : .chunked(decoder)
            switch step {
            case .data(let range): return .body(range)
            case .end: return .end
            case nil: return nil
            }
        case .failed(let failure):
            return .failure(failure)
        }
    }

    /// Parses a head where it lies in the input; if it does not end there, keeps what there is of it.
    private mutating func beginHead(
        _ input: UnsafeRawBufferPointer, from offset: inout Int
    ) throws(HTTPParseFailure) -> HTTPRequestEvent? {
        while offset < input.count {
            try checkFirstByte(input[offset])
            let head = UnsafeRawBufferPointer(rebasing: input[offset...])
            var gathered = GatheredHead(parser: HTTPHeadParser(), bytes: [], lineStart: 0)
            var outcome = HTTPHeadParser.Outcome.needsMore
            while case .needsMore = outcome,
                let line = try nextLine(of: gathered.parser, head, from: gathered.lineStart)
            {
                gathered.lineStart = line.upperBound
                outcome = try gathered.parser.take(line, of: head, limits: limits)
            }
            switch outcome {
            case .emptyLine:
                offset += gathered.lineStart
                try countEmptyLine()
            case .needsMore:
                gathered.bytes = Array(head)
                offset = input.count
                state = .head(gathered)
                return nil
            case .complete(let body):
                offset += gathered.lineStart
                let bytes = Array(UnsafeRawBufferPointer(rebasing: head[..<gathered.lineStart]))
                return finishHead(gathered.parser.head(bytes, body: body))
            }
        }
        return nil
    }

    /// Goes on with a head of which some came in earlier reads.
    private mutating func continueHead(
        _ gathered: consuming GatheredHead, _ input: UnsafeRawBufferPointer, from offset: inout Int
    ) throws(HTTPParseFailure) -> HTTPRequestEvent? {
        while offset < input.count {
            let held = gathered.bytes.count - gathered.lineStart
            guard let part = try nextLine(of: gathered.parser, input, from: offset, held: held) else {
                gathered.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[offset...]))
                offset = input.count
                break
            }
            gathered.bytes.append(contentsOf: UnsafeRawBufferPointer(rebasing: input[part]))
            offset = part.upperBound
            let line = gathered.lineStart..<gathered.bytes.count
            gathered.lineStart = line.upperBound
            let outcome = try gathered.bytes.span.withUnsafeBytes { bytes throws(HTTPParseFailure) in
                try gathered.parser.take(line, of: bytes, limits: limits)
            }
            switch outcome {
            case .emptyLine:
                try countEmptyLine()
                return try beginHead(input, from: &offset)
            case .needsMore:
                continue
            case .complete(let body):
                return finishHead(gathered.parser.head(gathered.bytes, body: body))
            }
        }
        state = .head(gathered)
        return nil
    }

    /// The next line, or the rest of the one of which `held` bytes are kept; nil when the input ends first.
    ///
    /// No more is looked at than the line may measure.
    private func nextLine(
        of head: HTTPHeadParser, _ input: UnsafeRawBufferPointer, from start: Int, held: Int = 0
    ) throws(HTTPParseFailure) -> Range<Int>? {
        guard start < input.count else { return nil }
        let budget = head.lineBudget(limits) - held
        let end = start + min(input.count - start, budget)
        if let lineFeed = input.position(of: HTTPGrammar.lineFeed, in: start..<end) {
            return start..<lineFeed + 1
        }
        if input.count - start >= budget { throw head.overlongLine }
        return nil
    }

    /// Refuses what can't become a request at its first byte, such as TLS on a plain port, instead of
    /// waiting for a line end that may never come.
    private func checkFirstByte(_ byte: UInt8) throws(HTTPParseFailure) {
        if byte == HTTPGrammar.lineFeed { throw .bareLineFeed }
        guard HTTPGrammar.isToken(byte) || byte == HTTPGrammar.carriageReturn else { throw .invalidMethod }
    }

    private mutating func countEmptyLine() throws(HTTPParseFailure) {
        emptyLines += 1
        if emptyLines > Self.maximumEmptyLines { throw .tooManyEmptyLines }
    }

    private mutating func finishHead(_ head: HTTPRequestHead) -> HTTPRequestEvent {
        emptyLines = 0
        switch head.body {
        case .none: state = .sized(remaining: 0)
        case .sized(let length): state = .sized(remaining: length)
        case .chunked: state = .chunked(HTTPChunkedDecoder())
        }
        return .head(head)
    }

    private mutating func nextOfSized(
        _ remaining: Int, _ input: UnsafeRawBufferPointer, from offset: inout Int
    ) -> HTTPRequestEvent? {
        if remaining == 0 {
            state = .idle
            return .end
        }
        let length = min(remaining, input.count - offset)
        if length == 0 { return nil }
        state = .sized(remaining: remaining - length)
        offset += length
        return .body(offset - length..<offset)
    }
}
