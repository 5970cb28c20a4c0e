import FoundationEssentials
import HTTPClient

extension RealtimeClientError {
    /// What a request without a response means for the call.
    init(_ error: HTTPClientError) {
        let (code, isWorthRetrying): (Code, Bool) =
            switch error.code {
            case .badURL: (.badURL, false)
            // The only header that is not this library's own is the token's.
            case .badHeader: (.noToken, false)
            case .overloaded: (.overloaded, true)
            case .cannotConnect: (.unreachable, true)
            case .untrustedServer: (.untrustedServer, false)
            case .timedOut: (.timedOut, true)
            case .cancelled, .closed: (.cancelled, false)
            case .connectionLost: (.connectionLost, true)
            case .badResponse, .responseTooLarge: (.badAnswer, false)
            }
        self.init(
            code, error.detail, isWorthRetrying: isWorthRetrying, mayHaveHappened: error.mayHaveArrived)
    }

    /// What a response that is no success means for the call.
    init(_ response: HTTPClient.Response) {
        struct Body: Decodable {
            struct Refusal: Decodable {
                let code: String
                let message: String
            }
            let error: Refusal
        }
        // A gateway that says these has not heard an answer; a server that says them does not mean it for ever.
        let isPassing = [429, 502, 503, 504].contains(response.status)
        let refusal = (try? JSONDecoder().decode(Body.self, from: Data(response.body)))?.error
        self.init(
            refusal.map { Code(rawValue: $0.code) } ?? .badAnswer,
            refusal.map { String($0.message.prefix(500)) } ?? "the answer is not one of this API",
            status: response.status, retryAfter: Self.pause(asked: response.headers["Retry-After"]),
            isWorthRetrying: isPassing, mayHaveHappened: response.status < 400 || response.status >= 500)
    }

    /// Reads `Retry-After` in seconds. A date is not honoured: it would depend on two clocks.
    private static func pause(asked text: String?) -> Duration? {
        guard let text, text.utf8.count < 8, let seconds = UInt32(text) else { return nil }
        return .seconds(Int64(seconds))
    }
}
