/// The parts of an HTTP request that decide whether it becomes a WebSocket. Where a header is repeated its
/// values are joined by commas, as HTTP has it; nil is a header that is not there.
struct WebSocketUpgradeRequest {
    var method: String
    /// Whether the version is HTTP/1.1; an upgrade does not exist before it.
    var isHTTP11: Bool
    /// Whether the list in `Upgrade` has `websocket`, in any case.
    var upgradeNamesWebSocket: Bool
    /// Whether the list in `Connection` has `upgrade`, in any case.
    var connectionNamesUpgrade: Bool
    var key: String?
    var version: String?
    var protocols: String?
    var extensions: String?
}

/// A request that is no proper upgrade, and what to answer.
struct WebSocketRejection: Error, Equatable {
    /// One header field of the answer.
    struct Header: Equatable {
        let name: StaticString
        let value: StaticString

        static func == (left: Header, right: Header) -> Bool {
            left.name.description == right.name.description
                && left.value.description == right.value.description
        }
    }

    let status: Int
    let message: String
    /// What the answer has to say besides, so that the client can do better.
    var headers: [Header] = []
}

/// An upgrade that was granted.
struct WebSocketUpgrade: Equatable {
    /// Proof that the server read the key: 28 characters.
    let acceptKey: String
    /// The one that both sides speak, where the client named any.
    let subprotocol: String?
    /// Nil where messages are not compressed.
    let deflate: WebSocketDeflateParameters?

    /// Appends the whole answer, after which the connection speaks WebSocket.
    func appendResponse(to output: inout ByteBuffer) {
        output.append("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        output.append("Sec-WebSocket-Accept: " as StaticString)
        output.append(acceptKey)
        if let subprotocol {
            output.append("\r\nSec-WebSocket-Protocol: " as StaticString)
            output.append(subprotocol)
        }
        if let deflate {
            output.append("\r\nSec-WebSocket-Extensions: " as StaticString)
            output.append(deflate.headerValue)
        }
        output.append("\r\n\r\n" as StaticString)
    }
}

/// The opening handshake (RFC 6455, section 4.2): judges a request that asks for an upgrade.
struct WebSocketHandshake: Sendable {
    /// The subprotocols that the server speaks. The client's order of preference decides between them.
    var subprotocols: [String] = []
    /// Nil turns compression off.
    var deflate: WebSocketDeflateConfiguration? = WebSocketDeflateConfiguration()

    func evaluate(_ request: WebSocketUpgradeRequest) throws(WebSocketRejection) -> WebSocketUpgrade {
        guard request.method == "GET" else {
            throw WebSocketRejection(
                status: 405, message: "a WebSocket begins with GET",
                headers: [.init(name: "Allow", value: "GET")])
        }
        guard request.isHTTP11 else {
            throw WebSocketRejection(status: 400, message: "a WebSocket needs HTTP/1.1")
        }
        let upgrade = WebSocketRejection.Header(name: "Upgrade", value: "websocket")
        guard request.upgradeNamesWebSocket else {
            throw WebSocketRejection(
                status: 426, message: "this address speaks WebSocket only", headers: [upgrade])
        }
        guard request.connectionNamesUpgrade else {
            throw WebSocketRejection(status: 400, message: "the Connection header does not name Upgrade")
        }
        guard request.version == "13" else {
            throw WebSocketRejection(
                status: 426, message: "this server speaks WebSocket version 13",
                headers: [upgrade, .init(name: "Sec-WebSocket-Version", value: "13")])
        }
        guard let key = request.key, Self.isKey(key) else {
            throw WebSocketRejection(
                status: 400, message: "Sec-WebSocket-Key is not 16 bytes in base64")
        }
        return WebSocketUpgrade(
            acceptKey: Self.acceptKey(for: key), subprotocol: try selectSubprotocol(request.protocols),
            deflate: try negotiateDeflate(request.extensions))
    }

    /// The key with the RFC's own suffix, hashed: what a server that knows WebSocket answers to it.
    static func acceptKey(for key: String) -> String {
        var text = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        let digest = text.withUTF8 { SHA1.digest(of: UnsafeRawBufferPointer($0)) }
        var encoded = ByteBuffer(capacity: 28)
        digest.span.withUnsafeBytes { Base64.append($0, to: &encoded) }
        return String(decoding: encoded.unsafeBytes, as: UTF8.self)
    }

    /// 16 bytes in base64 are 22 digits and two of padding. The four bits that the last digit has too
    /// many may be anything: some clients pick 22 digits at random.
    private static func isKey(_ key: String) -> Bool {
        var key = key
        return key.withUTF8 { bytes in
            bytes.count == 24 && bytes[22] == UInt8(ascii: "=") && bytes[23] == UInt8(ascii: "=")
                && bytes[..<22].allSatisfy(Base64.isDigit)
        }
    }

    /// The first of the client's subprotocols that this server speaks. None in common is no error: the
    /// answer then names none, and the client decides.
    private func selectSubprotocol(_ header: String?) throws(WebSocketRejection) -> String? {
        guard var header else { return nil }
        let offered: [String]? = header.withUTF8 { bytes in
            var scanner = HeaderScanner(bytes: UnsafeRawBufferPointer(bytes))
            return scanner.tokenList()
        }
        guard let offered else {
            throw WebSocketRejection(status: 400, message: "Sec-WebSocket-Protocol is malformed")
        }
        return offered.first(where: subprotocols.contains)
    }

    /// The first offer of compression that can be kept.
    private func negotiateDeflate(
        _ header: String?
    ) throws(WebSocketRejection) -> WebSocketDeflateParameters? {
        guard let header else { return nil }
        guard let offers = WebSocketExtensionOffer.parse(header) else {
            throw WebSocketRejection(status: 400, message: "Sec-WebSocket-Extensions is malformed")
        }
        guard let deflate else { return nil }
        for offer in offers {
            if let accepted = WebSocketDeflateParameters(accepting: offer, with: deflate) { return accepted }
        }
        return nil
    }
}
