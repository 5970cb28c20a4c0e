/// A request's line and fields, checked. It owns one copy of their bytes; everything else is positions.
struct HTTPRequestHead: Sendable {
    private let bytes: [UInt8]
    private let line: HTTPRequestLine
    private let fieldTable: [HTTPField]
    private let hostRange: HTTPRange?

    /// What follows the head.
    let body: HTTPBodyLength
    /// Whether the client wants to send more on this connection.
    let keepAlive: Bool
    /// Whether the client waits for `100 Continue` before it sends the body.
    let expectsContinue: Bool

    init(
        bytes: [UInt8], line: HTTPRequestLine, fields: [HTTPField], framing: HTTPFraming, body: HTTPBodyLength
    ) {
        self.bytes = bytes
        self.line = line
        self.fieldTable = fields
        self.body = body
        hostRange = line.authority ?? framing.host
        keepAlive = framing.keepAlive(version: line.version)
        expectsContinue = framing.expectsContinue && line.version == .http11 && body != .none
    }

    var method: HTTPMethod { line.method }
    /// The method as it was written, for `.other`.
    var methodName: HTTPSlice { slice(line.methodName) }
    var version: HTTPVersion { line.version }
    var targetForm: HTTPRequestLine.TargetForm { line.form }

    /// The target's path as it was written, escapes included: it begins with a slash, or is `*`.
    var path: HTTPSlice {
        line.path.count == 0 ? HTTPRequestHead.rootPath : slice(line.path)
    }

    /// What follows the target's question mark, as it was written.
    var query: HTTPSlice? { line.query.map { slice($0) } }

    /// Whom the request is for, host and port: the target's own authority where it has one, as that is what
    /// counts, else the `Host` field.
    var host: HTTPSlice? { hostRange.map { slice($0) } }

    /// The value of the first field of this name, which is compared without regard to case.
    func header(_ name: StaticString) -> HTTPSlice? {
        bytes.withUnsafeBytes { bytes in
            fieldTable.first { $0.hasName(name, in: bytes) }
        }.map { slice($0.value) }
    }

    /// The values of all fields of this name, in the order in which they came.
    func headers(_ name: StaticString) -> [HTTPSlice] {
        bytes.withUnsafeBytes { bytes in
            fieldTable.filter { $0.hasName(name, in: bytes) }
        }.map { slice($0.value) }
    }

    /// Whether a comma-separated list, which may be spread over several fields, has this token; without
    /// regard to case.
    func hasToken(_ token: StaticString, in name: StaticString) -> Bool {
        bytes.withUnsafeBytes { bytes in
            fieldTable.contains { field in
                field.hasName(name, in: bytes)
                    && UnsafeRawBufferPointer(rebasing: bytes[field.value.range])
                        .containsListElement { $0.equalsIgnoringCase(token) }
            }
        }
    }

    /// All fields in the order in which they came, names as they were written.
    var fields: [(name: HTTPSlice, value: HTTPSlice)] {
        fieldTable.map { (slice($0.name), slice($0.value)) }
    }

    private func slice(_ range: HTTPRange) -> HTTPSlice {
        HTTPSlice(bytes, range)
    }

    private static let rootPath = HTTPSlice("/")
}

extension HTTPField {
    fileprivate func hasName(_ other: StaticString, in head: UnsafeRawBufferPointer) -> Bool {
        name.count == other.utf8CodeUnitCount
            && UnsafeRawBufferPointer(rebasing: head[name.range]).equalsIgnoringCase(other)
    }
}
