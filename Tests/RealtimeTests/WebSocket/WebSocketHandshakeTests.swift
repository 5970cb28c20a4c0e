import Testing

@testable import Realtime

private func request(
    _ change: (inout WebSocketUpgradeRequest) -> Void = { _ in }
) -> WebSocketUpgradeRequest {
    var request = WebSocketUpgradeRequest(
        method: "GET", isHTTP11: true, upgradeNamesWebSocket: true, connectionNamesUpgrade: true,
        key: "dGhlIHNhbXBsZSBub25jZQ==", version: "13", protocols: nil, extensions: nil)
    change(&request)
    return request
}

private func rejection(_ change: (inout WebSocketUpgradeRequest) -> Void) -> WebSocketRejection? {
    do throws(WebSocketRejection) {
        _ = try WebSocketHandshake().evaluate(request(change))
        return nil
    } catch {
        return error
    }
}

@Suite("WebSocket opening handshake")
struct WebSocketHandshakeTests {
    @Test("the RFC's sample key gives the RFC's sample answer")
    func acceptKey() throws {
        let upgrade = try WebSocketHandshake().evaluate(request())
        #expect(upgrade.acceptKey == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
        #expect(upgrade.subprotocol == nil)
        #expect(upgrade.deflate == nil)
    }

    @Test("the answer is written whole")
    func response() throws {
        let handshake = WebSocketHandshake(subprotocols: ["realtime.v1"])
        let upgrade = try handshake.evaluate(
            request {
                $0.protocols = "realtime.v1, bearer.abc"
                $0.extensions = "permessage-deflate"
            })
        var buffer = ByteBuffer()
        upgrade.appendResponse(to: &buffer)
        #expect(
            String(decoding: buffer.array, as: UTF8.self) == """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                Sec-WebSocket-Protocol: realtime.v1\r
                Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; \
                client_no_context_takeover\r
                \r

                """)
    }

    @Test("another method than GET is 405")
    func method() {
        let rejection = rejection { $0.method = "POST" }
        #expect(rejection?.status == 405)
        #expect(rejection?.headers == [.init(name: "Allow", value: "GET")])
    }

    @Test("another version of HTTP, or no Connection: Upgrade, is 400")
    func basics() {
        #expect(rejection { $0.isHTTP11 = false }?.status == 400)
        #expect(rejection { $0.connectionNamesUpgrade = false }?.status == 400)
    }

    @Test("a request that does not ask for WebSocket is told to")
    func noUpgrade() {
        let rejection = rejection { $0.upgradeNamesWebSocket = false }
        #expect(rejection?.status == 426)
        #expect(rejection?.headers == [.init(name: "Upgrade", value: "websocket")])
    }

    @Test("another WebSocket version is told the right one", arguments: [nil, "8", "14", "013", "13, 8", ""])
    func version(value: String?) {
        let rejection = rejection { $0.version = value }
        #expect(rejection?.status == 426)
        #expect(rejection?.headers.contains(.init(name: "Sec-WebSocket-Version", value: "13")) == true)
    }

    @Test(
        "a key that is not 16 bytes in base64 is 400",
        arguments: [
            nil, "", "dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZQ===",
            "dGhlIHNhbXBsZSBub25jZWE=", "dGhlIHNhbXBsZSBub25jZ-==", "dGhlIHNhbXBsZSBub25j Q==",
            "dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==", "=GhlIHNhbXBsZSBub25jZQ==",
        ])
    func key(value: String?) {
        #expect(rejection { $0.key = value }?.status == 400)
    }

    @Test("the client's first subprotocol that the server speaks is selected")
    func subprotocols() throws {
        let handshake = WebSocketHandshake(subprotocols: ["a", "b"])
        #expect(try handshake.evaluate(request { $0.protocols = "x, b ,a" }).subprotocol == "b")
        #expect(try handshake.evaluate(request { $0.protocols = "x,,y" }).subprotocol == nil)
        #expect(try handshake.evaluate(request { $0.protocols = "A" }).subprotocol == nil)
        #expect(rejection { $0.protocols = "a b" }?.status == 400)
        #expect(rejection { $0.protocols = "a/b" }?.status == 400)
    }

    @Test(
        "a malformed extension header is 400",
        arguments: [
            "permessage-deflate;", "permessage-deflate; =1", "permessage-deflate; a=", "a b", ";a",
            "permessage-deflate; server_max_window_bits=\"10",
            "permessage-deflate; server_max_window_bits=\"\"",
            "a; b=\"c d\"", "a; b=\"c\\", "a; b=c=d", "a@b",
        ])
    func malformedExtensions(header: String) {
        #expect(rejection { $0.extensions = header }?.status == 400)
    }
}

