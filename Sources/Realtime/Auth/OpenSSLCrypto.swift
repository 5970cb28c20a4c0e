import COpenSSL
import Glibc

/// A public key that was read, checked, and never changes.
///
/// `@unchecked Sendable`: OpenSSL lets any number of threads verify with one key that nobody changes.
final class PublicKey: @unchecked Sendable {
    /// What a key is good for.
    enum Kind: Equatable, Sendable {
        case rsa(bits: Int)
        case ec(EllipticCurve)
    }

    private let handle: OpaquePointer
    let kind: Kind

    /// The key as a PEM file that says nothing but this key, which is how libjwt wants it.
    let pem: [UInt8]

    /// Reads a PEM file with one public key.
    convenience init(pem: [UInt8]) throws(KeyRefusal) {
        guard pem.count <= PublicKey.longestFile else { throw .tooLong }
        switch PublicKey.occurrences(of: "-----BEGIN ", in: pem) {
        case 0: throw .notPEM
        case 1: break
        default: throw .severalKeys
        }
        guard PublicKey.occurrences(of: "PRIVATE KEY-----", in: pem) == 0 else { throw .privateKey }
        let handle = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let input = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count)) else { return nil }
            defer { BIO_free(input) }
            // An encrypted file has no password here, and nobody is asked for one.
            return PEM_read_bio_PUBKEY(input, nil, { _, _, _, _ in -1 }, nil)
        }
        try self.init(taking: handle)
    }

    /// Reads a SubjectPublicKeyInfo.
    convenience init(der: [UInt8]) throws(KeyRefusal) {
        let handle = der.withUnsafeBufferPointer { bytes -> OpaquePointer? in
            var position = bytes.baseAddress
            return d2i_PUBKEY(nil, &position, bytes.count)
        }
        try self.init(taking: handle)
    }

    /// Checks the key and becomes its owner.
    private init(taking handle: OpaquePointer?) throws(KeyRefusal) {
        defer { OpenSSLCrypto.forgetErrors() }
        guard let handle else { throw .unreadable }
        do throws(KeyRefusal) {
            kind = try PublicKey.kind(of: handle)
            guard PublicKey.isSound(handle) else { throw .unsound }
            guard let pem = PublicKey.writePEM(handle) else { throw .unreadable }
            self.pem = pem
        } catch {
            EVP_PKEY_free(handle)
            throw error
        }
        self.handle = handle
    }

    deinit {
        EVP_PKEY_free(handle)
    }

    /// Whether the signature, in the form that tokens have, is this key's for the message.
    func isSignature(
        _ signature: [UInt8], of message: UnsafeRawBufferPointer, with algorithm: SigningAlgorithm
    ) -> Bool {
        defer { OpenSSLCrypto.forgetErrors() }
        let encoded: [UInt8]
        switch (kind, algorithm.family) {
        case (.rsa, .rsa):
            encoded = signature
        case (.ec(let curve), .ec):
            guard curve.algorithm == algorithm,
                let sequence = PublicKey.sequence(ofHalves: signature, size: curve.coordinateSize)
            else { return false }
            encoded = sequence
        case (.rsa, _), (.ec, _):
            return false
        }
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, algorithm.hash.digest, nil, handle) == 1
            && EVP_DigestVerify(
                context, encoded, encoded.count,
                message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count) == 1
    }
}

// MARK: - What a key is

extension PublicKey {
    /// Far more than a key of the largest size, in either form.
    private static let longestFile = 64 << 10

    /// OpenSSL refuses to verify with larger ones.
    private static let largestRSA = 16_384

