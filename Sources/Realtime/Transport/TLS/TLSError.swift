/// What can be wrong with a certificate, or with a connection that is encrypted.
///
/// Nothing here ever holds key material or what a peer sent: the texts are file names, the system's own
/// words and OpenSSL's fixed reasons.
enum TLSError: Error, Equatable, Sendable {
    /// The operating system does not give the file.
    case unreadable(file: String, reason: String)
    /// Far more than a chain of certificates can be.
    case tooLarge(file: String)
    case noCertificate(file: String)
    case noPrivateKey(file: String)
    /// The key is protected by a passphrase, which a server that starts by itself cannot be asked for.
    case encryptedKey(file: String)
    case malformed(file: String, reason: String)
    case keyMismatch(certificateFile: String, keyFile: String)
    /// Well-formed, and yet not to be served: too weak a key, a forbidden signature.
    case unusable(file: String, reason: String)
    /// OpenSSL could not be set up at all.
    case unavailable(reason: String)

    /// The peer speaks HTTP without TLS.
    case plainHTTP
    case handshakeFailed(reason: String)
    /// The peer sent more than any handshake needs.
    case handshakeTooLarge
    /// A record after the handshake was not what it has to be: damaged, forged, or against the protocol.
    case connectionFailed(reason: String)
    /// The connection ended without the peer saying so: what came may not be all that was sent.
    case truncated
    /// The peer went on sending while nothing was read.
    case tooMuchHeld
}

extension TLSError: CustomStringConvertible {
    var description: String {
        switch self {
        case .unreadable(let file, let reason): "\(file) cannot be read: \(reason)"
        case .tooLarge(let file): "\(file) is too large to be a certificate or a key"
        case .noCertificate(let file): "\(file) holds no certificate in PEM form"
        case .noPrivateKey(let file): "\(file) holds no private key in PEM form"
        case .encryptedKey(let file):
            "\(file) is protected by a passphrase; the key has to be stored without one"
        case .malformed(let file, let reason): "\(file) is damaged: \(reason)"
        case .keyMismatch(let certificate, let key):
            "the key in \(key) is not that of the certificate in \(certificate)"
        case .unusable(let file, let reason): "\(file) cannot be used: \(reason)"
        case .unavailable(let reason): "TLS cannot be set up: \(reason)"
        case .plainHTTP: "plain HTTP was sent to a TLS port"
        case .handshakeFailed(let reason): "the TLS handshake failed: \(reason)"
        case .handshakeTooLarge: "the TLS handshake was too large"
        case .connectionFailed(let reason): "the TLS connection failed: \(reason)"
        case .truncated: "the TLS connection was cut off without a close"
        case .tooMuchHeld: "the peer sent more than is held while nothing is read"
        }
    }
}

/// What an operator should know about a certificate that is served all the same.
enum TLSWarning: Equatable, Sendable {
    case expired(file: String, since: Timestamp)
    case notYetValid(file: String, until: Timestamp)
    case expiresSoon(file: String, at: Timestamp)
    /// Others than the owner and the group may read the private key.
    case keyReadableByOthers(file: String)
}

extension TLSWarning: CustomStringConvertible {
    var description: String {
        switch self {
        case .expired(let file, let date): "the certificate in \(file) expired at \(date)"
        case .notYetValid(let file, let date): "the certificate in \(file) is not valid before \(date)"
        case .expiresSoon(let file, let date): "the certificate in \(file) expires at \(date)"
        case .keyReadableByOthers(let file):
            "the private key in \(file) can be read by every user of this machine"
        }
    }
}
