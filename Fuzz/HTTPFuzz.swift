/// Requests on a connection: cut in two, or byte by byte, they come out as when they arrive whole; what the
/// head says can be asked for; and no limit is passed.
enum HTTPFuzz: FuzzTarget {
    private static let limits = HTTPLimits(
        requestLineBytes: 512, fieldBytes: 1024, fieldCount: 16, bodyBytes: 512, chunkExtensionBytes: 64,
        trailerBytes: 128)

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
        let whole = outcome(of: input, cutAt: [])
        precondition(outcome(of: input, cutAt: [input.cut]) == whole, "another outcome when cut in two")
        precondition(
            outcome(of: input, cutAt: Array(0..<input.count)) == whole, "another outcome byte by byte")
    }

    /// A digest of all events; of the bodies it holds the bytes, not the cuts.
    private static func outcome(of input: UnsafeRawBufferPointer, cutAt cuts: [Int]) -> [String] {
        var parser = HTTPRequestParser(limits: limits)
        var outcome: [String] = []
        var bodyBytes = 0
        var unread: [UInt8] = []
        var start = 0
        for cut in cuts + [input.count] {
            unread += input[start..<cut]
            start = cut
            var offset = 0
            while let event = parser.next(unread.span, from: &offset) {
                precondition(offset <= unread.count, "more consumed than there was")
                switch event {
                case .head(let head):
                    precondition(head.fields.count <= limits.fieldCount, "too many fields")
                    outcome.append(describe(head))
                    bodyBytes = 0
                case .body(let range):
                    precondition(!range.isEmpty && range.upperBound <= offset, "a body that is not there")
                    bodyBytes += range.count
                    precondition(bodyBytes <= limits.bodyBytes, "too large a body")
                    outcome += unread[range].map { String($0) }
                case .end:
                    precondition(parser.isIdle, "a request under way after its end")
                    outcome.append("end")
                case .failure(let failure):
                    outcome.append(failure.rawValue)
                    return outcome
                }
            }
            unread.removeFirst(offset)
        }
        return outcome
    }

    private static func describe(_ head: HTTPRequestHead) -> String {
        var text = "\(head.methodName) \(head.path) \(head.query?.string ?? "-") \(head.host?.string ?? "-")"
        text += " \(head.version) \(head.targetForm) \(head.body) \(head.keepAlive) \(head.expectsContinue)"
        for field in head.fields { text += "\n\(field.name):\(field.value)" }
        text += "\n\(head.hasToken("upgrade", in: "connection")) \(head.headers("a").count)"
        if let tags = head.header("if-none-match") {
            text += tags.withUnsafeBytes { " \(HTTPEntityTags.list($0, contains: "\"a\""))" }
        }
        switch router.match(head.method, path: head.path) {
        case .found(let endpoint, let parameters):
            text += "\n\(endpoint)"
            for name in router.routes[endpoint].parameters {
                precondition(parameters[name] != nil, "a parameter of the route that can't be read")
            }
        case .options(let allowed), .methodNotAllowed(let allowed):
            precondition(!allowed.contains(head.method) || head.method == .options, "allowed and not found")
        case .notFound, .malformedPath:
            break
        }
        return text
    }
}
