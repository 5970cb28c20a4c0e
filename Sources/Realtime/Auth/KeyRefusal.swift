/// Why a key or a key file can't be used. Nothing in it comes from the key itself, so it may be shown and
/// logged.
enum KeyRefusal: Error, Equatable, Sendable {
    case shortSecret(bytes: Int)
    case pemAsSecret
    case tooLong
    case notPEM
    case severalKeys
    case privateKey
    case unreadable
    case unsupportedKind
    case weakRSA(bits: Int)
    case unsound
    /// A key of one kind with an algorithm of another.
    case wrongAlgorithm(SigningAlgorithm)
    case notAKeySet(JSONError)
    case noKeyList
    case noUsableKey
    case duplicateKeyID
    /// A member of a key set's key, counted from 0, that is missing or not as it must be.
    case badMember(key: Int, member: String)
    /// The key of a key set, counted from 0, and what is wrong with it.
    indirect case inKeySet(key: Int, KeyRefusal)
}

extension KeyRefusal: CustomStringConvertible {
    var description: String {
        switch self {
        case .shortSecret(let bytes):
            "the secret has \(bytes) bytes, and must have at least \(Secret.minimumSize)"
        case .pemAsSecret: "a PEM file is no secret: its public key is known to others"
        case .tooLong: "it is too long"
        case .notPEM: "it is not a PEM file"
        case .severalKeys: "it holds more than one thing; it must hold one public key"
        case .privateKey: "it holds a private key; the server needs the public key alone"
        case .unreadable: "it holds no public key that can be read (BEGIN PUBLIC KEY)"
        case .unsupportedKind: "it is neither RSA nor EC on P-256, P-384 or P-521"
        case .weakRSA(let bits): "the RSA key has \(bits) bits, and must have at least 2048"
        case .unsound: "its numbers are not those of a key that is safe to use"
        case .wrongAlgorithm(let algorithm): "it is no key for \(algorithm.rawValue)"
        case .notAKeySet(let error): "it is not JSON: \(error)"
        case .noKeyList: "it has no list of objects named keys"
        case .noUsableKey: "it holds no key that could be used"
        case .duplicateKeyID: "two keys have the same kid"
        case .badMember(let key, let member): "key \(key): \(member) is missing or not what it must be"
        case .inKeySet(let key, let refusal): "key \(key): \(refusal)"
        }
    }
}
