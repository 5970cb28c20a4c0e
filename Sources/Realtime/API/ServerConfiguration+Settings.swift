extension ServerConfiguration {
    // Named types and a list for each group, because the compiler takes most of a minute to infer the types
    // of one expression that holds them all.
    private typealias Row = Setting<ServerConfiguration>
    private typealias Group = SettingGroup<ServerConfiguration>

    /// Every setting: its name, where it is kept, what it takes, and a line of help.
    ///
    /// A new setting is a field of the configuration and a row here. The flag, the variable, the key of the
    /// file, `--help` and `check` all come from the row.
    package static let settings = SettingTable<ServerConfiguration>(
        defaults: ServerConfiguration(),
        groups: [
            listening, identity, access, storage, rooms, presence, notifications, rates, connections, http,
            webSocket, encryption, operation,
        ],
        checks: [
            SettingCheck("tls-cert", with: "tls-key") { configuration in
                configuration.tls.certificateFile != nil && configuration.tls.keyFile == nil
                    ? "a certificate needs its private key; set tls-key as well" : nil
            },
            SettingCheck("tls-key", with: "tls-cert") { configuration in
                configuration.tls.keyFile != nil && configuration.tls.certificateFile == nil
                    ? "a private key needs its certificate; set tls-cert as well" : nil
            },
            SettingCheck("jwt-secret", with: "jwt-secret-file") { configuration in
                configuration.identity.secret != nil && configuration.identity.secretFile != nil
                    ? "jwt-secret-file says where the secret is; set only one of them" : nil
            },
        ])

    private static let listening = Group("Listening") {
        Row("host", \.listen.host, .host, "address or host name to listen on")
        Row("port", \.listen.port, .number(0...65_535), "TCP port; 0 takes a free one")
        Row(
            "loops", \.listen.loops, .optional("cores", .number(1...1024)),
            "event loops, one thread each")
    }

    private static let connections = Group("Connections") {
        Row(
            "max-connections", \.connections.maximum,
            .optional("unlimited", .number(1...10_000_000)),
            "connections in all; one more is answered 503")
        Row(
            "max-connections-per-address", \.connections.maximumPerAddress,
            .optional("unlimited", .number(1...10_000_000)),
            "connections from one address; one more is answered 429")
        Row(
            "handshake-timeout", \.connections.handshakeTimeout,
            .duration(.milliseconds(100) ... .seconds(600)),
            "time for the TLS handshake and the request's head")
        Row(
            "idle-timeout", \.connections.idleTimeout,
            .duration(.milliseconds(100) ... .seconds(86_400)),
            "silence allowed between two requests on an HTTP connection")
        Row(
            "max-outbox", \.connections.maxOutbox, .size((1 << 10)...(4 << 30)),
            "bytes that may wait for a slow reader before it is cut off")
        Row(
            "drain-timeout", \.connections.drainTimeout, .duration(.zero ... .seconds(3600)),
            "time for clients to take what is on its way when the server stops")
    }

    private static let http = Group("HTTP") {
        Row(
            "max-request-line", \.http.maxRequestLine, .size(256...(1 << 20)),
            "longest request line; 414 above")
        Row(
            "max-header-bytes", \.http.maxHeaderBytes, .size(256...(16 << 20)),
            "all header lines together; 431 above")
        Row(
            "max-headers", \.http.maxHeaders, .number(1...10_000),
            "number of header lines; 431 above")
        Row(
            "max-body", \.http.maxBody, .size(0...(1 << 30)), "largest request body; 413 above")
        Row(
            "body-timeout", \.http.bodyTimeout, .duration(.milliseconds(100) ... .seconds(86_400)),
            "time for a request's body to come; 408 after")
    }

    private static let webSocket = Group("WebSocket") {
        Row(
            "max-message", \.webSocket.maxMessage, .size(1...(1 << 30)),
            "largest message, put together and inflated; close 1009 above")
        Row(
            "heartbeat", \.webSocket.heartbeat,
            .duration(.milliseconds(100) ... .seconds(86_400)),
            "how often a silent peer is pinged; it is closed after two silences")
        Row(
            "echo", \.webSocket.echoPath, .optional("off", .path),
            "path of an endpoint that echoes messages, for tests")
        Row(
            "compression", \.compression.isEnabled, .toggle,
            "permessage-deflate for clients that offer it")
        Row(
            "compression-threshold", \.compression.threshold, .size(0...(1 << 30)),
            "smaller messages are sent as they are")
        Row(
            "compression-level", \.compression.level, .number(1...9),
            "1 is fast, 9 is small")
        Row(
            "compression-context-takeover", \.compression.contextTakeover, .toggle,
            "compress with earlier messages in mind; much memory for each connection")
    }

    private static let encryption = Group("TLS") {
        Row(
            "tls-cert", \.tls.certificateFile, .optional("none", .file),
            "certificate and its chain, PEM; reloaded on SIGHUP")
        Row(
            "tls-key", \.tls.keyFile, .optional("none", .file), "its private key, PEM")
        Row(
            "tls-handshake-budget", \.tls.handshakeBudget,
            .duration(.milliseconds(1) ... .seconds(1)),
            "time for handshakes in one turn of an event loop")
    }

    private static let operation = Group("Operation") {
        Row(
            "dev", \.isDevelopment, .toggle,
            "for trying out: a generated secret, open rooms, tokens for everybody at POST /dev/token")
        Row(
            "handler-timeout", \.handlers.timeout,
            .duration(.milliseconds(10) ... .seconds(600)),
            "time for one event handler; then it is given up")
        Row(
            "metrics-listen", \.metrics.listen, .optional("none", .hostAndPort),
            "a listener of its own for /metrics")
        Row(
            "log-level", \.logging.level, .choice("LEVEL"),
            "least important level that is written")
        Row(
            "log-format", \.logging.format, .choice("FORMAT"),
            "text for people or JSON for machines; auto looks for a terminal")
    }
}
