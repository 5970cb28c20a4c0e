extension HTTPClient {
    /// What a request wants done.
    public enum Method: String, Sendable {
        /// Asks for something.
        case get = "GET"
        /// Hands something over.
        case post = "POST"
        /// Puts something in its place.
        case put = "PUT"
        /// Takes something away.
        case delete = "DELETE"
    }

    /// One request.
    public struct Request: Sendable {
        /// What it wants done.
        public var method: Method
        /// Where it goes: `http://…` or `https://…`, in ASCII, other characters percent-encoded.
        public var url: String
        /// The headers beside those that the client sets itself.
        public var headers: Headers
        /// What it hands over.
        public var body: [UInt8]?
        /// How long it may take in all, where this is not what the settings say.
        public var timeout: Duration?

        /// Makes a request.
        public init(
            _ method: Method, _ url: String, headers: Headers = [:], body: [UInt8]? = nil,
            timeout: Duration? = nil
        ) {
            self.method = method
            self.url = url
            self.headers = headers
            self.body = body
            self.timeout = timeout
        }

        /// Refuses what must not be sent.
        func check() throws(HTTPClientError) {
            let scheme = url.utf8.prefix { $0 != UInt8(ascii: ":") }
            let rest = url.utf8.dropFirst(scheme.count)
            guard ["http", "https"].contains(String(Substring(scheme)).lowercased()),
                rest.starts(with: "://".utf8), rest.count > 3, rest.allSatisfy({ (0x21...0x7E).contains($0) })
            else {
                throw HTTPClientError(.badURL, "the address is not one of http or https")
            }
            try headers.check()
        }
    }

    /// What came back, whatever its status.
    public struct Response: Sendable {
        /// The status, as in 200. That of a redirect too: none is followed.
        public let status: Int
        /// The headers.
        public let headers: Headers
        /// The whole body.
        public let body: [UInt8]
    }
}
