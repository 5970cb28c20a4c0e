import COpenSSL
import Glibc

/// A certificate with its chain and its private key, read from PEM files and found to belong together.
final class TLSIdentity {
    private static let largestFile = 1 << 20
    private static let soon = Duration.seconds(14 * 24 * 60 * 60)

    private let certificateFile: String
    private let keyFile: String
    private var isKeyReadableByOthers = false

    /// The server's own certificate first, then those that lead to the root.
    private var certificates: [OpaquePointer] = []
    private var key: OpaquePointer?

    /// Reads both files, which may be one and the same.
    init(certificateFile: String, keyFile: String) throws(TLSError) {
        self.certificateFile = certificateFile
        self.keyFile = keyFile
        OpenSSLErrors.clear()
        try readCertificates()
        try readKey()
        guard X509_check_private_key(certificates[0], key) == 1 else {
            OpenSSLErrors.clear()
            throw .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
        }
    }

    deinit {
        for certificate in certificates { X509_free(certificate) }
        EVP_PKEY_free(key)
    }

    /// Gives certificate, chain and key to a context, which holds its own references to them.
    func install(in context: OpaquePointer) throws(TLSError) {
        guard SSL_CTX_use_certificate(context, certificates[0]) == 1 else {
            throw .unusable(file: certificateFile, reason: OpenSSLErrors.takeReason())
        }
        for certificate in certificates.dropFirst() {
            guard realtime_ctx_add_chain_certificate(context, certificate) == 1 else {
                throw .unusable(file: certificateFile, reason: OpenSSLErrors.takeReason())
            }
        }
        guard SSL_CTX_use_PrivateKey(context, key) == 1 else {
            throw .unusable(file: keyFile, reason: OpenSSLErrors.takeReason())
        }
    }

    /// What should be told about these files at the time `now`.
    func warnings(now: Timestamp) -> [TLSWarning] {
        var warnings: [TLSWarning] = []
        if let start = Self.timestamp(X509_get0_notBefore(certificates[0])), now < start {
            warnings.append(.notYetValid(file: certificateFile, until: start))
        }
        if let end = Self.timestamp(X509_get0_notAfter(certificates[0])) {
            if end < now {
                warnings.append(.expired(file: certificateFile, since: end))
            } else if end.milliseconds - now.milliseconds < Self.soon.milliseconds {
                warnings.append(.expiresSoon(file: certificateFile, at: end))
            }
        }
        if isKeyReadableByOthers { warnings.append(.keyReadableByOthers(file: keyFile)) }
        return warnings
    }

    private static func timestamp(_ time: UnsafePointer<ASN1_TIME>?) -> Timestamp? {
        var parts = tm()
        guard ASN1_TIME_to_tm(time, &parts) == 1 else {
            OpenSSLErrors.clear()
            return nil
        }
        return Timestamp(milliseconds: Int64(timegm(&parts)) * 1000)
    }
}

// MARK: - Reading

extension TLSIdentity {
    private func readCertificates() throws(TLSError) {
        let file = try PEMFile(certificateFile, largest: Self.largestFile)
        guard let first = PEM_read_bio_X509_AUX(file.bio, nil, nil, nil) else {
            guard let error = OpenSSLErrors.take(), !error.isEndOfPEM else {
                throw .noCertificate(file: certificateFile)
            }
            throw .malformed(file: certificateFile, reason: error.reason)
        }
        certificates.append(first)
        while let next = PEM_read_bio_X509(file.bio, nil, nil, nil) { certificates.append(next) }
        if let error = OpenSSLErrors.take(), !error.isEndOfPEM {
            throw .malformed(file: certificateFile, reason: error.reason)
        }
    }

    private func readKey() throws(TLSError) {
        let file = try PEMFile(keyFile, largest: Self.largestFile)
        isKeyReadableByOthers = file.isReadableByOthers
        var wasAsked = false
        key = PEM_read_bio_PrivateKey(
            file.bio, nil,
            { _, _, _, wasAsked in
                // Without this OpenSSL would ask for the passphrase on the terminal.
                wasAsked?.assumingMemoryBound(to: Bool.self).pointee = true
                return -1
            }, &wasAsked)
        guard key == nil else { return }
        OpenSSLErrors.clear()
        if wasAsked { throw .encryptedKey(file: keyFile) }
        guard file.mentionsPrivateKey else { throw .noPrivateKey(file: keyFile) }
        throw .malformed(file: keyFile, reason: "the private key cannot be decoded")
    }
}

/// The content of a small file for OpenSSL to read from. It is wiped when it is let go: it may be a key.
private struct PEMFile: ~Copyable {
    let isReadableByOthers: Bool
    let bio: OpaquePointer?
    private let content: UnsafeMutableRawBufferPointer

    init(_ path: String, largest: Int) throws(TLSError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.unreadable(path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.unreadable(path) }

        let room = UnsafeMutableRawBufferPointer.allocate(byteCount: largest + 1, alignment: 1)
        var count = 0
        while count < room.count {
            let got = read(descriptor, room.baseAddress.unsafelyUnwrapped + count, room.count - count)
            if got == 0 { break }
            if got < 0 && errno == EINTR { continue }
            guard got > 0 else {
                let error = Self.unreadable(path)
                Self.wipe(room)
                throw error
            }
            count += got
        }
        guard count <= largest else {
            Self.wipe(room)
            throw .tooLarge(file: path)
        }
        content = UnsafeMutableRawBufferPointer(start: room.baseAddress, count: count)
        isReadableByOthers = status.st_mode & S_IROTH != 0
        bio = BIO_new_mem_buf(content.baseAddress, Int32(count))
    }

    deinit {
        BIO_free(bio)
        Self.wipe(content)
    }

    /// Whether something in it calls itself a private key.
    var mentionsPrivateKey: Bool { content.contains("PRIVATE KEY-----".utf8) }

    private static func wipe(_ memory: UnsafeMutableRawBufferPointer) {
        OPENSSL_cleanse(memory.baseAddress, memory.count)
        memory.deallocate()
    }

    private static func unreadable(_ path: String) -> TLSError {
        .unreadable(file: path, reason: String(cString: strerror(errno)))
    }
}
