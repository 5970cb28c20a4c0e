/// Reads a request's head line by line.
///
/// It is given whole lines and remembers positions only, so it does not matter whether the lines lie in a
/// socket's read buffer or in bytes kept from several reads.
struct HTTPHeadParser: Sendable {
    /// What a line was.
    enum Outcome {
        /// An empty line before the request line: nothing has begun yet.
        case emptyLine
        case needsMore
        /// The empty line that ends the head, and what follows it.
        case complete(HTTPBodyLength)
    }

    private var requestLine: HTTPRequestLine?
    private var fields: [HTTPField] = []
    private var fieldBytes = 0
    private var framing = HTTPFraming()

    /// As many fields as a browser's upgrade has, and a few more, fit without growing the table again.
    private static let usualFieldCount = 20

    /// How long the next line may be, its line end counted.
    func lineBudget(_ limits: HTTPLimits) -> Int {
        requestLine == nil ? limits.requestLineBytes : limits.fieldBytes - fieldBytes
    }

    /// What it means when the next line does not end within its budget.
    var overlongLine: HTTPParseFailure {
        requestLine == nil ? .requestLineTooLong : .fieldsTooLarge
    }

    /// Takes the next line, whose last byte is a line feed; the range counts from the beginning of the head.
    mutating func take(
        _ line: Range<Int>, of head: UnsafeRawBufferPointer, limits: HTTPLimits
    ) throws(HTTPParseFailure) -> Outcome {
        let end = line.upperBound - 2
        guard end >= line.lowerBound, head[end] == HTTPGrammar.carriageReturn else { throw .bareLineFeed }
        let content = line.lowerBound..<end

        guard let requestLine else {
            if content.isEmpty { return .emptyLine }
            self.requestLine = try HTTPRequestLine(content, of: head)
            return .needsMore
        }
        fieldBytes += line.count
        if content.isEmpty {
            return .complete(try framing.bodyLength(version: requestLine.version, limits: limits))
        }
        if fields.count == limits.fieldCount { throw .tooManyFields }
        if fields.isEmpty { fields.reserveCapacity(min(Self.usualFieldCount, limits.fieldCount)) }
        let field = try HTTPField(content, of: head)
        try framing.take(field, of: head)
        fields.append(field)
        return .needsMore
    }

    /// The head, once `take` has said that it is complete; `bytes` are all bytes of the lines taken.
    consuming func head(_ bytes: [UInt8], body: HTTPBodyLength) -> HTTPRequestHead {
        guard let requestLine else { preconditionFailure("there is no request line yet") }
        return HTTPRequestHead(bytes: bytes, line: requestLine, fields: fields, framing: framing, body: body)
    }
}
