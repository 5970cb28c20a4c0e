import COpenSSL

/// How far a handshake has come.
enum TLSHandshakeProgress: Equatable {
    /// Done: bytes can be read and written.
    ///
    /// - Parameter alpn: the application protocol that was agreed upon, if the peer named any.
    case complete(alpn: String?)
    case needsMoreInput
    /// Over: the output holds the alert that tells the peer why; send it and close.
    case failed(TLSError)
}

/// What came of an attempt to read.
enum TLSRead: Equatable {
    case bytes(Int)
    /// Nothing is left to read until more has been received.
    case wouldBlock
    /// The peer has said that it sends no more. One can still write.
    case closed
    case failed(TLSError)
}

/// One TLS connection as a state machine: encrypted bytes in, plain bytes out, and the other way round.
///
/// It knows no socket. The driver lends it what was received and passes a buffer for what is to be sent to
/// every call that may want to send:
///
///     session.receive(bytes) {
///         // while handshaking:   session.handshake(output: &toSend)
///         // afterwards, until it says .wouldBlock:   session.read(into: room, output: &toSend)
///     }
///
/// It is confined to the loop of its connection.
final class TLSSession {
    private enum State {
        case handshaking
        case open
        case failed(TLSError)
    }

    /// Many times what a client without a certificate of its own sends.
    static let maxHandshakeBytes = 32 * 1024

    private let ssl: OpaquePointer
    private let port: TLSPort
    private let records: TLSRecordBuffer
    private var state = State.handshaking

    /// The server's side of a new connection.
    ///
    /// - Parameter records: the loop's, shared by all its sessions.
    convenience init(_ context: TLSContext, records: TLSRecordBuffer) throws(TLSError) {
        OpenSSLErrors.clear()
        guard let ssl = SSL_new(context.handle) else {
            throw .unavailable(reason: OpenSSLErrors.takeReason())
        }
        SSL_set_accept_state(ssl)
        try self.init(owning: ssl, records: records)
    }

    /// A session over an `SSL` that was set up for either side, and that belongs to the session from now on.
    init(
        owning ssl: OpaquePointer, records: TLSRecordBuffer,
        maxHandshakeBytes: Int = TLSSession.maxHandshakeBytes
    ) throws(TLSError) {
        self.ssl = ssl
        self.records = records
        port = TLSPort(handshakeAllowance: maxHandshakeBytes)
        guard let bio = port.makeBIO() else {
            throw .unavailable(reason: OpenSSLErrors.takeReason())
        }
        SSL_set_bio(ssl, bio, bio)
    }

    deinit {
        SSL_free(ssl)
    }

    var isHandshaking: Bool {
        if case .handshaking = state { true } else { false }
    }

    /// True when something has been received that no call has taken yet: there is a reason to go on with the
    /// handshake, or to read, without waiting for the socket.
    var hasInput: Bool { port.hasInput || SSL_pending(ssl) > 0 }

    /// Such as `TLSv1.3`.
    var version: String { String(cString: SSL_get_version(ssl)) }

    /// Such as `TLS_AES_128_GCM_SHA256`; `nil` before one was agreed upon.
    var cipher: String? {
        SSL_get_current_cipher(ssl).map { String(cString: SSL_CIPHER_get_name($0)) }
    }

    /// True when the handshake was shortened by a ticket from an earlier connection.
    var isResumed: Bool { SSL_session_reused(ssl) == 1 }
}

// MARK: - Receiving

extension TLSSession {
    /// Lends encrypted bytes for as long as `body` runs, in which the handshake is carried on or plain bytes
    /// are read. What is not taken then is copied and comes first the next time.
    func receive(_ ciphertext: UnsafeRawBufferPointer, _ body: () -> Void) {
        OpenSSLErrors.clear()
        if !port.lend(ciphertext, body) { state = .failed(.tooMuchHeld) }
    }

    /// Nothing will be received any more: the peer's side of the socket is closed.
    func receiveEnd() {
        port.isEnded = true
    }

