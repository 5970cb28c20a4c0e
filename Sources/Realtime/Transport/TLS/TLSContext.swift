import COpenSSL

/// What all TLS connections share that were accepted under one certificate: identity, versions, ciphers.
///
/// It never changes after `init`; a new certificate makes a new context. A session holds on to the context
/// that it began with. `@unchecked Sendable`: OpenSSL counts references to a context atomically and guards
/// what little of it moves (the ticket keys) by locks of its own.
final class TLSContext: @unchecked Sendable {
    /// OpenSSL's `SSL_CTX`.
    let handle: OpaquePointer

    /// What an operator should be told about the certificate and the key.
    let warnings: [TLSWarning]

    /// Reads a certificate chain and its private key in PEM form and makes sure that they can be served.
    ///
    /// - Parameter now: the time at which the certificate's dates are looked at, which yields only warnings.
    init(
        certificateFile: String, keyFile: String, now: Timestamp = TimeSource.system.date
    ) throws(TLSError) {
        let identity = try TLSIdentity(certificateFile: certificateFile, keyFile: keyFile)
        warnings = identity.warnings(now: now)
        OpenSSLErrors.clear()
        guard let handle = SSL_CTX_new(TLS_server_method()) else {
            throw .unavailable(reason: OpenSSLErrors.takeReason())
        }
        self.handle = handle
        try identity.install(in: handle)
        try setUp()
    }

    deinit {
        SSL_CTX_free(handle)
    }

    private func setUp() throws(TLSError) {
        // Only forward-secret key exchange with authenticated encryption; the order is the server's, but a
        // peer that puts ChaCha20 first has no AES in hardware and gets it.
        let isSet =
            realtime_ctx_set_min_version(handle, TLS1_2_VERSION) == 1
            && SSL_CTX_set_cipher_list(handle, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1
            && SSL_CTX_set_ciphersuites(
                handle, "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256") == 1
            && realtime_ctx_set_groups(handle, "X25519:P-256:P-384") == 1
            // Resumption by tickets, which the client keeps: nothing is stored here. Two (the default)
            // would serve clients that open connections in parallel; one keeps the handshake short.
            && SSL_CTX_set_num_tickets(handle, 1) == 1
        guard isSet else { throw .unavailable(reason: OpenSSLErrors.takeReason()) }
        // SSL_OP_IGNORE_UNEXPECTED_EOF stays off: a cut connection must not pass for a finished one.
        SSL_CTX_set_options(
            handle,
            realtime_op_no_compression | realtime_op_no_renegotiation | realtime_op_server_preference
                | realtime_op_prioritize_chacha)
        realtime_ctx_disable_session_cache(handle)
        SSL_CTX_set_timeout(handle, 2 * 60 * 60)
        // Buffers of 17 KiB are held only while a record is under way, not by idle connections.
        realtime_ctx_set_mode(handle, realtime_mode_release_buffers)
        SSL_CTX_set_alpn_select_cb(handle, selectProtocol, nil)
    }
}

/// Chooses `http/1.1` from what the client offers. One that offers only others is turned away with an
/// alert, as RFC 7301 asks; one that offers nothing at all never comes here.
private func selectProtocol(
    _ ssl: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
    _ chosenCount: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?, _ offeredCount: UInt32,
    _ argument: UnsafeMutableRawPointer?
) -> Int32 {
    guard let offered, let chosen, let chosenCount else { return SSL_TLSEXT_ERR_ALERT_FATAL }
    let wanted = "http/1.1" as StaticString
    var at = 0
    while at < Int(offeredCount) {
        let count = Int(offered[at])
        guard at + 1 + count <= Int(offeredCount) else { break }
        let name = UnsafeBufferPointer(start: offered + at + 1, count: count)
        if name.elementsEqual(UnsafeBufferPointer(start: wanted.utf8Start, count: wanted.utf8CodeUnitCount)) {
            chosen.pointee = offered + at + 1
            chosenCount.pointee = UInt8(count)
            return SSL_TLSEXT_ERR_OK
        }
        at += 1 + count
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL
}
