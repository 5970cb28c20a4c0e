extension TransportSettings {
    /// The transport's part of the configuration.
    init(_ configuration: ServerConfiguration) {
        self.init()
        httpLimits = HTTPLimits(
            requestLineBytes: configuration.http.maxRequestLine,
            fieldBytes: configuration.http.maxHeaderBytes,
            fieldCount: configuration.http.maxHeaders,
            bodyBytes: configuration.http.maxBody)
        handshakeTimeout = configuration.connections.handshakeTimeout
        idleTimeout = configuration.connections.idleTimeout
        bodyTimeout = configuration.http.bodyTimeout
        maxOutbox = configuration.connections.maxOutbox
        maxMessage = configuration.webSocket.maxMessage
        heartbeat = configuration.webSocket.heartbeat
        handshakeBudget = configuration.tls.handshakeBudget
        if configuration.compression.isEnabled {
            let keepsContext = configuration.compression.contextTakeover
            deflate = WebSocketDeflateConfiguration(
                serverKeepsContext: keepsContext, clientKeepsContext: keepsContext,
                settings: MessageDeflater.Settings(
                    level: configuration.compression.level, threshold: configuration.compression.threshold))
        } else {
            deflate = nil
        }
    }
}
