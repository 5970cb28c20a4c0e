/// One element of a `Sec-WebSocket-Extensions` header (RFC 6455, section 9.1).
struct WebSocketExtensionOffer: Equatable {
    /// `name` or `name=value`; a quoted value is given without its quotes.
    struct Parameter: Equatable {
        let name: String
        let value: String?
    }

    let name: String
    let parameters: [Parameter]

    /// The offers in the client's order; nil when the header breaks the grammar, which the RFC answers
    /// by refusing the connection.
    static func parse(_ header: String) -> [WebSocketExtensionOffer]? {
        var header = header
        return header.withUTF8 { bytes in
            var scanner = HeaderScanner(bytes: UnsafeRawBufferPointer(bytes))
            return parseList(&scanner)
        }
    }

    private static func parseList(_ scanner: inout HeaderScanner) -> [WebSocketExtensionOffer]? {
        var offers: [WebSocketExtensionOffer] = []
        while true {
            // Empty elements are allowed in any HTTP list.
            while scanner.skip(",") {}
            if scanner.isAtEnd { return offers }
            guard let name = scanner.token() else { return nil }
            var parameters: [Parameter] = []
            while scanner.skip(";") {
                guard let parameter = parseParameter(&scanner) else { return nil }
                parameters.append(parameter)
            }
            offers.append(WebSocketExtensionOffer(name: name, parameters: parameters))
            guard scanner.isAt(",") || scanner.isAtEnd else { return nil }
        }
    }

    private static func parseParameter(_ scanner: inout HeaderScanner) -> Parameter? {
        guard let name = scanner.token() else { return nil }
        guard scanner.skip("=") else { return Parameter(name: name, value: nil) }
        guard let value = scanner.isAt("\"") ? scanner.quotedToken() : scanner.token() else { return nil }
        return Parameter(name: name, value: value)
    }
}
