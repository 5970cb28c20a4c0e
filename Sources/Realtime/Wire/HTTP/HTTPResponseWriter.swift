/// Writes the answer to one request, framed so that this client understands where it ends.
struct HTTPResponseWriter: Sendable {
    private let isHead: Bool
    private let isOld: Bool
    private let keepAlive: Bool
    private let date: HTTPDate

    /// - Parameters:
    ///   - request: the head of the request; nil when it could not be read, and then the connection ends.
    ///   - closes: whether the connection ends after the answer although the client would keep it.
    init(answering request: HTTPRequestHead?, closes: Bool = false, date: HTTPDate) {
        isHead = request?.method == .head
        isOld = request?.version == .http10
        keepAlive = !closes && (request?.keepAlive ?? false)
        self.date = date
    }

    /// Whether the connection ends after this answer: the head says so too.
    func endsConnection(after response: HTTPResponse) -> Bool {
        !keepAlive || response.closesConnection || framing(of: response) == .untilClose
    }

    /// Appends a whole answer whose body is known.
    func append(_ response: HTTPResponse, to output: inout ByteBuffer) {
        var body = appendHead(response, to: &output)
        switch response.body {
        case .none: break
        case .bytes(let bytes): bytes.withUnsafeBytes { body.append($0, to: &output) }
        case .shared(let bytes): bytes.withUnsafeBytes { body.append($0, to: &output) }
        case .streamed: preconditionFailure("a streamed body is not known yet")
        }
        body.appendEnd(to: &output)
    }

    /// Appends the head of an answer; the result takes the body.
    func appendHead(_ response: HTTPResponse, to output: inout ByteBuffer) -> HTTPBodyWriter {
        output.append("HTTP/1.1 " as StaticString)
        output.append(decimal: response.status.code)
        output.append(UInt8(ascii: " "))
        output.append(response.status.reason)
        output.append("\r\nDate: " as StaticString)
        date.append(to: &output)
        output.append("\r\n" as StaticString)
        for field in response.fields {
            output.append(field.name)
            output.append(": " as StaticString)
            output.append(field.value)
            output.append("\r\n" as StaticString)
        }
        appendConnection(response, to: &output)
        let framing = framing(of: response)
        switch framing {
        case .nothing, .untilClose:
            break
        case .sized(let length):
            output.append("Content-Length: " as StaticString)
            output.append(decimal: length)
            output.append("\r\n" as StaticString)
        case .chunked:
            output.append("Transfer-Encoding: chunked\r\n" as StaticString)
        }
        output.append("\r\n" as StaticString)
        return HTTPBodyWriter(framing, isLeftOut: isHead)
    }

    /// Appends the go-ahead for a client that waits with its body.
    static func appendContinue(to output: inout ByteBuffer) {
        output.append("HTTP/1.1 100 Continue\r\n\r\n" as StaticString)
    }

    /// A client before HTTP/1.1 does not know chunks; it reads until the connection ends.
    private func framing(of response: HTTPResponse) -> HTTPBodyWriter.Framing {
        if response.status.forbidsBody { return .nothing }
        return switch response.body {
        case .none: .sized(0)
        case .bytes(let bytes): .sized(bytes.count)
        case .shared(let bytes): .sized(bytes.count)
        case .streamed(let length?): .sized(length)
        case .streamed(nil): isOld ? .untilClose : .chunked
        }
    }

    /// Says what the connection does next, where that is not what the client takes for granted. `Upgrade`
    /// concerns the connection, so an answer that has it (426) names it here too.
    private func appendConnection(_ response: HTTPResponse, to output: inout ByteBuffer) {
        let ends = endsConnection(after: response)
        let upgrades = response.hasField("upgrade")
        guard ends || upgrades || isOld else { return }
        output.append("Connection: " as StaticString)
        if upgrades { output.append("upgrade, " as StaticString) }
        output.append(ends ? "close" : "keep-alive" as StaticString)
        output.append("\r\n" as StaticString)
    }
}

/// Takes a body, all at once or in pieces, and frames it as its head has announced.
struct HTTPBodyWriter: Sendable {
    /// How the client finds the end of the body.
    enum Framing: Equatable, Sendable {
        case nothing
        /// So many bytes, as long as they have not been written.
        case sized(Int)
        case chunked
        case untilClose
    }

    private var framing: Framing

    /// - Parameter isLeftOut: the answer is to HEAD, which has the head of an answer to GET and no body.
    init(_ framing: Framing, isLeftOut: Bool) {
        self.framing = isLeftOut ? .nothing : framing
    }

    /// Whether the body is sent at all. Where it is not, its bytes need not be made.
    var isSent: Bool {
        framing != .nothing
    }

    /// Appends a piece of the body. An empty one adds nothing: as a chunk it would be the end.
    mutating func append(_ bytes: UnsafeRawBufferPointer, to output: inout ByteBuffer) {
        if bytes.isEmpty { return }
        switch framing {
        case .nothing:
            return
        case .sized(let remaining):
            precondition(bytes.count <= remaining, "the body is longer than its head has said")
            framing = .sized(remaining - bytes.count)
            output.append(bytes)
        case .chunked:
            output.append(hexadecimal: bytes.count)
            output.append("\r\n" as StaticString)
            output.append(bytes)
            output.append("\r\n" as StaticString)
        case .untilClose:
            output.append(bytes)
        }
    }

    /// Ends the body; nothing may be appended afterwards.
    mutating func appendEnd(to output: inout ByteBuffer) {
        switch framing {
        case .nothing, .untilClose: break
        case .sized(let remaining): precondition(remaining == 0, "the body is shorter than its head has said")
        case .chunked: output.append("0\r\n\r\n" as StaticString)
        }
        framing = .nothing
    }
}

extension ByteBuffer {
    fileprivate mutating func append(hexadecimal value: Int) {
        let digits: StaticString = "0123456789abcdef"
        let length = max(1, (Int.bitWidth - value.leadingZeroBitCount + 3) / 4)
        for position in (0..<length).reversed() {
            append(digits.utf8Start[value >> (position * 4) & 0xF])
        }
    }
}