    private static func kind(of handle: OpaquePointer) throws(KeyRefusal) -> Kind {
        switch EVP_PKEY_get_base_id(handle) {
        case EVP_PKEY_RSA:
            let bits = Int(EVP_PKEY_get_bits(handle))
            guard bits >= 2048 else { throw .weakRSA(bits: bits) }
            guard bits <= largestRSA else { throw .tooLong }
            return .rsa(bits: bits)
        case EVP_PKEY_EC:
            var name = [CChar](repeating: 0, count: 64)
            var length = 0
            let curve: EllipticCurve? =
                if EVP_PKEY_get_group_name(handle, &name, name.count, &length) == 1 {
                    switch String(decoding: name[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) {
                    case "prime256v1": .p256
                    case "secp384r1": .p384
                    case "secp521r1": .p521
                    default: nil
                    }
                } else {
                    nil
                }
            guard let curve else { throw .unsupportedKind }
            return .ec(curve)
        default:
            throw .unsupportedKind
        }
    }

    /// Whether the numbers can be a key at all: a point on its curve; a modulus and an exponent with which
    /// not everybody can sign.
    private static func isSound(_ handle: OpaquePointer) -> Bool {
        guard let context = EVP_PKEY_CTX_new(handle, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        return EVP_PKEY_public_check(context) == 1
    }

    private static func writePEM(_ handle: OpaquePointer) -> [UInt8]? {
        guard let output = BIO_new(BIO_s_mem()) else { return nil }
        defer { BIO_free(output) }
        guard PEM_write_bio_PUBKEY(output, handle) == 1 else { return nil }
        var pem = [UInt8](repeating: 0, count: Int(BIO_ctrl_pending(output)))
        guard BIO_read(output, &pem, Int32(pem.count)) == Int32(pem.count) else { return nil }
        return pem
    }

    /// Two numbers of a fixed size, as in a token, in the DER form that OpenSSL verifies.
    private static func sequence(ofHalves signature: [UInt8], size: Int) -> [UInt8]? {
        guard signature.count == 2 * size, let pair = ECDSA_SIG_new() else { return nil }
        defer { ECDSA_SIG_free(pair) }
        return signature.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress,
                let r = BN_bin2bn(base, Int32(size), nil)
            else { return nil }
            guard let s = BN_bin2bn(base + size, Int32(size), nil) else {
                BN_free(r)
                return nil
            }
            // The pair owns both numbers from here on.
            ECDSA_SIG_set0(pair, r, s)
            var der: UnsafeMutablePointer<UInt8>?
            let count = i2d_ECDSA_SIG(pair, &der)
            guard count > 0, let der else { return nil }
            defer { CRYPTO_free(der, #file, #line) }
            return Array(UnsafeBufferPointer(start: der, count: Int(count)))
        }
    }

    private static func occurrences(of pattern: StaticString, in text: [UInt8]) -> Int {
        let count = pattern.utf8CodeUnitCount
        guard text.count >= count else { return 0 }
        return text.withUnsafeBytes { text in
            (0...text.count - count).count { start in
                memcmp(text.baseAddress.unsafelyUnwrapped + start, pattern.utf8Start, count) == 0
            }
        }
    }
}

// MARK: - Hashes

/// What is needed of OpenSSL beside public keys.
enum OpenSSLCrypto {
    /// The SHA-256 of some bytes.
    static func sha256(_ bytes: UnsafeRawBufferPointer) -> TokenDigest {
        var digest = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &digest) { room in
            _ = SHA256(
                bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
                room.baseAddress?.assumingMemoryBound(to: UInt8.self))
        }
        return TokenDigest(words: digest)
    }

    /// Whether the tag is the message's under the secret; takes as long for a wrong tag as for a right one.
    static func isTag(
        _ tag: [UInt8], of message: UnsafeRawBufferPointer, with algorithm: SigningAlgorithm,
        secret: UnsafeRawBufferPointer
    ) -> Bool {
        var expected = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        let made = HMAC(
            algorithm.hash.digest, secret.baseAddress, Int32(secret.count),
            message.baseAddress?.assumingMemoryBound(to: UInt8.self), message.count, &expected, &count)
        return made != nil && tag.count == Int(count) && CRYPTO_memcmp(tag, expected, tag.count) == 0
    }

    /// Empties the calling thread's queue of OpenSSL errors, by which TLS on the same thread would otherwise
    /// judge a connection of its own.
    static func forgetErrors() {
        if ERR_peek_error() != 0 { ERR_clear_error() }
    }
}

extension HashFunction {
    fileprivate var digest: OpaquePointer? {
        switch self {
        case .sha256: EVP_sha256()
        case .sha384: EVP_sha384()
        case .sha512: EVP_sha512()
        }
    }
}
