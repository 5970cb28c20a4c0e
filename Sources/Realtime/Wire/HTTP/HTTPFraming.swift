/// What follows a request's head.
enum HTTPBodyLength: Equatable, Sendable {
    case none
    case sized(Int)
    case chunked
}

/// What the fields say about the message itself: whose it is, where it ends, and what the connection does
/// after it. Two readings of the same bytes are how requests are smuggled, so whatever could be read in two
/// ways is refused here.
struct HTTPFraming: Sendable {
    private(set) var host: HTTPRange?
    private(set) var contentLength: Int?
    private(set) var isChunked = false
    private(set) var expectsContinue = false
    private var saysClose = false
    private var saysKeepAlive = false

    /// Takes note of a field if it is one of those that count here.
    ///
    /// Names are told apart by length first; most fields need no comparison at all.
    mutating func take(_ field: HTTPField, of head: UnsafeRawBufferPointer) throws(HTTPParseFailure) {
        let name = UnsafeRawBufferPointer(rebasing: head[field.name.range])
        switch name.count {
        case 4 where name.equalsIgnoringCase("host"):
            try takeHost(field.value, of: head)
        case 6 where name.equalsIgnoringCase("expect"):
            let value = UnsafeRawBufferPointer(rebasing: head[field.value.range])
            if value.equalsIgnoringCase("100-continue") { expectsContinue = true }
        case 10 where name.equalsIgnoringCase("connection"):
            takeConnection(UnsafeRawBufferPointer(rebasing: head[field.value.range]))
        case 14 where name.equalsIgnoringCase("content-length"):
            try takeContentLength(UnsafeRawBufferPointer(rebasing: head[field.value.range]))
        case 17 where name.equalsIgnoringCase("transfer-encoding"):
            try takeTransferEncoding(UnsafeRawBufferPointer(rebasing: head[field.value.range]))
        default:
            break
        }
    }

    /// Where the message ends, once all fields are known.
    func bodyLength(version: HTTPVersion, limits: HTTPLimits) throws(HTTPParseFailure) -> HTTPBodyLength {
        if version == .http11, host == nil { throw .missingHost }
        if isChunked {
            if contentLength != nil { throw .contentLengthWithTransferEncoding }
            if version == .http10 { throw .transferEncodingInOldVersion }
            return .chunked
        }
        guard let contentLength, contentLength > 0 else { return .none }
        if contentLength > limits.bodyBytes { throw .bodyTooLarge }
        return .sized(contentLength)
    }

    /// Whether the client wants to send more on this connection.
    func keepAlive(version: HTTPVersion) -> Bool {
        switch version {
        case .http10: saysKeepAlive && !saysClose
        case .http11: !saysClose
        }
    }

    private mutating func takeHost(
        _ value: HTTPRange, of head: UnsafeRawBufferPointer
    ) throws(HTTPParseFailure) {
        if host != nil { throw .repeatedHost }
        guard HTTPGrammar.isHost(UnsafeRawBufferPointer(rebasing: head[value.range])) else {
            throw .invalidHost
        }
        host = value
    }

    private mutating func takeConnection(_ value: UnsafeRawBufferPointer) {
        _ = value.containsListElement { option in
            saysClose = saysClose || option.equalsIgnoringCase("close")
            saysKeepAlive = saysKeepAlive || option.equalsIgnoringCase("keep-alive")
            return false
        }
    }

    /// Digits only. A list of equal lengths, or the field twice with the same length, could be repaired;
    /// no client sends them, so they are refused.
    private mutating func takeContentLength(_ value: UnsafeRawBufferPointer) throws(HTTPParseFailure) {
        if contentLength != nil { throw .repeatedContentLength }
        guard !value.isEmpty else { throw .invalidContentLength }
        var length = 0
        for byte in value {
            guard HTTPGrammar.isDigit(byte) else { throw .invalidContentLength }
            let (tenfold, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, carry) = tenfold.addingReportingOverflow(Int(byte - 0x30))
            if overflow || carry { throw .invalidContentLength }
            length = sum
        }
        contentLength = length
    }

    /// Exactly `chunked`, in one field. Another coding on the way to `chunked` is merely unknown here; but
    /// `chunked` twice, or before another coding, leaves the end of the message open.
    private mutating func takeTransferEncoding(_ value: UnsafeRawBufferPointer) throws(HTTPParseFailure) {
        if isChunked { throw .malformedTransferEncoding }
        if value.equalsIgnoringCase("chunked") {
            isChunked = true
            return
        }
        var codings = 0
        var timesChunked = 0
        var endsChunked = false
        _ = value.containsListElement { coding in
            codings += 1
            endsChunked = coding.equalsIgnoringCase("chunked")
            if endsChunked { timesChunked += 1 }
            return false
        }
        let isFramed = timesChunked == 0 ? codings > 0 : codings > 1 && timesChunked == 1 && endsChunked
        throw isFramed ? .unsupportedTransferEncoding : .malformedTransferEncoding
    }
}
