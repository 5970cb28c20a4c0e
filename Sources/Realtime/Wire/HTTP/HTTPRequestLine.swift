/// The first line of a request: a method, a target and a version, as positions in the head.
struct HTTPRequestLine: Equatable, Sendable {
    /// The forms of a target (RFC 9112, 3.2) that are served. The fourth, the authority of CONNECT, is
    /// refused with 501.
    enum TargetForm: UInt8, Sendable {
        /// `/path?query`
        case origin
        /// `http://host/path?query`, as a proxy would be asked, which every server must take.
        case absolute
        /// `*`, for OPTIONS about the server as a whole.
        case asterisk
    }

    let method: HTTPMethod
    let version: HTTPVersion
    let form: TargetForm
    /// The method's name, which only `.other` does not tell already.
    let methodName: HTTPRange
    /// From the first slash up to the query. Empty for an absolute target without a path, which means `/`.
    let path: HTTPRange
    /// What follows the question mark, where there is one.
    let query: HTTPRange?
    /// Host and port of an absolute target.
    let authority: HTTPRange?

    /// Reads a line without its line end.
    ///
    /// Its parts are separated by exactly one space: a server that splits more generously may see another
    /// target than the proxy before it.
    init(_ line: Range<Int>, of head: UnsafeRawBufferPointer) throws(HTTPParseFailure) {
        let space = UInt8(ascii: " ")
        guard let methodEnd = head.position(of: space, in: line),
            let targetEnd = head.position(of: space, in: methodEnd + 1..<line.upperBound)
        else { throw .malformedRequestLine }

        let method = UnsafeRawBufferPointer(rebasing: head[line.lowerBound..<methodEnd])
        guard HTTPGrammar.isToken(method) else { throw .invalidMethod }
        self.methodName = HTTPRange(line.lowerBound..<methodEnd)
        self.method = HTTPMethod(method)
        self.version = try Self.version(
            UnsafeRawBufferPointer(rebasing: head[targetEnd + 1..<line.upperBound]))
        if method.equals("CONNECT") { throw .connectNotSupported }

        let target = methodEnd + 1..<targetEnd
        for position in target where !HTTPGrammar.isTarget(head[position]) { throw .invalidTarget }
        let pathStart: Int
        if target.isEmpty {
            throw .invalidTarget
        } else if head[target.lowerBound] == UInt8(ascii: "/") {
            form = .origin
            authority = nil
            pathStart = target.lowerBound
        } else if target.count == 1, head[target.lowerBound] == UInt8(ascii: "*"), self.method == .options {
            form = .asterisk
            authority = nil
            pathStart = target.lowerBound
        } else {
            let host = try Self.authority(in: target, of: head)
            form = .absolute
            authority = HTTPRange(host)
            pathStart = host.upperBound
        }
        let question = head.position(of: UInt8(ascii: "?"), in: pathStart..<target.upperBound)
        path = HTTPRange(pathStart..<(question ?? target.upperBound))
        query = question.map { HTTPRange($0 + 1..<target.upperBound) }
    }

    private static func version(_ text: UnsafeRawBufferPointer) throws(HTTPParseFailure) -> HTTPVersion {
        if text.equals("HTTP/1.1") { return .http11 }
        if text.equals("HTTP/1.0") { return .http10 }
        guard text.count == 8, UnsafeRawBufferPointer(rebasing: text[..<5]).equals("HTTP/"),
            HTTPGrammar.isDigit(text[5]), text[6] == UInt8(ascii: "."), HTTPGrammar.isDigit(text[7])
        else { throw .malformedVersion }
        throw .unsupportedVersion
    }

    /// The host and port of an absolute target. User information has no place in a request and would only
    /// help to disguise a host.
    private static func authority(
        in target: Range<Int>, of head: UnsafeRawBufferPointer
    ) throws(HTTPParseFailure) -> Range<Int> {
        let text = UnsafeRawBufferPointer(rebasing: head[target])
        let schemes: [StaticString] = ["http://", "https://"]
        for scheme in schemes {
            let length = scheme.utf8CodeUnitCount
            guard text.count > length,
                UnsafeRawBufferPointer(rebasing: text[..<length]).equalsIgnoringCase(scheme)
            else { continue }
            let end =
                text[length...].firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
                ?? text.count
            guard HTTPGrammar.isHost(UnsafeRawBufferPointer(rebasing: text[length..<end])) else {
                throw .invalidTarget
            }
            return target.lowerBound + length..<target.lowerBound + end
        }
        throw .invalidTarget
    }
}
