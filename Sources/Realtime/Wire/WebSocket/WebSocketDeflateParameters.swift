/// What the two sides agreed on for permessage-deflate (RFC 7692, section 7.1).
struct WebSocketDeflateParameters: Equatable, Sendable {
    /// Whether the server's messages refer to earlier ones, and the client's do. Each costs the server a
    /// stream per connection.
    var serverKeepsContext: Bool
    var clientKeepsContext: Bool
    /// Base-2 logarithms of how far back the server's messages refer, and the client's do.
    var serverWindowBits: Int
    var clientWindowBits: Int
    /// Whether the client asked for a limit of the server's window, so that the answer has to name one.
    private var namesServerWindow = false

    /// Negotiates one offer: nil means that this server declines it.
    ///
    /// Parameters that are unknown, given twice or have a wrong value decline the offer, as the RFC
    /// demands.
    init?(accepting offer: WebSocketExtensionOffer, with configuration: WebSocketDeflateConfiguration) {
        guard offer.name == "permessage-deflate" else { return nil }
        serverKeepsContext = configuration.serverKeepsContext
        clientKeepsContext = configuration.clientKeepsContext
        serverWindowBits = configuration.serverWindowBits
        clientWindowBits = 15

        var offeredClientWindow: Int?
        var seen: Set<String> = []
        for parameter in offer.parameters {
            guard seen.insert(parameter.name).inserted else { return nil }
            switch parameter.name {
            case "server_no_context_takeover":
                guard parameter.value == nil else { return nil }
                serverKeepsContext = false
            case "client_no_context_takeover":
                guard parameter.value == nil else { return nil }
                clientKeepsContext = false
            case "server_max_window_bits":
                // zlib has no raw window of 8 bits, so that offer can't be kept.
                guard let bits = Self.windowBits(parameter.value), bits > 8 else { return nil }
                serverWindowBits = min(serverWindowBits, bits)
                namesServerWindow = true
            case "client_max_window_bits":
                guard let bits = Self.windowBits(parameter.value ?? "15") else { return nil }
                offeredClientWindow = bits
            default:
                return nil
            }
        }
        // A client may be told to limit its window only if it offered that. And only a stream of its own
        // gains by it: the shared one has the largest anyway.
        if clientKeepsContext, let offeredClientWindow {
            clientWindowBits = min(offeredClientWindow, configuration.clientWindowBits)
        }
    }

    /// The parameters as the answer names them.
    var headerValue: String {
        var value = "permessage-deflate"
        if !serverKeepsContext { value += "; server_no_context_takeover" }
        if !clientKeepsContext { value += "; client_no_context_takeover" }
        if namesServerWindow || serverWindowBits < 15 {
            value += "; server_max_window_bits=\(serverWindowBits)"
        }
        if clientWindowBits < 15 { value += "; client_max_window_bits=\(clientWindowBits)" }
        return value
    }

    /// A decimal number from 8 to 15 without leading zeros.
    private static func windowBits(_ text: String?) -> Int? {
        switch text {
        case "8": 8
        case "9": 9
        case "10": 10
        case "11": 11
        case "12": 12
        case "13": 13
        case "14": 14
        case "15": 15
        default: nil
        }
    }
}

/// How a server is willing to compress.
struct WebSocketDeflateConfiguration: Equatable, Sendable {
    /// Whether to let messages refer to earlier ones, each way. Off by default: it makes small messages
    /// smaller, at up to 256 KiB for every connection that sends compressed and 40 KiB for every one
    /// that receives so.
    var serverKeepsContext = false
    var clientKeepsContext = false
    /// 9 to 15: the largest window for what the server sends, and for what a client with context sends.
    /// Smaller ones save memory where there is a stream per connection.
    var serverWindowBits = 15
    var clientWindowBits = 15
    var settings = MessageDeflater.Settings()
}