    /// Carries the handshake on as far as what was received allows. This is the expensive call: the private
    /// key is used in it, once in a handshake.
    func handshake(output: inout ByteBuffer) -> TLSHandshakeProgress {
        switch state {
        case .failed(let error): return .failed(error)
        case .open: return .complete(alpn: alpn)
        case .handshaking: break
        }
        OpenSSLErrors.clear()
        let result = port.collect(into: &output) { SSL_do_handshake(ssl) }
        if result == 1 {
            state = .open
            port.handshakeAllowance = nil
            return .complete(alpn: alpn)
        }
        let code = SSL_get_error(ssl, result)
        if code == SSL_ERROR_WANT_READ { return .needsMoreInput }
        return .failed(fail(code))
    }

    /// Reads plain bytes, at most one record's. Call it until it says `wouldBlock`.
    func read(into room: UnsafeMutableRawBufferPointer, output: inout ByteBuffer) -> TLSRead {
        precondition(!room.isEmpty, "no room to read into")
        switch state {
        case .failed(let error): return .failed(error)
        case .handshaking: preconditionFailure("read before the handshake was done")
        case .open: break
        }
        OpenSSLErrors.clear()
        var count = 0
        let result = port.collect(into: &output) { SSL_read_ex(ssl, room.baseAddress, room.count, &count) }
        if result == 1 { return .bytes(count) }
        let code = SSL_get_error(ssl, result)
        switch code {
        case SSL_ERROR_WANT_READ: return .wouldBlock
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: return .failed(fail(code))
        }
    }

    private var alpn: String? {
        var name: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        SSL_get0_alpn_selected(ssl, &name, &count)
        guard let name, count > 0 else { return nil }
        return String(decoding: UnsafeBufferPointer(start: name, count: Int(count)), as: UTF8.self)
    }

    /// Ends the session for the reason that OpenSSL has left, and leaves its queue empty.
    private func fail(_ code: Int32) -> TLSError {
        let entry = OpenSSLErrors.take()
        let error: TLSError
        if port.isAllowanceSpent {
            error = .handshakeTooLarge
        } else if let entry, entry.isSSL(SSL_R_HTTP_REQUEST) {
            error = .plainHTTP
        } else if entry?.isSSL(SSL_R_UNEXPECTED_EOF_WHILE_READING) ?? (code == SSL_ERROR_SYSCALL) {
            error = .truncated
        } else if isHandshaking {
            error = .handshakeFailed(reason: entry?.reason ?? "error \(code)")
        } else {
            error = .connectionFailed(reason: entry?.reason ?? "error \(code)")
        }
        state = .failed(error)
        return error
    }
}

// MARK: - Sending

extension TLSSession {
    /// Takes the runs of plain bytes of one write, and is of use only during it.
    struct Writer {
        fileprivate let session: TLSSession

        func append(_ plaintext: UnsafeRawBufferPointer) {
            session.records.add(plaintext, session.encrypt)
        }
    }

    /// Encrypts what `body` gives to the writer, joined into as few records as there can be.
    func write(output: inout ByteBuffer, _ body: (Writer) -> Void) throws(TLSError) {
        switch state {
        case .failed(let error): throw error
        case .handshaking: preconditionFailure("written before the handshake was done")
        case .open: break
        }
        OpenSSLErrors.clear()
        port.collect(into: &output) {
            records.use {
                body(Writer(session: self))
                records.flush(encrypt)
            }
        }
        if case .failed(let error) = state { throw error }
    }

    private func encrypt(_ plaintext: UnsafeRawBufferPointer) {
        guard case .open = state else { return }
        var count = 0
        let result = SSL_write_ex(ssl, plaintext.baseAddress, plaintext.count, &count)
        if result != 1 { _ = fail(SSL_get_error(ssl, result)) }
    }

    /// Encrypts one run of bytes.
    func write(_ plaintext: UnsafeRawBufferPointer, output: inout ByteBuffer) throws(TLSError) {
        try write(output: &output) { $0.append(plaintext) }
    }

    /// Says to the peer that no more will be written. Reading goes on until it has said the same.
    func shutdown(output: inout ByteBuffer) {
        guard case .open = state else { return }
        OpenSSLErrors.clear()
        _ = port.collect(into: &output) { SSL_shutdown(ssl) }
        OpenSSLErrors.clear()
    }
}
