/// HTTP requests: they are the same however the input was cut, none has a body of two lengths, no limit is
/// passed, and what a head says can be asked for.
enum HTTPFuzz: FuzzTarget {
    /// Small enough that the fuzzer reaches every bound.
    private static let limits = HTTPLimits(
        requestLineBytes: 128, fieldBytes: 512, fieldCount: 12, bodyBytes: 600, chunkExtensionBytes: 32,
        trailerBytes: 64)

    private static let router: HTTPRouter<Int> = {
        var router = HTTPRouter<Int>()
        for (index, pattern) in ["/", "/a", "/a/{b}", "/{a}/b", "/{a}/{b}/{c}"].enumerated() {
            do {
                try router.add(index % 2 == 0 ? .get : .post, pattern, index)
            } catch {
                preconditionFailure("\(error)")
            }
        }
        return router
    }()

    static func run(_ input: UnsafeRawBufferPointer) {
        let whole = read { input.withCopy($0) }
        precondition(read(input.inTwo) == whole, "cut in two, the requests are others")
        if input.count <= 256, whole.hash & 7 == 0 {
            precondition(read(input.inBytes) == whole, "byte by byte, the requests are others")
        }
    }

    /// Reads the pieces as one connection.
    private static func read(_ pieces: ((UnsafeMutableRawBufferPointer) -> Void) -> Void) -> Transcript {
        var parser = HTTPRequestParser(limits: limits)
        var transcript = Transcript()
        var bodyBytes = 0
        pieces { piece in
            var offset = 0
            while !transcript.isOver,
                let event = parser.next(Span(_unsafeBytes: UnsafeRawBufferPointer(piece)), from: &offset)
            {
                precondition(offset <= piece.count, "read past the input")
                switch event {
                case .head: bodyBytes = 0
                case .body(let range): bodyBytes += range.count
                case .end: precondition(parser.isIdle, "a request under way after its end")
                case .failure: break
                }
                precondition(bodyBytes <= limits.bodyBytes, "too large a body")
                note(event, of: UnsafeRawBufferPointer(piece), in: &transcript)
            }
            precondition(transcript.isOver || offset == piece.count, "stopped before the end of the input")
        }
        return transcript
    }

    private static func note(
        _ event: HTTPRequestEvent, of input: UnsafeRawBufferPointer, in transcript: inout Transcript
    ) {
        switch event {
        case .head(let head):
            check(head)
            route(head)
            transcript.add(1)
            note(head, in: &transcript)
        case .body(let range):
            precondition(!range.isEmpty, "a body event without bytes")
            transcript.add(UnsafeRawBufferPointer(rebasing: input[range]))
        case .end:
            transcript.add(2)
        case .failure(let failure):
            transcript.add(failure.rawValue)
            transcript.isOver = true
        }
    }

    private static func note(_ head: HTTPRequestHead, in transcript: inout Transcript) {
        for text in [head.methodName, head.path, head.query, head.host] {
            text?.withUnsafeBytes { transcript.add($0) }
            transcript.add(text == nil ? 3 : 4)
        }
        for field in head.fields {
            field.name.withUnsafeBytes { transcript.add($0) }
            transcript.add(UInt8(ascii: ":"))
            field.value.withUnsafeBytes { transcript.add($0) }
            transcript.add(UInt8(ascii: "\n"))
        }
        transcript.add(head.version.rawValue)
        transcript.add(head.keepAlive ? 1 : 0)
        transcript.add(head.expectsContinue ? 1 : 0)
        switch head.body {
        case .none: transcript.add(-1)
        case .sized(let length): transcript.add(length)
        case .chunked: transcript.add(-2)
        }
    }

    /// What the server asks of a head, whatever is in it.
    private static func route(_ head: HTTPRequestHead) {
        _ = head.hasToken("upgrade", in: "connection")
        _ = head.header("if-none-match")?.withUnsafeBytes { HTTPEntityTags.list($0, contains: "\"a\"") }
        switch router.match(head.method, path: head.path) {
        case .found(let endpoint, let parameters):
            for name in router.routes[endpoint].parameters {
                precondition(parameters[name] != nil, "a parameter of the route that can't be read")
            }
        case .options(let allowed), .methodNotAllowed(let allowed):
            precondition(!allowed.contains(head.method) || head.method == .options, "allowed and not found")
        case .notFound, .malformedPath:
            break
        }
    }

    /// What a proxy in front could understand differently must not be there.
    private static func check(_ head: HTTPRequestHead) {
        let lengths = head.headers("content-length").count
        let codings = head.headers("transfer-encoding").count
        switch head.body {
        case .none: precondition(codings == 0 && lengths <= 1, "a body that is not read")
        case .sized(let length):
            precondition(codings == 0 && lengths == 1, "a sized body of several lengths")
            precondition((0...limits.bodyBytes).contains(length), "a body over the limit")
        case .chunked: precondition(lengths == 0, "a chunked body with a length")
        }
        precondition(head.version == .http10 || head.host != nil, "a request for nobody")
        precondition(head.fields.count <= limits.fieldCount, "more fields than allowed")
        for field in head.fields {
            precondition(!field.name.isEmpty, "a field without a name")
            let isClean = field.value.withUnsafeBytes { value in
                value.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == UInt8(ascii: "\t") }
            }
            precondition(isClean, "a control character in a field")
        }
    }
}
