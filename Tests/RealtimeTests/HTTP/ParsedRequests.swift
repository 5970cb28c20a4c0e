@testable import Realtime

/// What a parser made of some input, in a form that can be compared and read: bodies are joined, since
/// where they are cut depends on the reads.
enum ParsedEvent: Equatable {
    case head(String)
    case body([UInt8])
    case end
    case failure(HTTPParseFailure)
}

/// Gives a new parser the input cut at the given places, keeping what it did not consume as a connection
/// would, and returns all events.
func parse(_ input: [UInt8], cutAt cuts: [Int] = [], limits: HTTPLimits = HTTPLimits()) -> [ParsedEvent] {
    var parser = HTTPRequestParser(limits: limits)
    var events: [ParsedEvent] = []
    var unread: [UInt8] = []
    var start = 0
    for cut in cuts + [input.count] {
        unread += input[start..<cut]
        start = cut
        var offset = 0
        while let event = parser.next(unread.span, from: &offset) {
            switch event {
            case .head(let head):
                events.append(.head(describe(head)))
            case .body(let range):
                precondition(!range.isEmpty && range.upperBound <= offset, "a range of what was not consumed")
                if case .body(let bytes) = events.last {
                    events[events.count - 1] = .body(bytes + unread[range])
                } else {
                    events.append(.body(Array(unread[range])))
                }
            case .end:
                events.append(.end)
            case .failure(let failure):
                events.append(.failure(failure))
                return events
            }
        }
        unread.removeFirst(offset)
    }
    return events
}

func parse(_ text: String, limits: HTTPLimits = HTTPLimits()) -> [ParsedEvent] {
    parse(Array(text.utf8), limits: limits)
}

/// The failure that a text ends in, if it does.
func failure(_ text: String, limits: HTTPLimits = HTTPLimits()) -> HTTPParseFailure? {
    guard case .failure(let failure) = parse(text, limits: limits).last else { return nil }
    return failure
}

/// The head of a text that begins with a complete one.
func parseHead(_ text: String) -> HTTPRequestHead? {
    var parser = HTTPRequestParser(limits: HTTPLimits())
    var offset = 0
    guard case .head(let head) = parser.next(text.utf8.span, from: &offset) else { return nil }
    return head
}

/// Everything that a head says, one thing a line.
private func describe(_ head: HTTPRequestHead) -> String {
    var lines = [
        "\(head.methodName) \(head.method) \(head.version) \(head.targetForm)",
        "path \(head.path) query \(head.query?.string ?? "-") host \(head.host?.string ?? "-")",
        "body \(head.body) keepsAlive \(head.keepAlive) expectsContinue \(head.expectsContinue)",
    ]
    lines += head.fields.map { "\($0.name): \($0.value)" }
    return lines.joined(separator: "\n")
}

/// Requests that are fine, alone and in pipelines.
enum SampleRequests {
    static let browserUpgrade = """
        GET /ws?token=abc HTTP/1.1\r
        Host: 127.0.0.1:8765\r
        Connection: Upgrade\r
        Pragma: no-cache\r
        Cache-Control: no-cache\r
        User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0\r
        Upgrade: websocket\r
        Origin: http://127.0.0.1:8765\r
        Sec-WebSocket-Version: 13\r
        Accept-Encoding: gzip, deflate, br, zstd\r
        Accept-Language: en-GB,en;q=0.9\r
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
        Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r
        \r

        """
    static let sized = "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world"
    static let chunked =
        "PUT /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: Chunked\r\nExpect: 100-continue\r\n\r\n"
        + "5\r\nhello\r\n006;name=\"va lue\"\r\n world\r\n0\r\nTrailer-One: 1\r\nTwo:\r\n\r\n"
    static let old = "GET /old HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"
    static let absolute = "GET HTTP://example.org:80?x=1 HTTP/1.1\r\nHost: other\r\n\r\n"
    static let asterisk = "OPTIONS * HTTP/1.1\r\nHost: [::1]:80\r\n\r\n"

    static let all = [
        browserUpgrade, sized, chunked, old, absolute, asterisk,
        sized + chunked + old + browserUpgrade,
        "\r\n\r\n" + sized + "\r\n" + sized,
    ]
}
