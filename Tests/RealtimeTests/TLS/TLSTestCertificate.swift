import COpenSSL
import Glibc

@testable import Realtime

/// A certificate and key made for one test, as PEM text.
final class TLSTestCertificate {
    let certificate: String
    let key: String

    private let x509: OpaquePointer
    private let pkey: OpaquePointer

    /// - Parameters:
    ///   - days: when it begins and ends to be valid, counted from now.
    ///   - issuer: who signs it; itself when there is none.
    ///   - rsaBits: for an RSA key of this size in place of one on P-256.
    init(
        name: String = "localhost", days: Range<Int> = -1..<365, issuer: TLSTestCertificate? = nil,
        rsaBits: Int32? = nil
    ) {
        let pkey = Self.makeKey(rsaBits: rsaBits)
        let x509 = X509_new()!
        X509_set_version(x509, 2)
        ASN1_INTEGER_set(X509_get_serialNumber(x509), Int.random(in: 1...Int(Int32.max)))
        X509_gmtime_adj(X509_getm_notBefore(x509), days.lowerBound * 86_400)
        X509_gmtime_adj(X509_getm_notAfter(x509), days.upperBound * 86_400)
        X509_set_pubkey(x509, pkey)
        let subject = X509_get_subject_name(x509)
        X509_NAME_add_entry_by_txt(subject, "CN", 0x1000 | 1, name, -1, -1, 0)
        X509_set_issuer_name(x509, issuer.map { X509_get_subject_name($0.x509) } ?? subject)
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer?.x509 ?? x509, x509, nil, nil, 0)
        let constraints = X509V3_EXT_conf_nid(
            nil, &context, NID_basic_constraints, issuer == nil ? "CA:TRUE" : "CA:FALSE")
        X509_add_ext(x509, constraints, -1)
        X509_EXTENSION_free(constraints)
        X509_sign(x509, issuer?.pkey ?? pkey, EVP_sha256())
        self.x509 = x509
        self.pkey = pkey
        certificate = Self.text { PEM_write_bio_X509($0, x509) }
        key = Self.text { PEM_write_bio_PrivateKey($0, pkey, nil, nil, 0, nil, nil) }
    }

    deinit {
        X509_free(x509)
        EVP_PKEY_free(pkey)
    }

    /// The key again, protected by a passphrase.
    var encryptedKey: String {
        Self.text { PEM_write_bio_PrivateKey($0, pkey, EVP_aes_128_cbc(), "passphrase", 10, nil, nil) }
    }

    private static func makeKey(rsaBits: Int32?) -> OpaquePointer {
        let context = EVP_PKEY_CTX_new_id(rsaBits == nil ? EVP_PKEY_EC : EVP_PKEY_RSA, nil)
        defer { EVP_PKEY_CTX_free(context) }
        EVP_PKEY_keygen_init(context)
        if let rsaBits {
            EVP_PKEY_CTX_set_rsa_keygen_bits(context, rsaBits)
        } else {
            EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1)
        }
        var key: OpaquePointer?
        EVP_PKEY_keygen(context, &key)
        return key!
    }

    private static func text(_ write: (OpaquePointer?) -> Int32) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        precondition(write(bio) == 1, "OpenSSL could not write PEM")
        var bytes = [UInt8](repeating: 0, count: 64 * 1024)
        let count = BIO_read(bio, &bytes, Int32(bytes.count))
        return String(decoding: bytes.prefix(Int(count)), as: UTF8.self)
    }
}

/// A folder for one test's files, gone when the test is over.
final class TLSTestFolder {
    let path: String

    init() {
        var template = Array("/tmp/realtime-tls-XXXXXX".utf8CString)
        path = String(cString: mkdtemp(&template))
    }

    deinit {
        for name in names { unlink(name) }
        rmdir(path)
    }

    private var names: Set<String> = []

    /// Writes a file, in place of what it held before, and gives its path.
    @discardableResult
    func write(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
        let file = path + "/" + name
        names.insert(file)
        let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0)
        let bytes = Array(text.utf8)
        precondition(Glibc.write(descriptor, bytes, bytes.count) == bytes.count)
        fchmod(descriptor, mode)
        close(descriptor)
        return file
    }

    /// A context that serves this certificate.
    func context(for identity: TLSTestCertificate, chain: [TLSTestCertificate] = []) throws -> TLSContext {
        let certificates = ([identity] + chain).map(\.certificate).joined()
        return try TLSContext(
            certificateFile: write("certificate.pem", certificates), keyFile: write("key.pem", identity.key))
    }
}
