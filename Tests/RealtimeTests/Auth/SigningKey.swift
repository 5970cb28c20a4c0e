import COpenSSL

@testable import Realtime

/// A key pair made by OpenSSL for the tests, which signs whatever it is told to.
///
/// `@unchecked Sendable`: it never changes after `init`.
final class SigningKey: @unchecked Sendable {
    /// The kinds of pair.
    enum Kind {
        case rsa(bits: Int32)
        case ec(group: String)
        case ed25519
    }

    static let rsa = SigningKey(.rsa(bits: 2048))
    static let otherRSA = SigningKey(.rsa(bits: 2048))
    static let weakRSA = SigningKey(.rsa(bits: 1024))
    static let p256 = SigningKey(.ec(group: "P-256"))
    static let otherP256 = SigningKey(.ec(group: "P-256"))
    static let p384 = SigningKey(.ec(group: "P-384"))
    static let p521 = SigningKey(.ec(group: "P-521"))
    static let secp256k1 = SigningKey(.ec(group: "secp256k1"))
    static let ed25519 = SigningKey(.ed25519)

    private let handle: OpaquePointer

    init(_ kind: Kind) {
        let name =
            switch kind {
            case .rsa: "RSA"
            case .ec: "EC"
            case .ed25519: "ED25519"
            }
        let context = EVP_PKEY_CTX_new_from_name(nil, name, nil)!
        defer { EVP_PKEY_CTX_free(context) }
        precondition(EVP_PKEY_keygen_init(context) == 1)
        switch kind {
        case .rsa(let bits): precondition(EVP_PKEY_CTX_set_rsa_keygen_bits(context, bits) == 1)
        case .ec(let group): precondition(EVP_PKEY_CTX_set_group_name(context, group) == 1)
        case .ed25519: break
        }
        var key: OpaquePointer?
        precondition(EVP_PKEY_generate(context, &key) == 1)
        handle = key!
    }

    deinit {
        EVP_PKEY_free(handle)
    }

    var publicPEM: [UInt8] {
        SigningKey.written { PEM_write_bio_PUBKEY($0, handle) }
    }

    var privatePEM: [UInt8] {
        SigningKey.written { PEM_write_bio_PrivateKey($0, handle, nil, nil, 0, nil, nil) }
    }

    private static func written(_ write: (OpaquePointer) -> Int32) -> [UInt8] {
        let output = BIO_new(BIO_s_mem())!
        defer { BIO_free(output) }
        precondition(write(output) == 1)
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(output))
        precondition(BIO_read(output, &bytes, Int32(bytes.count)) == bytes.count)
        return bytes
    }

    /// A number of the key by OpenSSL's name for it, highest byte first.
    func number(_ name: String, size: Int? = nil) -> [UInt8] {
        var number: OpaquePointer?
        precondition(EVP_PKEY_get_bn_param(handle, name, &number) == 1)
        defer { BN_free(number) }
        var bytes = [UInt8](repeating: 0, count: size ?? Int((BN_num_bits(number) + 7) / 8))
        precondition(BN_bn2binpad(number, &bytes, Int32(bytes.count)) == bytes.count)
        return bytes
    }

    /// The signature of an RSA key, or of an EC key as two numbers of this size.
    func signature(of message: [UInt8], with hash: HashFunction, coordinateSize: Int? = nil) -> [UInt8] {
        let context = EVP_MD_CTX_new()!
        defer { EVP_MD_CTX_free(context) }
        let digest =
            switch hash {
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        precondition(EVP_DigestSignInit(context, nil, digest, nil, handle) == 1)
        var count = 0
        precondition(EVP_DigestSign(context, nil, &count, message, message.count) == 1)
        var signature = [UInt8](repeating: 0, count: count)
        precondition(EVP_DigestSign(context, &signature, &count, message, message.count) == 1)
        signature.removeLast(signature.count - count)
        guard let coordinateSize else { return signature }
        return signature.withUnsafeBufferPointer { der in
            var position = der.baseAddress
            let pair = d2i_ECDSA_SIG(nil, &position, der.count)!
            defer { ECDSA_SIG_free(pair) }
            var halves = [UInt8](repeating: 0, count: 2 * coordinateSize)
            halves.withUnsafeMutableBufferPointer { halves in
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), halves.baseAddress, Int32(coordinateSize))
                BN_bn2binpad(
                    ECDSA_SIG_get0_s(pair), halves.baseAddress! + coordinateSize, Int32(coordinateSize))
            }
            return halves
        }
    }

    /// The HMAC of a message, without asking libjwt.
    static func tag(of message: [UInt8], with hash: HashFunction, secret: [UInt8]) -> [UInt8] {
        let digest =
            switch hash {
            case .sha256: EVP_sha256()
            case .sha384: EVP_sha384()
            case .sha512: EVP_sha512()
            }
        var tag = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: UInt32 = 0
        _ = HMAC(digest, secret, Int32(secret.count), message, message.count, &tag, &count)
        return Array(tag[..<Int(count)])
    }
}