@Suite("permessage-deflate: negotiation")
struct WebSocketDeflateNegotiationTests {
    private func answer(
        _ header: String, _ configuration: WebSocketDeflateConfiguration? = .init()
    ) throws -> String? {
        try WebSocketHandshake(deflate: configuration).evaluate(request { $0.extensions = header })
            .deflate?.headerValue
    }

    private let noContext = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    @Test(
        "by default neither side keeps context, asked or not",
        arguments: [
            "permessage-deflate", "permessage-deflate; client_max_window_bits",
            "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
            " permessage-deflate ;  client_max_window_bits = \"10\" ",
        ])
    func defaults(header: String) throws {
        #expect(try answer(header) == noContext)
    }

    @Test("the server's window is limited as asked", arguments: ["9", "10", "15", "\"12\""])
    func serverWindow(bits: String) throws {
        let plain = bits.filter { $0 != "\"" }
        #expect(
            try answer("permessage-deflate; server_max_window_bits=\(bits)")
                == noContext + "; server_max_window_bits=\(plain)")
    }

    @Test(
        "what is unknown, given twice or has a wrong value declines the offer",
        arguments: [
            "permessage-deflate; unknown", "permessage-deflate; server_no_context_takeover=1",
            "permessage-deflate; client_no_context_takeover=\"true\"",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
            "permessage-deflate; server_max_window_bits", "permessage-deflate; server_max_window_bits=7",
            "permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits=010",
            "permessage-deflate; server_max_window_bits=x", "permessage-deflate; client_max_window_bits=16",
            "permessage-deflate; client_max_window_bits; client_max_window_bits=10", "x-webkit-deflate-frame",
            "",
        ])
    func declined(header: String) throws {
        #expect(try answer(header) == nil)
    }

    @Test("a window of 8 bits, which zlib does not have, is declined")
    func eightBits() throws {
        #expect(try answer("permessage-deflate; server_max_window_bits=8") == nil)
    }

    @Test("the first offer that can be kept is taken")
    func fallback() throws {
        #expect(
            try answer(
                "foo, permessage-deflate; server_max_window_bits=8, permessage-deflate; bar, permessage-deflate"
            )
                == noContext)
    }

    @Test("it can be turned off")
    func off() throws {
        #expect(try answer("permessage-deflate", nil) == nil)
    }

    @Test("context is kept where the server is set to and the client does not object")
    func context() throws {
        let configuration = WebSocketDeflateConfiguration(serverKeepsContext: true, clientKeepsContext: true)
        #expect(try answer("permessage-deflate", configuration) == "permessage-deflate")
        #expect(
            try answer("permessage-deflate; server_no_context_takeover", configuration)
                == "permessage-deflate; server_no_context_takeover")
        #expect(
            try answer("permessage-deflate; client_no_context_takeover", configuration)
                == "permessage-deflate; client_no_context_takeover")
    }

    @Test("the client's window is limited only where it offered that and keeps context")
    func clientWindow() throws {
        let configuration = WebSocketDeflateConfiguration(
            clientKeepsContext: true, serverWindowBits: 12, clientWindowBits: 11)
        let server = "permessage-deflate; server_no_context_takeover; server_max_window_bits=12"
        #expect(try answer("permessage-deflate", configuration) == server)
        #expect(
            try answer("permessage-deflate; client_max_window_bits", configuration)
                == server + "; client_max_window_bits=11")
        #expect(
            try answer("permessage-deflate; client_max_window_bits=9", configuration)
                == server + "; client_max_window_bits=9")
        #expect(
            try answer(
                "permessage-deflate; client_max_window_bits=9; client_no_context_takeover", configuration)
                == noContext + "; server_max_window_bits=12")
    }
}
